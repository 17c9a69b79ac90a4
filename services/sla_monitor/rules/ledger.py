"""The clocks of one subject while one message is judged: what can be done to a clock, and what is then said."""

from datetime import datetime
from typing import Any

from contracts.clock import (
    ClockCancelled,
    ClockMet,
    ClockMissed,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockWarned,
)
from contracts.fact import SYSTEM, Fact, is_late
from contracts.refusal import Outcome
from contracts.ticket import TicketEscalated
from contracts.vocabulary import ClockName, ClockState
from procedures.model import EscalationCause, Procedure
from services.sla_monitor.rules import terms as terms_of
from services.sla_monitor.rules.state import Sla, SlaClock
from services.sla_monitor.rules.terms import Terms


class Ledger:
    """Changes clocks as of the moment `at` and collects the facts; it never leaves the rule that made it."""

    __slots__ = ("_changed", "at", "clocks", "procedure", "said", "state")

    def __init__(self, state: Sla, at: datetime, procedure: Procedure) -> None:
        self.state = state
        self.at = at
        self.procedure = procedure
        self.clocks = list(state.clocks)
        self.said: list[Fact] = []
        self._changed = False

    def outcome(self) -> Outcome[Sla]:
        """The state with its clocks as they now stand, and what there is to say."""
        if not self._changed:
            return self.state, tuple(self.said)
        return self.state.model_copy(update={"clocks": tuple(self.clocks)}), tuple(self.said)

    def open(self, name: ClockName) -> SlaClock | None:
        """The run of this clock on which something is still owed."""
        return next((clock for clock in self.clocks if clock.name is name and clock.ended_at is None), None)

    def begin(self, name: ClockName, since: datetime) -> None:
        """Start a ticket's clock where something limits it."""
        terms = terms_of.for_ticket(self.state, name, since, self.procedure)
        if terms is not None:
            self.start(name, since, terms)

    def start(self, name: ClockName, since: datetime, terms: Terms, *, moved: bool = False) -> None:
        """Start the next round of a clock on these terms."""
        clock = SlaClock(
            name=name,
            round=sum(clock.name is name for clock in self.clocks) + 1,
            started_at=since,
            due=terms.due,
            limit=terms.limit,
            source=terms.source,
            rule=terms.rule,
            working=terms.working,
            advisory=terms.advisory,
            rivals=terms.rivals,
            warn_at=terms_of.warn_at(name, since, terms, since, self.procedure),
            moved=moved,
        )
        self.clocks.append(clock)
        self._changed = True
        self._say_started(clock, since, restated=moved)

    def meet(self, *names: ClockName) -> None:
        """What these clocks measure has come: met at or before the deadline, late after it (reading 17)."""
        for place, clock in enumerate(self.clocks):
            if clock.name in names and clock.ended_at is None:
                self._put(place, self._met(clock))

    def _met(self, clock: SlaClock) -> SlaClock:
        if clock.state is ClockState.PAUSED or not is_late(self.at, clock.due):
            self.said.append(ClockMet(at=self.at, clock=clock.name, round=clock.round, due=clock.due))
            return _with(clock, state=ClockState.MET, ended_at=self.at)
        late_by = clock.seconds_late(self.at)
        if clock.state is ClockState.RUNNING:
            self._say_missed(clock, late_by)
        return _with(clock, state=ClockState.MISSED, ended_at=self.at, late_by=late_by)

    def cancel(self, reason: str, *names: ClockName) -> None:
        """Nothing is owed on these clocks any more; one that was missed stays missed."""
        for place, clock in enumerate(self.clocks):
            if clock.name not in names or clock.ended_at is not None:
                continue
            if clock.is_live:
                self.said.append(ClockCancelled(at=self.at, clock=clock.name, round=clock.round, reason=reason))
                self._put(place, _with(clock, state=ClockState.CANCELLED, ended_at=self.at))
            else:
                self._put(place, _with(clock, ended_at=self.at))

    def restate(self, clock: SlaClock, terms: Terms, *, moved: bool = False) -> None:
        """From now on the running clock ends on other terms; it still counts from where it started."""
        now = _with(
            clock,
            state=ClockState.RUNNING,
            due=terms.due,
            limit=terms.limit,
            source=terms.source,
            rule=terms.rule,
            working=terms.working,
            advisory=terms.advisory,
            rivals=terms.rivals,
            warn_at=terms_of.warn_at(clock.name, clock.started_at, terms, self.at, self.procedure),
            warned_at=None,
            resume_at=None,
            moved=moved,
        )
        self._replace(clock, now)
        self._say_started(now, self.at, restated=True)

    def pause(self, clock: SlaClock, reason: str, resume_at: datetime) -> None:
        """Stop the clock until a moment; one that stands already only waits for another moment."""
        if clock.state is ClockState.RUNNING:
            self.said.append(ClockPaused(at=self.at, clock=clock.name, round=clock.round, reason=reason))
            clock_now = _with(clock, state=ClockState.PAUSED, paused_at=self.at, resume_at=resume_at)
        else:
            clock_now = _with(clock, resume_at=resume_at)
        self._replace(clock, clock_now)

    def resume(self, clock: SlaClock) -> None:
        """Let the clock run again from the moment it waited for, with what was left of its budget."""
        assert clock.paused_at is not None
        assert clock.resume_at is not None
        left = self.procedure.calendar.time_between(clock.paused_at, clock.due, working=clock.working)
        due = self.procedure.calendar.add_time(clock.resume_at, left, working=clock.working)
        self.said.append(ClockResumed(at=clock.resume_at, clock=clock.name, round=clock.round, due=due))
        terms = Terms(due, clock.limit, clock.source, clock.rule, clock.working, clock.advisory, clock.rivals)
        warn_at = terms_of.warn_at(clock.name, clock.resume_at, terms, clock.resume_at, self.procedure)
        self._replace(
            clock, _with(clock, state=ClockState.RUNNING, due=due, warn_at=warn_at, resume_at=None, moved=True)
        )

    def warn(self, clock: SlaClock) -> None:
        """The limit nears its end."""
        assert clock.warn_at is not None
        self.said.append(ClockWarned(at=clock.warn_at, clock=clock.name, round=clock.round, due=clock.due))
        self._replace(clock, _with(clock, warn_at=None, warned_at=clock.warn_at))

    def miss(self, clock: SlaClock) -> None:
        """The limit has passed and nothing came."""
        self._say_missed(clock, None)
        self._replace(clock, _with(clock, state=ClockState.MISSED, warn_at=None))

    def escalate(self, cause: EscalationCause, at: datetime, clock: ClockName | None = None) -> None:
        """Bring it to the notice of whoever the procedure names."""
        if self.state.type is None:
            return
        for rule in self.procedure.escalations(cause, clock):
            self.said.append(
                TicketEscalated(at=at, by=SYSTEM, to=rule.to, cause=cause.value, clock=clock, source=rule.source)
            )

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
        if not clock.advisory:
            self.escalate(EscalationCause.CLOCK_MISSED, clock.due, clock.name)

    def _replace(self, clock: SlaClock, now: SlaClock) -> None:
        self._put(next(place for place, one in enumerate(self.clocks) if one is clock), now)

    def _put(self, place: int, clock: SlaClock) -> None:
        self.clocks[place] = clock
        self._changed = True


def _with(clock: SlaClock, **changes: Any) -> SlaClock:
    return clock.model_copy(update=changes)
