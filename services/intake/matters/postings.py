"""For each word the requests that hold it, newest last, in compact arrays; scores whole requests word by word."""

from array import array
from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

MOST_READ = 2_000
"""Requests looked up per word, the newest: a word that more requests hold tells next to nothing."""

_NONE: "tuple[array[int], array[float]]" = (array("q"), array("f"))

Slots = NDArray[np.int64]
Scores = NDArray[np.float32]


class Postings:
    """Slots are numbers that rise with time; those before `first` are forgotten, a little at a time."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[array[int], array[float]]] = {}
        self._scores: Scores = np.zeros(1024, dtype=np.float32)
        self._swept = 0

    @property
    def words(self) -> int:
        """How many words are held."""
        return len(self._of)

    def add(self, slot: int, numbers: "array[int]", weights: "array[float]") -> None:
        """Put a request under each of its words."""
        for number, weight in zip(numbers, weights, strict=True):
            posting = self._of.get(number)
            if posting is None:
                posting = self._of[number] = (array("q"), array("f"))
            posting[0].append(slot)
            posting[1].append(weight)

    def alike(self, numbers: "array[int]", weights: "array[float]", span: range, share: float) -> tuple[Slots, Scores]:
        """The requests among the slots of `span` whose cosine with this one reaches `share`, with their cosines."""
        held, products = self._products(numbers, weights, span.start)
        if not len(held):
            return held, products
        if len(span) > len(self._scores):
            self._scores = np.zeros(2 * len(span), dtype=np.float32)
        places = held - span.start
        np.add.at(self._scores, places, products)
        near = np.unique(places[self._scores[places] >= share])
        cosines = self._scores[near]
        self._scores[places] = 0
        return near + span.start, cosines

    def _products(self, numbers: "array[int]", weights: "array[float]", first: int) -> tuple[Slots, Scores]:
        """For every word, the slots that hold it and what it adds to each one's score."""
        slots: list[array[int]] = []
        theirs: list[array[float]] = []
        for number in numbers:
            holding, weighing = self._of.get(number, _NONE)
            start = max(bisect_left(holding, first), len(holding) - MOST_READ)
            slots.append(holding[start:] if start > 0 else holding)
            theirs.append(weighing[start:] if start > 0 else weighing)
        ours = np.repeat(np.frombuffer(weights, dtype=np.float32), [len(each) for each in slots])
        held = np.frombuffer(b"".join(slots), dtype=np.int64)
        return held, ours * np.frombuffer(b"".join(theirs), dtype=np.float32)

    def forget(self, span: range) -> None:
        """Once as many slots lie before `span` as in it, drop them from every word: a constant cost a request."""
        first = span.start
        if first - self._swept <= len(span):
            return
        self._swept = first
        for number in list(self._of):
            slots, weights = self._of[number]
            gone = bisect_left(slots, first)
            if gone == len(slots):
                del self._of[number]
            elif gone:
                del slots[:gone], weights[:gone]
