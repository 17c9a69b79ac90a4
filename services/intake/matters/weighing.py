"""How much each word of a request tells about it."""

from array import array

import numpy as np
from numpy.typing import NDArray

from services.intake.matters.alikeness import Alikeness
from services.intake.matters.vocabulary import Vocabulary
from services.intake.matters.words import Said

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
