"""Time limits: as the file states them, and the deadlines that follow from them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from contracts.fact import Grade
from contracts.vocabulary import ClockName, TicketType
from procedures.duration import Duration
from procedures.model.part import Basis, Part, Slug, Sourced

Enforcement = Literal["mandatory", "advisory"]
"""Affiliates (参股公司) only refer to the rules: their limits are told, not enforced (第五条, R004-003)."""

UNIT_CLOCKS = frozenset({ClockName.SIGN, ClockName.CONTACT, ClockName.ON_SITE, ClockName.HANDLE, ClockName.REPLY})
"""The clocks that run against the responsible unit, and so are advisory for an affiliate."""


class Origin(StrEnum):
    """Where a candidate limit comes from; the earliest wins (reading 4, R004-075, R004-118)."""

    PROCEDURE = "procedure"
    PROMISE = "promise"
    GOVERNMENT = "government"
    PLATFORM = "platform"


class Limit(Sourced):
    """How long a clock may run, for the given grade, subtype or refused application where it says so."""

    origin: ClassVar[Origin] = Origin.PROCEDURE
    clock: ClockName
    within: Duration
    grade: Grade | None = None
    subtype: Slug | None = None
    declined: bool = False

    def fits(self, clock: ClockName, grade: int | None, subtype: str | None) -> bool:
        """Whether it applies; a condition it does not state is no condition."""
        return self.clock is clock and self.grade in (None, grade) and self.subtype in (None, subtype)


class Promise(Limit):
    """A limit promised to the public (第十五条(二)2, R004-118), everywhere or in one area."""

    origin: ClassVar[Origin] = Origin.PROMISE
    basis: Basis = Basis.PROMISE
    types: tuple[TicketType, ...]
    area: str | None = None


class GovernmentStandard(Limit):
    """A local government's own limit (第十四条(六), R004-075)."""

    origin: ClassVar[Origin] = Origin.GOVERNMENT
    basis: Basis = Basis.GOVERNMENT
    types: tuple[TicketType, ...]
    area: str


class Unlimited(Sourced):
    """A clock for which the text gives no limit, said so that nobody takes it for forgotten."""

    clock: ClockName


class PlatformOrder(Part):
    """What a government order's own deadline is called in explanations (第六条, R004-006)."""

    source: str
    rule: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One limit that could bind, and when it would end; a platform's own deadline has no `within`."""

    due: datetime
    origin: Origin
    source: str
    rule: str
    basis: Basis
    within: Duration | None
    enforcement: Enforcement
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a clock ends, by which limit, and every limit that was considered, earliest first."""

    clock: ClockName
    type: TicketType
    start: datetime
    candidates: tuple[Candidate, ...]

    @property
    def binding(self) -> Candidate:
        """The earliest candidate; the procedure's own first among equals."""
        return self.candidates[0]

    @property
    def due(self) -> datetime:
        """The instant at which the limit ends, in UTC; met at it, missed after it (reading 17)."""
        return self.candidates[0].due

    @property
    def within(self) -> Duration | None:
        """The binding limit as written, None for a platform's own deadline."""
        return self.candidates[0].within

    @property
    def working(self) -> bool:
        """Whether the budget is working time."""
        within = self.candidates[0].within
        return within is not None and within.is_working

    @property
    def source(self) -> str:
        """The clause of the binding limit."""
        return self.candidates[0].source

    @property
    def rule(self) -> str:
        """The rule id of the binding limit."""
        return self.candidates[0].rule

    @property
    def advisory(self) -> bool:
        """Whether the binding limit is only told."""
        return self.candidates[0].enforcement == "advisory"
