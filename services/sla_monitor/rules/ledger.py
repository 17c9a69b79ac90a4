"""The clocks of one subject while one message is judged: what can be done to a clock, and what is then said."""

from collections.abc import Container
from datetime import datetime
from typing import Any

from contracts.clock import (
    ClockCancelled,
    ClockExempted,
    ClockMet,
    ClockMissed,
    ClockPaused,
    ClockReminded,
    ClockResumed,
    ClockStarted,
    ClockWarned,
)
from contracts.fact import SYSTEM, Fact, is_late
from contracts.refusal import Outcome
from contracts.ticket import TicketEscalated
from contracts.vocabulary import ClockState
from procedures.model import Circumstances, Deadline, EscalationRule, Procedure
from procedures.model.clocks import Level
from procedures.model.part import Sourced
from services.sla_monitor.rules import deadlines
from services.sla_monitor.rules.state import Ending, Sla, SlaClock, ending_of


class Ledger:
    """Changes clocks as of the moment `at` and collects the facts; it never leaves the rule that made it."""

    def __init__(self, state: Sla, at: datetime, procedure: Procedure) -> None:
        self.state = state
        self.at = at
        self.procedure = procedure
        self.clocks = list(state.clocks)
        self.said: list[Fact] = []
        self._changed = False
        self._of: tuple[Circumstances, ...] | None = None

    @property
    def of(self) -> tuple[Circumstances, ...]:
        """What conditions are held against, of every demand; nothing for a piece of knowledge."""
        if self._of is None:
            self._of = self.state.circumstances(self.procedure)
        return self._of

    def outcome(self) -> Outcome[Sla]:
        """The state with its clocks as they now stand, and what there is to say."""
        if not self._changed:
            return self.state, tuple(self.said)
        return self.state.model_copy(update={"clocks": tuple(self.clocks)}), tuple(self.said)

    def open(self, name: str) -> SlaClock | None:
        """The run of this clock on which something is still owed."""
        return next((clock for clock in self.clocks if clock.name == name and clock.ended_at is None), None)

    def begin(self, name: str, since: datetime) -> None:
        """Start a clock where something limits it."""
        found = deadlines.deadline_of(self.state, self.of, name, since, self.procedure)
        if found is not None:
            self._start(name, since, ending_of(found))

    def _start(self, name: str, since: datetime, ending: Ending, *, moved: bool = False) -> None:
        """The next round of a clock."""
        clock = SlaClock(
            name=name,
            round=1 + sum([clock.name == name for clock in self.clocks]),
            started_at=since,
            **ending,
            warn_at=self._warn_at(name, 0, since, ending["due"], since, working=ending["working"]),
            moved=moved,
        )
        self.clocks.append(clock)
        self._changed = True
        self._say_started(clock, since, restated=moved)

    def meet(self, names: Container[str]) -> None:
        """What these clocks measure has come: met at or before the deadline, late after it (design reading 17)."""
        for place, clock in enumerate(self.clocks):
            if clock.ended_at is None and clock.name in names:
                self._put(place, self._met(clock))

    def _met(self, clock: SlaClock) -> SlaClock:
        if clock.state is ClockState.PAUSED or not is_late(self.at, clock.due):
            self.said.append(ClockMet(at=self.at, clock=clock.name, round=clock.round, due=clock.due))
            return _with(clock, state=ClockState.MET, ended_at=self.at)
        late_by = clock.seconds_late(self.at)
        if clock.state is ClockState.RUNNING:
            self._say_missed(clock, late_by)
        return _with(clock, state=ClockState.MISSED, ended_at=self.at, late_by=late_by)

    def cancel(self, reason: str, names: Container[str]) -> None:
        """Nothing is owed on these clocks any more; one that was missed stays missed."""
        for place, clock in enumerate(self.clocks):
            if clock.ended_at is None and clock.name in names:
                self._put(place, self._cancelled(clock, reason))

    def _cancelled(self, clock: SlaClock, reason: str) -> SlaClock:
        if not clock.is_live:
            return _with(clock, ended_at=self.at)
        self.said.append(ClockCancelled(at=self.at, clock=clock.name, round=clock.round, reason=reason))
        return _with(clock, state=ClockState.CANCELLED, ended_at=self.at)

    def exempt(self, reason: str, names: Container[str]) -> None:
        """These clocks count as met in time; one that was missed before stays missed."""
        for place, clock in enumerate(self.clocks):
            if clock.ended_at is None and clock.is_live and clock.name in names:
                self.said.append(
                    ClockExempted(at=self.at, clock=clock.name, round=clock.round, due=clock.due, reason=reason)
                )
                self._put(place, _with(clock, state=ClockState.EXEMPT, ended_at=self.at))

    def restate(self, clock: SlaClock, found: Deadline) -> None:
        """From now on the clock ends at another deadline; it still counts from where it started.

        One that stands goes on with what is left of the new limit.
        """
        if clock.state is not ClockState.PAUSED:
            self._end_otherwise(clock, ending_of(found), moved=False)
            return
        now = _with(clock, **ending_of(found))
        self._replace(clock, now)
        self._say_started(now, self.at, restated=True)

    def extend(self, clock: SlaClock, until: datetime, clause: Sourced) -> None:
        """The clock ends at a moment that was granted; one missed stays so, and what is granted is its next round."""
        ending: Ending = {
            "due": until,
            "limit": None,
            "source": clause.source,
            "rule": clause.rule,
            "working": clock.working,
            "advisory": clock.advisory,
            "rivals": (),
        }
        if clock.is_live:
            self._end_otherwise(clock, ending, moved=True)
        else:
            self.cancel("extended", (clock.name,))
            self._start(clock.name, self.at, ending, moved=True)

    def _end_otherwise(self, clock: SlaClock, ending: Ending, *, moved: bool) -> None:
        now = _with(
            clock,
            state=ClockState.RUNNING,
            **ending,
            warn_at=self._warn_at(clock.name, 0, clock.started_at, ending["due"], self.at, working=ending["working"]),
            warnings=0,
            warned_at=None,
            resume_at=None,
            moved=moved,
        )
        self._replace(clock, now)
        self._say_started(now, self.at, restated=True)

    def pause(self, clock: SlaClock, reason: str, resume_at: datetime | None) -> None:
        """Stop the clock until a moment, or until it is resumed; one that stands already only waits otherwise."""
        if clock.state is ClockState.RUNNING:
            self.said.append(ClockPaused(at=self.at, clock=clock.name, round=clock.round, reason=reason))
            clock_now = _with(clock, state=ClockState.PAUSED, paused_at=self.at, resume_at=resume_at)
        else:
            clock_now = _with(clock, resume_at=resume_at)
        self._replace(clock, clock_now)

    def resume(self, clock: SlaClock, at: datetime) -> None:
        """Let the clock run again from a moment, with what was left of its budget."""
        assert clock.paused_at is not None
        calendar = self.procedure.calendar_of(clock.name, self.state.unit)
        left = calendar.time_between(clock.paused_at, clock.due, working=clock.working)
        due = calendar.add_time(at, left, working=clock.working)
        self.said.append(ClockResumed(at=at, clock=clock.name, round=clock.round, due=due))
        warn_at = self._warn_at(clock.name, clock.warnings, at, due, at, working=clock.working)
        self._replace(
            clock, _with(clock, state=ClockState.RUNNING, due=due, warn_at=warn_at, resume_at=None, moved=True)
        )

    def warn(self, clock: SlaClock) -> None:
        """The limit nears its end; another warning may follow."""
        assert clock.warn_at is not None
        to = self.procedure.warnings_of(clock.name)[clock.warnings].to
        self.said.append(
            ClockWarned(at=clock.warn_at, clock=clock.name, round=clock.round, due=clock.due, to=tuple(to))
        )
        again = self._warn_at(
            clock.name, clock.warnings + 1, clock.started_at, clock.due, clock.warn_at, working=clock.working
        )
        self._replace(clock, _with(clock, warn_at=again, warnings=clock.warnings + 1, warned_at=clock.warn_at))

    def miss(self, clock: SlaClock) -> None:
        """The limit has passed and nothing came."""
        self._say_missed(clock, None)
        remind_at = self._remind_at(clock, clock.due)
        self._replace(clock, _with(clock, state=ClockState.MISSED, warn_at=None, remind_at=remind_at))

    def remind(self, clock: SlaClock) -> None:
        """Still nothing came: those who are told are told again."""
        rule, at = self.procedure.clocks[clock.name].reminds, clock.remind_at
        assert rule is not None
        assert at is not None
        count = clock.reminders + 1
        self.said.append(
            ClockReminded(at=at, clock=clock.name, round=clock.round, due=clock.due, to=tuple(rule.to), count=count)
        )
        again = self._remind_at(clock, at) if count < rule.at_most else None
        self._replace(clock, _with(clock, remind_at=again, reminders=count))

    def escalate(self, rule: EscalationRule, at: datetime, clock: str | None = None) -> None:
        """Bring it to the notice of whoever the procedure names; what has no division is the centre's to know."""
        division = self.state.division_in_charge(self.procedure) if rule.to == Level.DIVISION else None
        self.said.append(
            TicketEscalated(
                at=at,
                by=SYSTEM,
                to=Level.CENTRE if rule.to == Level.DIVISION and division is None else rule.to,
                division=division,
                cause=rule.cause,
                clock=clock,
                source=rule.source,
                warning=rule.warning,
            )
        )

    def _warn_at(
        self, name: str, nth: int, started_at: datetime, due: datetime, not_before: datetime, *, working: bool
    ) -> datetime | None:
        return deadlines.warn_at(self.state, name, nth, started_at, due, not_before, self.procedure, working=working)

    def _remind_at(self, clock: SlaClock, since: datetime) -> datetime | None:
        rule = self.procedure.clocks[clock.name].reminds
        return self.procedure.calendar.add(since, rule.every) if rule else None

    def _say_started(self, clock: SlaClock, at: datetime, *, restated: bool) -> None:
        self.said.append(
            ClockStarted(
                at=at,
                clock=clock.name,
                round=clock.round,
                due=clock.due,
                limit=clock.limit,
                source=clock.source,
                rule=clock.rule,
                advisory=clock.advisory,
                restated=restated,
                started_at=clock.started_at if restated else None,
            )
        )

    def _say_missed(self, clock: SlaClock, late_by: int | None) -> None:
        self.said.append(
            ClockMissed(
                at=clock.due,
                clock=clock.name,
                round=clock.round,
                due=clock.due,
                late_by_s=late_by,
                advisory=clock.advisory,
            )
        )
        if clock.advisory:
            return
        for rule in self.state.notices("clock.missed", self.procedure):
            if (not rule.clocks or clock.name in rule.clocks) and any(map(rule.when.holds, self.of)):
                self.escalate(rule, clock.due, clock.name)

    def _replace(self, clock: SlaClock, now: SlaClock) -> None:
        self._put(next(place for place, one in enumerate(self.clocks) if one is clock), now)

    def _put(self, place: int, clock: SlaClock) -> None:
        self.clocks[place] = clock
        self._changed = True


def _with(clock: SlaClock, **changes: Any) -> SlaClock:
    return clock.model_copy(update=changes)
