"""A text's terms for the search: Chinese cut into words and the words within them, the rest by letters and digits."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from unicodedata import normalize

MOST_ASKED = 40
"""Terms of a question that count; a longer one is a story, and the first sentences tell it."""

_UNREADABLE = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_RUNS = re.compile(r"[A-Z]+|\d+|[\u3400-\u9fff]+")


@cache
def _idle() -> frozenset[str]:
    """Words of a question that tell nothing about what is asked."""
    listed: str = tomllib.loads(files("services.knowledge.search").joinpath("idle.toml").read_text("utf-8"))["words"]
    return frozenset(listed.upper().split())


def load() -> None:
    """Read the segmenter's dictionary (a quarter of a second, 35 MB), so that no request has to."""
    _segment("字")


def filed(text: str) -> str:
    """Everything a text can be found by, as terms between spaces, each as often as it stands there."""
    return " ".join(_terms(text))


def letters(*texts: str) -> str:
    """The Chinese characters one by one, so that any row of them is found as a phrase; never across two texts."""
    runs = (" ".join(run) for text in texts for run in _HAN.findall(text))
    return " x ".join(runs)


def asked(question: str) -> tuple[str, ...]:
    """The telling terms of a question, each once; of one that has none, all terms."""
    terms = tuple(dict.fromkeys(_terms(question)))
    return (tuple(term for term in terms if term not in _idle()) or terms)[:MOST_ASKED]


def _terms(text: str) -> Iterator[str]:
    # The dictionary writes IC卡, clerks write ic卡 and ＩＣ卡.
    for term in _segment(normalize("NFKC", text).upper()):
        if _UNREADABLE.fullmatch(term):
            continue
        yield term
        runs = _RUNS.findall(term)
        if len(runs) > 1:
            yield from runs


def _segment(text: str) -> list[str]:
    import rjieba  # loads its dictionary on import, which only a process that searches should pay for

    found: list[str] = rjieba.cut_for_search(text)
    return found
