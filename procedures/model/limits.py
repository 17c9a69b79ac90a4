"""Time limits: as the file states them, and the deadlines that follow from them."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal, NamedTuple, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from procedures.duration import Duration
from procedures.model.clocks import Share
from procedures.model.part import Basis, Slug, Sourced
from procedures.model.when import When

Enforcement = Literal["mandatory", "advisory"]
"""Affiliates only refer to the rules: their limits are told, not enforced."""


class Origin(StrEnum):
    """Where a candidate limit comes from; the earliest wins (design reading 4)."""

    PROCEDURE = "procedure"
    PROMISE = "promise"
    GOVERNMENT = "government"
    PLATFORM = "platform"


class Limit(Sourced):
    """How long a clock may run under a condition: `within` a duration, or a `share` of the limit that held at first.

    Of the rows that hold the most particular counts (`When.weight`).
    """

    origin: ClassVar[Origin] = Origin.PROCEDURE
    clock: Slug
    when: When = When()
    within: Duration | None = None
    share: Share | None = None

    @model_validator(mode="after")
    def _says_how_long(self) -> Self:
        if (self.within is None) is (self.share is None):
            raise PydanticCustomError("within_or_share", "say one of them", {"accepts": ["within: 3 working days"]})
        return self


class Promise(Limit):
    """A limit promised to the public: it stands beside the procedure's own."""

    origin: ClassVar[Origin] = Origin.PROMISE
    basis: Basis = Basis.PROMISE


class GovernmentStandard(Limit):
    """A local government's own limit: it stands beside the procedure's own."""

    origin: ClassVar[Origin] = Origin.GOVERNMENT
    basis: Basis = Basis.GOVERNMENT


class Unlimited(Sourced):
    """A clock for which the text gives no limit, said so that nobody takes it for forgotten."""

    clock: Slug


class Candidate(NamedTuple):
    """One limit that could bind, and when it would end; a platform's or an agreed moment has no `within`."""

    due: datetime
    origin: Origin
    source: str
    rule: str | None
    basis: Basis
    within: Duration | None
    advisory: bool
    note: str | None = None


class Deadline(NamedTuple):
    """When a clock ends, by which limit, and every limit that was considered, the binding one first."""

    clock: str
    start: datetime
    candidates: tuple[Candidate, ...]

    @property
    def binding(self) -> Candidate:
        """The candidate that counts."""
        return self.candidates[0]

    @property
    def due(self) -> datetime:
        """The instant at which the limit ends, in UTC; met at it, missed after it (design reading 17)."""
        return self.candidates[0].due

    @property
    def working(self) -> bool:
        """Whether the budget is working time."""
        within = self.candidates[0].within
        return within is not None and within.is_working


def earliest(found: Iterable[Deadline]) -> Deadline | None:
    """Of the deadlines of several demands the first, which names what the others would have been, too."""
    first, *later = sorted(found, key=lambda each: each.due) or (None,)
    if first is None or not later:
        return first
    given = dict.fromkeys((*first.candidates, *(each for other in later for each in other.candidates)))
    return Deadline(first.clock, first.start, tuple(given))
