"""The places a Chinese text names, found by what places are called (小区, 路, 街道, 区), without a list of places."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files


class Kind(StrEnum):
    """What sort of place; a home or a road says more than the district it lies in. A flat tells of one household."""

    HOME = "home"
    ROAD = "road"
    SCHOOL = "school"
    TOWN = "town"
    DISTRICT = "district"
    CITY = "city"
    FLAT = "flat"


Places = Mapping[Kind, frozenset[int]]
"""The numbers of the names, by kind."""

NOWHERE: Places = {}

_EXACT = (Kind.HOME, Kind.ROAD, Kind.SCHOOL)
_COMPARED = tuple(kind for kind in Kind if kind is not Kind.FLAT)
_FLAT = re.compile(r"\d+(?:号楼|号|栋|幢|单元|室|楼)")

_LANGUAGE = tomllib.loads(files(__package__).joinpath("places.toml").read_text("utf-8"))
_SUFFIXES = {suffix: Kind(kind) for kind, called in _LANGUAGE["called"].items() for suffix in called}
_ANY = frozenset(_LANGUAGE["any"])
_NAMES = frozenset(_LANGUAGE["names"])
_GRAMMAR = frozenset(_LANGUAGE["grammar"])
_NO_NAMES = "vdrpcumqfty"
"""Parts of speech (verb, adverb, pronoun, …) that are nobody's name."""


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_NO_NAME = sorted(_LANGUAGE["no_place"])
_FIRST = "".join(sorted({word[0] for word in (*_NO_NAME, *_SUFFIXES)}))
_FOUND = re.compile(
    f"(?=[^\u4e00-\u9fff]|[{_FIRST}])"  # says no at a glance to most characters: three times as fast
    r"(?:(?P<code>[A-Z]\d{0,2}(?P<of>[市区县]))|[^\u4e00-\u9fffA-Za-z0-9]+|"
    f"{_either(_NO_NAME)}|(?P<suffix>{_either(_SUFFIXES)}))"
)
"""What ends a name: a place known by a letter and a number (as in texts made anonymous), a mark, a kind of place."""

_LONGEST_FIRST = sorted(_SUFFIXES, key=len, reverse=True)

_TELLING = 2
"""Characters before the suffix that stand for the name: 泉景雅园, 泉景雅园小区 and 历下区泉景雅园 come to the same."""

_MOST_OF_A_DISTRICT = 3


def places_of(text: str) -> dict[Kind, set[str]]:
    """The names, by kind, as their last two characters before the suffix; codes of districts and cities whole."""
    found: dict[Kind, set[str]] = {}
    for kind, name, _ in _named(text):
        found.setdefault(kind, set()).add(name)
    if found and (flat := set(_FLAT.findall(unicodedata.normalize("NFKC", text)))):
        found[Kind.FLAT] = flat
    return found


def named_in(text: str) -> frozenset[str]:
    """The stretches of a text that name its places, kind of place included: 泉景雅园小区."""
    return frozenset(stretch for _, __, stretch in _named(text))


def is_called_a_place(word: str) -> bool:
    """Whether a word by itself is the name of a place: 历下区, not 小区 and not 地区."""
    found = next((suffix for suffix in _LONGEST_FIRST if word.endswith(suffix)), "")
    return bool(found) and len(word) >= len(found) + _TELLING and not any(word.endswith(each) for each in _NO_NAME)


def same_flat(one: Places, other: Places) -> bool:
    """Whether both name a flat, and the same, in the same place: what one household asks."""
    return bool(one.get(Kind.FLAT, frozenset()) & other.get(Kind.FLAT, frozenset()))


class Relation(StrEnum):
    """What two requests' places say about each other."""

    ALIKE = "alike"
    """A place is shared, or nothing speaks against it."""

    APART = "apart"
    """Of the most exact kind that both name, none is shared."""

    OPEN = "open"
    """Only one names a place exactly, or one an estate and the other a road, which may be neighbours."""


def relation(one: Places, other: Places) -> Relation:
    """How the places of two requests stand to each other."""
    exact, exact_other = _exact(one), _exact(other)
    if exact & exact_other:
        return Relation.ALIKE
    kind = next((kind for kind in _COMPARED if kind in one and kind in other), None)
    if kind is not None and not one[kind] & other[kind]:
        return Relation.APART
    return Relation.OPEN if exact or exact_other else Relation.ALIKE


def _exact(places: Places) -> frozenset[int]:
    return frozenset().union(*(places[kind] for kind in _EXACT if kind in places))


def _named(text: str) -> Iterator[tuple[Kind, str, str]]:
    """Kind, name and the stretch of text of each place."""
    end = 0
    for found in _FOUND.finditer(text):
        before, end = text[end : found.start()], found.end()
        code, of, suffix = found.groups()
        if code:
            yield _SUFFIXES[of], code, code
        elif suffix and _is_name(before, _SUFFIXES[suffix]):
            yield _SUFFIXES[suffix], before[-_TELLING:], before[-2 * _TELLING :] + suffix


def _is_name(before: str, kind: Kind) -> bool:
    if len(before) < _TELLING or (kind in (Kind.DISTRICT, Kind.CITY) and len(before) > _MOST_OF_A_DISTRICT):
        return False
    telling = before[-_TELLING:]
    return telling in _NAMES or (telling not in _ANY and _may_be_name(telling))


@lru_cache(20_000)
def _may_be_name(word: str) -> bool:
    """A word of the dictionary by its part of speech; of other characters all but those of grammar."""
    import rjieba

    if not rjieba.has_word(word):
        return not _GRAMMAR.intersection(word)
    tagged = rjieba.tag(word)
    return len(tagged) > 1 or tagged[0][1][0] not in _NO_NAMES
