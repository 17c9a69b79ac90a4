"""What intake hears of its tickets: where the work order stands, and the clocks that urging is judged by."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from contracts.clock import (
    ClockCancelled,
    ClockExempted,
    ClockFact,
    ClockMet,
    ClockMissed,
    ClockPaused,
    ClockResumed,
    ClockStarted,
)
from contracts.fact import Fact
from contracts.refusal import Outcome
from contracts.ticket import (
    TicketClosed,
    TicketDispatched,
    TicketRecheckAsked,
    TicketReplied,
    TicketReplyRejected,
    TicketSentBack,
)
from contracts.vocabulary import Stage
from procedures.model import Procedure
from services.intake.rules.ticket import Period, Ticket
from services.intake.rules.urging import resumed, started

Ended = ClockMet | ClockCancelled | ClockExempted | ClockMissed
Heard = Callable[[Ticket | None, Any, Procedure], Outcome[Ticket]]


def _on_dispatched(ticket: Ticket | None, fact: TicketDispatched, _: Procedure) -> Outcome[Ticket]:
    return _changed(ticket, stage=Stage.DISPATCHED, round=fact.round, unit=fact.unit, division=fact.division)


def _on_replied(ticket: Ticket | None, fact: TicketReplied, _: Procedure) -> Outcome[Ticket]:
    """The period ends with the reply, in time or not; what it encloses can be read with the ticket."""
    assert ticket is not None
    attachments = (*ticket.attachments, *fact.attachments)
    return _changed(ticket, stage=Stage.REPLIED, periods={}, attachments=attachments)


def _on_work_again(
    ticket: Ticket | None, _: TicketReplyRejected | TicketSentBack | TicketRecheckAsked, __: Procedure
) -> Outcome[Ticket]:
    return _changed(ticket, stage=Stage.IN_PROGRESS)


def _on_closed(ticket: Ticket | None, fact: TicketClosed, _: Procedure) -> Outcome[Ticket]:
    return _changed(ticket, stage=Stage.CLOSED, closure=fact.closure, closed_at=fact.at, periods={})


def _on_clock_started(ticket: Ticket | None, fact: ClockStarted, procedure: Procedure) -> Outcome[Ticket]:
    return _clock(ticket, fact, procedure, lambda before: started(before, fact))


def _on_clock_paused(ticket: Ticket | None, fact: ClockPaused, procedure: Procedure) -> Outcome[Ticket]:
    return _clock(ticket, fact, procedure, lambda before: before and before.model_copy(update={"paused_at": fact.at}))


def _on_clock_resumed(ticket: Ticket | None, fact: ClockResumed, procedure: Procedure) -> Outcome[Ticket]:
    return _clock(ticket, fact, procedure, lambda before: before and resumed(before, fact.at, fact.due, procedure))


def _on_clock_over(ticket: Ticket | None, fact: Ended, procedure: Procedure) -> Outcome[Ticket]:
    return _clock(ticket, fact, procedure, lambda before: before if before and before.round > fact.round else None)


def _on_clock_missed(ticket: Ticket | None, fact: ClockMissed, procedure: Procedure) -> Outcome[Ticket]:
    """An overdue clock still is the period, past its half, until the thing came after all."""
    assert ticket is not None
    return (ticket, ()) if fact.late_by_s is None else _on_clock_over(ticket, fact, procedure)


def _clock(
    ticket: Ticket | None, fact: ClockFact, procedure: Procedure, change: Callable[[Period | None], Period | None]
) -> Outcome[Ticket]:
    assert ticket is not None
    if fact.clock not in procedure.periods or ticket.closure is not None:
        return ticket, ()
    before = ticket.periods.get(fact.clock)
    after = change(before)
    if after is before:
        return ticket, ()
    others = {name: period for name, period in ticket.periods.items() if name != fact.clock}
    return _changed(ticket, periods=others if after is None else others | {fact.clock: after})


def _changed(ticket: Ticket | None, **changes: Any) -> Outcome[Ticket]:
    assert ticket is not None
    return ticket.model_copy(update=changes), ()


HEARS: Mapping[type[Fact], Heard] = MappingProxyType(
    {
        TicketDispatched: _on_dispatched,
        TicketReplied: _on_replied,
        TicketReplyRejected: _on_work_again,
        TicketSentBack: _on_work_again,
        TicketRecheckAsked: _on_work_again,
        TicketClosed: _on_closed,
        ClockStarted: _on_clock_started,
        ClockPaused: _on_clock_paused,
        ClockResumed: _on_clock_resumed,
        ClockMet: _on_clock_over,
        ClockCancelled: _on_clock_over,
        ClockExempted: _on_clock_over,
        ClockMissed: _on_clock_missed,
    }
)
"""The rule for every fact that intake listens to."""
