"""What happens to an SLA clock of a ticket or of a piece of knowledge."""

from typing import ClassVar

from contracts.fact import Count, Fact, Few, Instant, Line, Text, Word


class ClockFact(Fact):
    """Something that happened to the named clock of the event's subject; `round` tells restarts apart, from 1."""

    said_by: ClassVar[str] = "sla_monitor"
    about: ClassVar[tuple[str, ...]] = ("tkt", "art", "tsk", "ntc")
    clock: Word
    round: Count = 1


class ClockStarted(ClockFact):
    """A limit runs: from `at` to `due`; `limit` is the duration as written, `source` its clause.

    `restated`: a running limit ends elsewhere from `at` on (extension, new grade, refusal); it began at `started_at`.
    """

    type: ClassVar[str] = "hotline.clock.started.v1"
    due: Instant
    limit: Line | None = None
    source: Line
    rule: Line | None = None
    advisory: bool = False
    restated: bool = False
    started_at: Instant | None = None


class ClockPaused(ClockFact):
    """The limit does not run until resumed."""

    type: ClassVar[str] = "hotline.clock.paused.v1"
    reason: Text


class ClockResumed(ClockFact):
    """The limit runs again and now ends at `due`."""

    type: ClassVar[str] = "hotline.clock.resumed.v1"
    due: Instant


class ClockWarned(ClockFact):
    """The limit nears its end; `to` are the levels that are told, where the procedure names any."""

    type: ClassVar[str] = "hotline.clock.warned.v1"
    due: Instant
    to: Few[Word] = ()


class ClockReminded(ClockFact):
    """The limit passed long ago and nothing has come: told again, `count` from 1."""

    type: ClassVar[str] = "hotline.clock.reminded.v1"
    due: Instant
    to: Few[Word] = ()
    count: Count


class ClockExempted(ClockFact):
    """What was owed counts as done in time, for a `reason` that the procedure accepts."""

    type: ClassVar[str] = "hotline.clock.exempted.v1"
    due: Instant
    reason: Text


class ClockMet(ClockFact):
    """What was owed came, at or before `due`."""

    type: ClassVar[str] = "hotline.clock.met.v1"
    due: Instant


class ClockMissed(ClockFact):
    """The limit passed; `at` is the deadline itself, `late_by_s` is known once the thing came after all (seconds)."""

    type: ClassVar[str] = "hotline.clock.missed.v1"
    due: Instant
    late_by_s: Count | None = None
    advisory: bool = False


class ClockCancelled(ClockFact):
    """What was owed is no longer owed."""

    type: ClassVar[str] = "hotline.clock.cancelled.v1"
    reason: Text
