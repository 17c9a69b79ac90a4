"""What tells one request from another: how alike two must be, which words are rare, and what is kept of a request."""

from array import array
from base64 import b85decode, b85encode
from collections import Counter
from datetime import timedelta
from typing import Annotated, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from procedures.model.handling import MatterRules
from services.intake.matters.places import Kind, Places
from services.intake.matters.words import Said

Positive = Annotated[int, Field(gt=0)]


class Alikeness(BaseModel):
    """`window` and `share` are the procedure's; the rest belongs to the method (`bench/matters.py` measures it)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window: timedelta = timedelta(days=30)
    share: Annotated[float, Field(gt=0, le=1)] = 0.26
    """Cosine of the two requests' weighted words, from which on they are one matter."""

    elsewhere: Annotated[float, Field(ge=0, le=1)] = 0.3
    """What is left of the cosine when both name places and none is the same."""

    unplaced: Annotated[float, Field(ge=0, le=1)] = 0.7
    """What is left of it when only one names a home, a road or a school, or both do but of different kinds."""

    subject: Annotated[float, Field(ge=0)] = 0.3
    """How much the subject line counts beside the whole text."""

    wordless: Annotated[float, Field(ge=0, le=1)] = 0.45
    """Cosine from which on two that share the place alone, and no word of what is asked, are one all the same."""

    everyday: Annotated[float, Field(ge=0)] = 1.5
    """How rare a word must be to tell anything: held by fewer than one matter in e to this power (two in nine)."""

    words: Positive = 96
    """The telling words kept of each request."""

    background: Positive = 300
    """As how many requests' worth of evidence general Chinese counts, beside what the window has seen."""

    length: Positive = 200
    """Words in a typical request: how a word's share of general Chinese becomes a share of requests."""

    @classmethod
    def of(cls, rules: MatterRules) -> Self:
        """As the procedure sets it."""
        return cls(window=rules.window.value.clock_time, share=float(rules.likeness.value))


class Vocabulary:
    """Counts matters, not requests: an outbreak must not make its own words worthless."""

    def __init__(self) -> None:
        self.matters_with: Counter[int] = Counter()
        """How many matters hold each word."""
        self._shown: dict[str, list[array[int]]] = {}

    def __len__(self) -> int:
        """How many matters there are."""
        return len(self._shown)

    def unseen(self, matter: str, numbers: "array[int]") -> "array[int]":
        """Those of the words that no request of the matter held."""
        seen = set().union(*self._shown.get(matter, ()))
        return array("I", (number for number in numbers if number not in seen))

    def join(self, matter: str, new: "array[int]") -> None:
        """A request of the matter, with the words that it was the first to hold."""
        self.matters_with.update(new)
        self._shown.setdefault(matter, []).append(new)

    def leave(self, matter: str, new: "array[int]") -> None:
        """That request is forgotten or moved elsewhere; `new` is the very array it joined with."""
        self.matters_with.subtract(new)
        for number in new:
            if not self.matters_with[number]:
                del self.matters_with[number]
        requests = self._shown[matter]
        del requests[next(place for place, words in enumerate(requests) if words is new)]
        if not requests:
            del self._shown[matter]


_FORM, _READ = "2", ("1", "2")
"""How signatures are packed; another form has another name, and replicas of two releases may meet."""

_NUMBER, _WEIGHT, _FLAG = "I", "f", "B"
_PLACE = 2
"""The flag of a word that names a place, beside 1 for one that its matter had not shown."""

_KINDS = tuple(Kind)


