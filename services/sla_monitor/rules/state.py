"""What the monitor remembers of one ticket or piece of knowledge: its clocks, and what their limits depend on."""

from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from contracts.fact import Frozen
from contracts.vocabulary import ClockName, ClockState, TicketType

STRICTLY_AFTER = timedelta(milliseconds=1)
"""A limit is met at its very instant, so the first moment to judge it missed is the next the clock can show."""


class Rival(NamedTuple):
    """A limit that was considered and did not bind, kept so that an explanation can name all (R004-075, R004-118)."""

    due: datetime
    origin: str
    source: str
    rule: str
    limit: str | None


class SlaClock(Frozen):
    """One run of a named clock; `round` counts its runs from 1.

    `ended_at` is set once nothing is owed on it any more: met, cancelled, or come after all `late_by` seconds late. A
    missed clock without it is overdue still. `moved` says that a decision set its end, not the limit alone.
    """

    name: ClockName
    round: int
    started_at: datetime
    due: datetime
    limit: str | None
    source: str
    rule: str | None
    working: bool = False
    advisory: bool = False
    rivals: tuple[Rival, ...] = ()
    state: ClockState = ClockState.RUNNING
    warn_at: datetime | None = None
    warned_at: datetime | None = None
    paused_at: datetime | None = None
    resume_at: datetime | None = None
    ended_at: datetime | None = None
    late_by: int | None = None
    moved: bool = False

    @property
    def is_open(self) -> bool:
        """Whether what it measures is still owed."""
        return self.ended_at is None

    @property
    def is_live(self) -> bool:
        """Whether it can still be met in time."""
        return self.state is ClockState.RUNNING or self.state is ClockState.PAUSED

    @property
    def look_at(self) -> datetime | None:
        """When something happens to it by the passing of time alone."""
        if self.state is ClockState.RUNNING:
            return self.warn_at or self.due + STRICTLY_AFTER
        return self.resume_at if self.state is ClockState.PAUSED else None

    def seconds_late(self, at: datetime) -> int:
        """Begun seconds from the deadline to `at`; 0 or less when in time."""
        return ceil((at - self.due).total_seconds())


class Sla(Frozen):
    """The clocks of one subject, oldest first; `type` is None for an article, a task or a notice.

    `given_back` is true from an accepted return to the next dispatch, `notified_at` from a phone notice to the
    dispatch that follows it.
    """

    procedure: str
    type: TicketType | None = None
    subtype: str | None = None
    grade: int | None = None
    area: str | None = None
    gov_due: datetime | None = None
    call_wanted: bool = True
    call_at: datetime | None = None
    unit: str | None = None
    division: str | None = None
    advisory: bool = False
    declined: bool = False
    given_back: bool = False
    notified_at: datetime | None = None
    clocks: tuple[SlaClock, ...] = ()
    grace: timedelta = timedelta(0)

    @property
    def wake_at(self) -> datetime | None:
        """When to look next: a clock is judged `grace` late, for facts in flight (reading 13)."""
        look = min((look for clock in self.clocks if (look := clock.look_at) is not None), default=None)
        return look + self.grace if look is not None else None

    def latest(self, name: ClockName) -> SlaClock | None:
        """The last run of a clock, whatever its state."""
        return next((clock for clock in reversed(self.clocks) if clock.name is name), None)
