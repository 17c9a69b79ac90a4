"""What the passing of time alone does: warnings, misses, reminders, and clocks that run again (design reading 13)."""

from datetime import datetime

from contracts.refusal import Outcome
from contracts.vocabulary import ClockState
from procedures.model import Procedure
from services.sla_monitor.rules.ledger import Ledger
from services.sla_monitor.rules.state import Sla, SlaClock


def wake(state: Sla, now: datetime, procedure: Procedure) -> Outcome[Sla]:
    """Everything that fell due up to `now` less the grace, in order of time."""
    ledger = Ledger(state, now - state.grace, procedure)
    while (clock := _next_due(ledger)) is not None:
        _look(ledger, clock)
    return ledger.outcome()


def _next_due(ledger: Ledger) -> SlaClock | None:
    due = [(look, place) for place, clock in enumerate(ledger.clocks) if (look := clock.look_at) and look <= ledger.at]
    return ledger.clocks[min(due)[1]] if due else None


def _look(ledger: Ledger, clock: SlaClock) -> None:
    """A warning that nobody was there to give is pointless once the limit has passed."""
    if clock.state is ClockState.PAUSED:
        assert clock.resume_at is not None
        ledger.resume(clock, clock.resume_at)
    elif clock.state is ClockState.MISSED:
        ledger.remind(clock)
    elif clock.warn_at is not None and ledger.at <= clock.due:
        ledger.warn(clock)
    else:
        ledger.miss(clock)
