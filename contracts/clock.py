"""What happens to an SLA clock of a ticket or of a piece of knowledge."""

from typing import ClassVar

from contracts.fact import Fact, Instant
from contracts.vocabulary import ClockName


class ClockFact(Fact):
    """Something that happened to the named clock of the event's subject; `round` tells restarts apart, from 1."""

    clock: ClockName
    round: int = 1


class ClockStarted(ClockFact):
    """A limit runs: from `at` to `due`; `limit` is the duration as written, `source` its clause.

    `restated`: a running limit ends elsewhere from `at` on (extension, new grade, refusal); it began at `started_at`.
    """

    type: ClassVar[str] = "hotline.clock.started.v1"
    due: Instant
    limit: str | None = None
    source: str
    rule: str | None = None
    advisory: bool = False
    restated: bool = False
    started_at: Instant | None = None


class ClockPaused(ClockFact):
    """The limit does not run until resumed."""

    type: ClassVar[str] = "hotline.clock.paused.v1"
    reason: str


class ClockResumed(ClockFact):
    """The limit runs again and now ends at `due`."""

    type: ClassVar[str] = "hotline.clock.resumed.v1"
    due: Instant


class ClockWarned(ClockFact):
    """The limit nears its end."""

    type: ClassVar[str] = "hotline.clock.warned.v1"
    due: Instant


class ClockMet(ClockFact):
    """What was owed came, at or before `due`."""

    type: ClassVar[str] = "hotline.clock.met.v1"
    due: Instant


class ClockMissed(ClockFact):
    """The limit passed; `at` is the deadline itself, `late_by_s` is known once the thing came after all (seconds)."""

    type: ClassVar[str] = "hotline.clock.missed.v1"
    due: Instant
    late_by_s: int | None = None
    advisory: bool = False


class ClockCancelled(ClockFact):
    """What was owed is no longer owed."""

    type: ClassVar[str] = "hotline.clock.cancelled.v1"
    reason: str
