"""A text's terms for the search: Chinese cut into words and the words within them, the rest by letters and digits."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from unicodedata import normalize

MOST_ASKED = 40
"""Terms of a question that count; a longer one is a story, and the first sentences tell it."""

_UNREADABLE = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_FIRST_HAN = "\u3400"
_RUNS = re.compile(r"[A-Z]+|[0-9]+|[\u3400-\u9fff]+")


@cache
def _idle() -> frozenset[str]:
    """Words of a question that tell nothing about what is asked."""
    listed: str = tomllib.loads(files("services.knowledge.search").joinpath("idle.toml").read_text("utf-8"))["words"]
    return frozenset(listed.upper().split())


def load() -> None:
    """Read the segmenter's dictionary (a quarter of a second, 35 MB), so that no request has to."""
    _segment("字")


def filed(text: str) -> str:
    """Everything a text can be found by, as terms between spaces; the index itself passes over punctuation."""
    terms = _segment(_normal(text))
    foreign = (term for term in terms if term[0] < _FIRST_HAN or term[-1] < _FIRST_HAN)
    return " ".join((*terms, *(run for term in foreign for run in _runs(term))))


def letters(*texts: str) -> str:
    """The Chinese characters one by one, so that any row of them is found as a phrase; never across two texts."""
    runs = (" ".join(run) for text in texts for run in _HAN.findall(text))
    return " x ".join(runs)


def asked(question: str) -> tuple[str, ...]:
    """The telling terms of a question, each once; of one that has none, all terms."""
    found = (part for term in _segment(_normal(question)) for part in (term, *_runs(term)))
    terms = tuple(dict.fromkeys(part for part in found if not _UNREADABLE.fullmatch(part)))
    return (tuple(term for term in terms if term not in _idle()) or terms)[:MOST_ASKED]


def _normal(text: str) -> str:
    """The dictionary writes IC卡, clerks write ic卡 and ＩＣ卡."""
    return normalize("NFKC", text).upper()


def _runs(term: str) -> list[str]:
    """IC and 卡 of IC卡; nothing of a term all of one kind."""
    runs: list[str] = _RUNS.findall(term)
    return runs if len(runs) > 1 else []


def _segment(text: str) -> list[str]:
    import rjieba  # loads its dictionary on import, which only a process that searches should pay for

    found: list[str] = rjieba.cut_for_search(text)
    return found