class Signature(NamedTuple):
    """`weights` is a unit vector over `numbers`; `new` are those that its matter had not shown before.

    `named` are those that only name places.
    """

    numbers: "array[int]"
    weights: "array[float]"
    places: Places
    new: "array[int]"
    named: frozenset[int] = frozenset()

    @property
    def telling(self) -> frozenset[int]:
        """The words that say what it is about, and not only where."""
        return frozenset(self.numbers) - self.named

    def packed(self) -> str:
        """As text for a store, `<form>.<content>`, some 11 characters a word."""
        new = frozenset(self.new)
        flags = array(_FLAG, [(number in new) + _PLACE * (number in self.named) for number in self.numbers])
        count = array(_NUMBER, [len(self.numbers)])
        parts = (count, self.numbers, self.weights, _flat(self.places), flags)
        return f"{_FORM}.{b85encode(b''.join(part.tobytes() for part in parts)).decode()}"

    @classmethod
    def unpacked(cls, text: str) -> "Signature | None":
        """What `packed` wrote, on a machine of the same byte order; None when another release wrote it in another form.

        Raises ValueError when it is no signature.
        """
        form, _, content = text.partition(".")
        if form not in _READ:
            return None
        raw = b85decode(content)
        (count,) = array(_NUMBER, raw[:4])
        numbers_end, weights_end, flags_start = 4 + 4 * count, 4 + 8 * count, len(raw) - count
        numbers = array(_NUMBER, raw[4:numbers_end])
        flagged = [*zip(numbers, raw[flags_start:], strict=True)]
        new = array(_NUMBER, (number for number, flag in flagged if flag & 1))
        named = frozenset(number for number, flag in flagged if flag & _PLACE)
        places = _places(array(_NUMBER, raw[weights_end:flags_start]))
        return cls(numbers, array(_WEIGHT, raw[numbers_end:weights_end]), places, new, named)


def _flat(places: Places) -> "array[int]":
    """Kind, name, kind, name, …"""
    pairs = ((_KINDS.index(kind), name) for kind, names in places.items() for name in sorted(names))
    return array(_NUMBER, (value for pair in pairs for value in pair))


def _places(flat: "array[int]") -> Places:
    found: dict[Kind, set[int]] = {}
    for kind, name in zip(flat[::2], flat[1::2], strict=True):
        found.setdefault(_KINDS[kind], set()).add(name)
    return {kind: frozenset(names) for kind, names in found.items()}


Vector = NDArray[np.float64]


def weigh(said: Said, vocabulary: Vocabulary, alikeness: Alikeness) -> tuple["array[int]", "array[float]"]:
    """The most telling words and their weights, as a unit vector; the subject counts beside the whole."""
    rarity = _rarity(said, vocabulary, alikeness)
    whole = _unit(_loudness(said.times) * rarity)
    weights = whole + alikeness.subject * _unit(_loudness(said.in_subject) * rarity)
    telling = np.argsort(-weights, kind="stable")[: alikeness.words]
    telling = telling[weights[telling] > 0]
    numbers = np.array(said.numbers, dtype=np.uint32)[telling]
    return array("I", numbers.tobytes()), array("f", _unit(weights[telling]).astype(np.float32).tobytes())


def _rarity(said: Said, vocabulary: Vocabulary, alikeness: Alikeness) -> Vector:
    """How many e-folds each word is rarer than an everyday one, among the window's matters and in general Chinese."""
    with_word = vocabulary.matters_with.get
    held = np.array([with_word(number, 0) for number in said.numbers], dtype=np.float64)
    expected = -np.expm1(np.array(said.commonness) * -alikeness.length)
    seen = alikeness.background + len(vocabulary) + 1
    rarity: Vector = np.log(seen / (alikeness.background * expected + held + 0.5))
    return np.maximum(rarity - alikeness.everyday, 0)


def _loudness(times: list[int]) -> Vector:
    """A word said ten times is not ten times as telling; one not said at all tells nothing."""
    said = np.array(times, dtype=np.float64)
    loudness: Vector = np.where(said > 0, 1 + np.log(np.maximum(said, 1)), 0)
    return loudness


def _unit(vector: Vector) -> Vector:
    return vector / (float(np.linalg.norm(vector)) or 1.0)
