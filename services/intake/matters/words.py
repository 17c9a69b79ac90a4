"""A text's words as numbers that cannot be read back, each with how common it is in general Chinese."""

import re
import tomllib
from collections import Counter
from functools import lru_cache
from hashlib import blake2b
from importlib.resources import files
from typing import NamedTuple

from services.intake.matters.places import NOWHERE, Kind, Places, is_called_a_place, named_in, places_of

_GENERAL_CHINESE = 60_101_967
"""Occurrences that the segmenter's dictionary was counted from."""

_COURTESIES = frozenset(
    word
    for words in tomllib.loads(files(__package__).joinpath("courtesies.toml").read_text("utf-8")).values()
    for word in words
)

_UNREADABLE = re.compile(r"[\W_]+")
_WORDS_REMEMBERED = 50_000
_LONGEST_REMEMBERED = 24


class Said(NamedTuple):
    """What a request says, without its text: for each of its words the number, how often it says it, how often in the
    subject, the word's share of general Chinese, and whether it names a place."""

    numbers: list[int]
    times: list[int]
    in_subject: list[int]
    commonness: list[float]
    named: list[bool]
    places: Places


class Lexicon:
    """Reads texts; with another `key` the same word has another number, so that a stolen index tells no words.

    The dictionary is loaded with the first text (a quarter of a second, 35 MB).
    """

    def __init__(self, key: bytes = b"") -> None:
        self._key = key[:64]
        self._remembered = lru_cache(_WORDS_REMEMBERED)(self._look_up)
        self.loaded = False

    def load(self) -> None:
        """Have the dictionary in memory, for whoever may not wait a quarter of a second later."""
        import rjieba

        rjieba.cut("")
        self.loaded = True

    def read(self, subject: str, text: str) -> Said:
        """The words and places of a request; either part may be empty."""
        import rjieba  # loads its dictionary on import, which only a process that reads texts should pay for

        whole = f"{subject}\n{text}"
        in_subject = Counter(rjieba.cut(subject))
        said = Said([], [], [], [], [], self._hidden(places_of(whole)))
        stretches = named_in(whole)
        for word, times in Counter(rjieba.cut(whole)).items():
            number, commonness, named = self._word(word)
            if commonness:
                said.numbers.append(number)
                said.times.append(times)
                said.in_subject.append(in_subject.get(word, 0))
                said.commonness.append(commonness)
                said.named.append(named or any(word in stretch for stretch in stretches))
        return said

    def _word(self, word: str) -> tuple[int, float, bool]:
        """Long ones are no words that anybody says again: remembering them would only fill the memory."""
        return self._remembered(word) if len(word) <= _LONGEST_REMEMBERED else self._look_up(word)

    def _look_up(self, word: str) -> tuple[int, float, bool]:
        """The word's number, its commonness (0 for what is no word, and for what tells of no demand), is it a place."""
        tells = not _UNREADABLE.fullmatch(word) and not _says_nothing(word)
        return self._number(word), _commonness(word) if tells else 0.0, tells and _names_a_place(word)

    def _hidden(self, places: dict[Kind, set[str]]) -> Places:
        if not places:
            return NOWHERE
        return {kind: frozenset(self._word(name)[0] for name in names) for kind, names in places.items()}

    def _number(self, word: str) -> int:
        return int.from_bytes(blake2b(word.encode(), digest_size=4, key=self._key).digest(), "little")


def _says_nothing(word: str) -> bool:
    """Courtesies, what every request asks for, and the numbers of houses and flats: the same whatever the matter."""
    return word in _COURTESIES or (word.isascii() and word.isdigit())


def _names_a_place(word: str) -> bool:
    import rjieba

    tagged = rjieba.tag(word)
    return is_called_a_place(word) or (len(tagged) == 1 and tagged[0][1] == "ns")


def _commonness(word: str) -> float:
    """The segmenter tells a word's count by what it would take to be one word; a name it never met comes to 1."""
    import rjieba

    return max(rjieba.suggest_freq(word), 1) / _GENERAL_CHINESE
