"""What the monitor remembers of one ticket or piece of knowledge: its clocks, and what their limits depend on."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple, TypedDict

from contracts.vocabulary import ClockState
from kit.decide.state import State
from procedures.model import Candidate, Circumstances, Deadline, EscalationRule, Procedure

STRICTLY_AFTER = timedelta(milliseconds=1)
"""A limit is met at its very instant, so the first moment to judge it missed is the next the clock can show."""


class Rival(NamedTuple):
    """A limit that was considered and did not bind, kept so that an explanation can name all."""

    due: datetime
    origin: str
    source: str
    rule: str | None
    limit: str | None


class Ending(TypedDict):
    """The fields of a clock that say when it ends and why then."""

    due: datetime
    limit: str | None
    source: str
    rule: str | None
    working: bool
    advisory: bool
    rivals: tuple[Rival, ...]


def ending_of(deadline: Deadline) -> Ending:
    """What a clock keeps of a deadline."""
    given = deadline.candidates
    binding, within = given[0], given[0].within
    return {
        "due": binding.due,
        "limit": str(within) if within is not None else None,
        "source": binding.source,
        "rule": binding.rule,
        "working": deadline.working,
        "advisory": binding.advisory,
        "rivals": tuple(map(_rival, given[1:])) if len(given) > 1 else (),
    }


def _rival(candidate: Candidate) -> Rival:
    limit = str(candidate.within) if candidate.within else None
    return Rival(candidate.due, candidate.origin.value, candidate.source, candidate.rule, limit)


class SlaClock(State):
    """One run of a named clock; `round` counts its runs from 1.

    `ended_at` is set once nothing is owed on it any more: met, exempt, cancelled, or come after all `late_by` seconds
    late. A missed clock without it is overdue still. `moved` says that a decision set its end, not the limit alone.
    `warn_at` is the next warning and `warnings` how many there were; likewise the reminders of an overdue clock.
    """

    name: str
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
    warnings: int = 0
    warned_at: datetime | None = None
    paused_at: datetime | None = None
    resume_at: datetime | None = None
    remind_at: datetime | None = None
    reminders: int = 0
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
        if self.state is ClockState.PAUSED:
            return self.resume_at
        return self.remind_at if self.ended_at is None else None

    def seconds_late(self, at: datetime) -> int:
        """Begun seconds from the deadline to `at`; 0 or less when in time."""
        return ceil((at - self.due).total_seconds())


class Sla(State):
    """The clocks of one subject, oldest first; `type` is None for an article, a task or a notice.

    What limits may depend on is kept flat; `others` are the types and subtypes of demands beside the one that gave the
    ticket its type. `again` is true while a reply is being made anew, `phoned` from a phone
    notice to the dispatch that follows it, `call_owed` where the customer is to be called back. Once it is `closed`, no
    clock begins: what was said before and is heard of later would start one that nobody ends.
    """

    procedure: str
    type: str | None = None
    subtype: str | None = None
    grade: int | None = None
    flags: tuple[str, ...] = ()
    channel: str | None = None
    area: str | None = None
    fields: Mapping[str, str] = {}
    people: int = 1
    others: tuple[tuple[str, str | None], ...] = ()
    platform: str | None = None
    platform_due: datetime | None = None
    call_owed: bool = True
    call_at: datetime | None = None
    unit: str | None = None
    division: str | None = None
    advisory: bool = False
    declined: bool = False
    again: bool = False
    phoned: bool = False
    closed: bool = False
    opened_at: datetime | None = None
    hung_up_at: datetime | None = None
    dispatched_at: datetime | None = None
    contacted_at: datetime | None = None
    material_at: datetime | None = None
    clocks: tuple[SlaClock, ...] = ()
    grace: timedelta = timedelta(0)

    @property
    def wake_at(self) -> datetime | None:
        """When to look next: a clock is judged `grace` late, for facts in flight (design reading 13)."""
        look = min((look for clock in self.clocks if (look := clock.look_at) is not None), default=None)
        return look + self.grace if look is not None else None

    def latest(self, name: str) -> SlaClock | None:
        """The last run of a clock, whatever its state."""
        return next((clock for clock in reversed(self.clocks) if clock.name == name), None)

    def division_in_charge(self, procedure: Procedure) -> str | None:
        """Whose unit has it, or will have it by its address; None for a department's, or where no unit answers."""
        if self.division is not None or self.unit is not None or self.type is None:
            return self.division
        unit = procedure.unit_for(self.area, self.type, self.subtype)
        found = procedure.division_of(unit.id) if unit else None
        return found.id if found else None

    def notices(self, event: str, procedure: Procedure) -> tuple[EscalationRule, ...]:
        """Who may be told of this event about any of the demands."""
        if self.type is None:
            return ()
        found = procedure.escalations(event, self.type)
        for kind, _ in self.others:
            found = (*found, *(rule for rule in procedure.escalations(event, kind) if rule not in found))
        return found

    def circumstances(self, procedure: Procedure) -> tuple[Circumstances, ...]:
        """What limits and conditions are held against, of every demand; nothing for a piece of knowledge."""
        if self.type is None:
            return ()
        return tuple(self._circumstances(each, procedure) for each in ((self.type, self.subtype), *self.others))

    def _circumstances(self, demand: tuple[str, str | None], procedure: Procedure) -> Circumstances:
        kind, subtype = demand
        return Circumstances(
            kind,
            subtype,
            procedure.grade_of(kind, self.grade),
            self.flags,
            self.channel,
            self.area,
            procedure.area_class(self.area),
            tuple(self.fields.items()),
            self.people,
            self.platform,
            self.declined,
            self.again,
            self.phoned,
            self.call_owed,
        )
