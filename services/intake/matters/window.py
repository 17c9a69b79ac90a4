"""The requests of the last days by their telling words: finds the nearest earlier one without reading them all."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from services.intake.matters.places import Places, Relation, relation, same_flat
from services.intake.matters.postings import Postings
from services.intake.matters.weighing import Alikeness, Signature, Vocabulary, weigh
from services.intake.matters.words import Said

MOST_NEAR = 64
"""The likest earlier requests that are looked at closely: in a burst there may be thousands."""


class Match(NamedTuple):
    """The matter a request belongs to, and how like it is to the likest earlier request of it (0 to 1)."""

    matter: str
    likeness: float


@dataclass(slots=True)
class _Remembered:
    id: str
    at: datetime
    matter: str
    places: Places
    new: "array[int]"
    telling: frozenset[int]


class MatterWindow:
    """Requests that may be compared with each other: one utility's, alike in what else the procedure compares.

    All it knows comes from the requests of the window, so that it can be built again from their signatures: a word
    weighs more the fewer of its matters hold it, and general Chinese stands in where there are few. Not thread-safe.
    """

    def __init__(self, alikeness: Alikeness) -> None:
        self._alikeness = alikeness
        self._left = {Relation.ALIKE: 1.0, Relation.APART: alikeness.elsewhere, Relation.OPEN: alikeness.unplaced}
        self._first = 0
        self._next = 0
        self._requests: dict[int, _Remembered] = {}
        self._slots: dict[str, int] = {}
        self._vocabulary = Vocabulary()
        self._postings = Postings()
        self._latest: datetime | None = None

    def __len__(self) -> int:
        return len(self._requests)

    def matter_of(self, id_: str) -> str | None:
        """Where a remembered request was put."""
        slot = self._slots.get(id_)
        return None if slot is None else self._requests[slot].matter

    def nearest(self, said: Said, at: datetime, barred: Iterable[str] = ()) -> tuple[Signature, Match | None]:
        """The request's signature, and the matter of its likest kin; never one of the `barred` ones."""
        self.forget(at)
        numbers, weights = weigh(said, self._vocabulary, self._alikeness)
        named = frozenset(number for number, place in zip(said.numbers, said.named, strict=True) if place)
        signature = Signature(numbers, weights, said.places, array("I"), named)
        return signature, self._vote(signature, at, frozenset(barred))

    def last_matter(self) -> str | None:
        """The matter of the request remembered last."""
        return self._requests[self._next - 1].matter if self._requests else None

    def new_to(self, matter: str, signature: Signature) -> Signature:
        """The signature, knowing which of its words no request of the matter held before."""
        return signature._replace(new=self._vocabulary.unseen(matter, signature.numbers))

    def add(self, id_: str, at: datetime, matter: str, signature: Signature) -> None:
        """Remember a request under its matter; `signature` comes from `new_to`. A known id is let be."""
        self.forget(at)
        if id_ not in self._slots:
            self._remember(_Remembered(id_, at, matter, signature.places, signature.new, signature.telling))
            self._postings.add(self._next - 1, signature.numbers, signature.weights)

    def assign(self, id_: str, matter: str) -> None:
        """A clerk found that the request belongs to this matter: later ones like it follow. Unknown ids are let be."""
        slot = self._slots.get(id_)
        if slot is not None:
            request = self._requests[slot]
            self._vocabulary.leave(request.matter, request.new)
            request.matter = matter
            self._vocabulary.join(matter, request.new)

    def _remember(self, request: _Remembered) -> None:
        self._requests[self._next] = request
        self._slots[request.id] = self._next
        self._next += 1
        self._vocabulary.join(request.matter, request.new)

    def _vote(self, signature: Signature, at: datetime, barred: frozenset[str]) -> Match | None:
        """Each earlier request alike enough speaks for its matter with its likeness; the older matter wins a tie.

        Two that share no more than the place they name are two, unless they hardly say more than the place.
        """
        votes: dict[str, float] = {}
        telling = signature.telling
        likest: dict[str, float] = {}
        for slot, cosine in self._candidates(signature):
            earlier = self._requests[slot]
            if telling.isdisjoint(earlier.telling) and not self._is_one_by_place(signature, earlier, cosine):
                continue
            likeness = cosine * self._left[relation(signature.places, earlier.places)]
            if likeness < self._alikeness.share or earlier.matter in barred or not self._within(earlier.at, at):
                continue
            votes[earlier.matter] = votes.get(earlier.matter, 0.0) + likeness
            likest[earlier.matter] = max(likest.get(earlier.matter, 0.0), likeness)
        if not votes:
            return None
        chosen = max(votes, key=lambda matter: votes[matter])
        return Match(chosen, likest[chosen])

    def _is_one_by_place(self, signature: Signature, earlier: _Remembered, cosine: float) -> bool:
        """Neighbours say the same in other words; one household that names other things asks for two things."""
        return cosine >= self._alikeness.wordless and not same_flat(signature.places, earlier.places)

    def _candidates(self, signature: Signature) -> list[tuple[int, float]]:
        """Slots and cosines of the likest, oldest first."""
        span = range(self._first, self._next)
        slots, cosines = self._postings.alike(signature.numbers, signature.weights, span, self._alikeness.share)
        if len(slots) > MOST_NEAR:
            best = np.argpartition(cosines, -MOST_NEAR)[-MOST_NEAR:]
            slots, cosines = slots[best], cosines[best]
        return sorted(zip(slots.tolist(), cosines.tolist(), strict=True))

    def _within(self, earlier: datetime, at: datetime) -> bool:
        return abs(at - earlier) <= self._alikeness.window

    def forget(self, at: datetime) -> None:
        """Let go of what lies more than a window before the latest moment heard of."""
        self._latest = max(at, self._latest or at)
        while self._requests and self._latest - self._requests[self._first].at > self._alikeness.window:
            request = self._requests.pop(self._first)
            del self._slots[request.id]
            self._vocabulary.leave(request.matter, request.new)
            self._first += 1
        self._postings.forget(range(self._first, self._next))
