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
    TicketAppointed,
    TicketArrived,
    TicketClosed,
    TicketCompleted,
    TicketContacted,
    TicketDeclined,
    TicketDemandInvalidated,
    TicketDispatched,
    TicketRecheckAsked,
    TicketReplied,
    TicketReplyRejected,
    TicketReturned,
    TicketReturnRefused,
    TicketSentBack,
    TicketSigned,
)
from contracts.vocabulary import Stage
from procedures.model import Procedure
from services.intake.rules.ticket import Period, Ticket
from services.intake.rules.urging import resumed, sent_with_dispatch, started

Ended = ClockMet | ClockCancelled | ClockExempted | ClockMissed
Heard = Callable[[Ticket | None, Any, Procedure], Outcome[Ticket]]


def _on_dispatched(ticket: Ticket | None, fact: TicketDispatched, procedure: Procedure) -> Outcome[Ticket]:
    """Another unit's turn, whom the customer's urging goes to as well."""
    assert ticket is not None
    at_the_unit = {"stage": Stage.DISPATCHED, "attended": False}
    sent = {"round": fact.round, "unit": fact.unit, "division": fact.division}
    return sent_with_dispatch(ticket.model_copy(update=at_the_unit | sent), fact.at, fact.by, procedure)


def _on_returned(ticket: Ticket | None, _: TicketReturned, __: Procedure) -> Outcome[Ticket]:
    return _changed(ticket, stage=Stage.RETURNED)


def _on_attended(ticket: Ticket | None, fact: TicketArrived | TicketCompleted, procedure: Procedure) -> Outcome[Ticket]:
    return _changed(_caught_up(ticket, fact, procedure), attended=True)


def _on_unit_acted(ticket: Ticket | None, fact: Fact, procedure: Procedure) -> Outcome[Ticket]:
    return _changed(_caught_up(ticket, fact, procedure))


def _caught_up(ticket: Ticket | None, fact: Fact, procedure: Procedure) -> Ticket | None:
    """What was overdue has come after all: of a clock that was missed before, nobody says so again."""
    if ticket is None or not ticket.overdue:
        return ticket
    come = procedure.met_by(fact.short_type())
    return ticket.model_copy(update={"overdue": tuple(name for name in ticket.overdue if name not in come)})


def _on_demand_invalidated(
    ticket: Ticket | None, fact: TicketDemandInvalidated, procedure: Procedure
) -> Outcome[Ticket]:
    """The others go on; a grade goes with the last demand that has grades."""
    kinds = dict.fromkeys(demand.type for demand in fact.demands)
    graded = any(kind in procedure.grading for kind in kinds)
    changes: dict[str, Any] = {} if graded else {"grade": None, "struck": True}
    others = tuple(kind for kind in kinds if kind != fact.ticket_type)
    return _changed(ticket, type=fact.ticket_type, subtype=fact.subtype, others=others, **changes)


def _on_replied(ticket: Ticket | None, fact: TicketReplied, procedure: Procedure) -> Outcome[Ticket]:
    """The period ends with the reply, in time or not; what it encloses can be read with the ticket."""
    assert ticket is not None
    ticket = _caught_up(ticket, fact, procedure)
    assert ticket is not None
    attachments = (*ticket.attachments, *fact.attachments)
    return _changed(ticket, stage=Stage.REPLIED, periods={}, attachments=attachments, attended=True)


def _on_work_again(
    ticket: Ticket | None,
    _: TicketReplyRejected | TicketSentBack | TicketRecheckAsked | TicketReturnRefused,
    __: Procedure,
) -> Outcome[Ticket]:
    return _changed(ticket, stage=Stage.IN_PROGRESS)


def _on_closed(ticket: Ticket | None, fact: TicketClosed, _: Procedure) -> Outcome[Ticket]:
    return _changed(ticket, stage=Stage.CLOSED, closure=fact.closure, closed_at=fact.at, periods={})


def _on_clock_started(ticket: Ticket | None, fact: ClockStarted, procedure: Procedure) -> Outcome[Ticket]:
    return _clock(_no_longer_overdue(ticket, fact), fact, procedure, lambda before: started(before, fact))


def _on_clock_paused(ticket: Ticket | None, fact: ClockPaused, procedure: Procedure) -> Outcome[Ticket]:
    return _clock(ticket, fact, procedure, lambda before: before and before.model_copy(update={"paused_at": fact.at}))


def _on_clock_resumed(ticket: Ticket | None, fact: ClockResumed, procedure: Procedure) -> Outcome[Ticket]:
    return _clock(ticket, fact, procedure, lambda before: before and resumed(before, fact.at, fact.due, procedure))


def _on_clock_over(ticket: Ticket | None, fact: Ended, procedure: Procedure) -> Outcome[Ticket]:
    ended = _no_longer_overdue(ticket, fact)
    return _clock(ended, fact, procedure, lambda before: before if before and before.round > fact.round else None)


def _on_clock_missed(ticket: Ticket | None, fact: ClockMissed, procedure: Procedure) -> Outcome[Ticket]:
    """An overdue clock still is the period, past its half, until the thing came after all."""
    assert ticket is not None
    if fact.late_by_s is not None:
        return _on_clock_over(ticket, fact, procedure)
    row = procedure.clocks.get(fact.clock)
    if row is None or row.owner != "unit" or fact.clock in ticket.overdue or ticket.over:
        return ticket, ()
    return _changed(ticket, overdue=(*ticket.overdue, fact.clock))


def _no_longer_overdue(ticket: Ticket | None, fact: ClockFact) -> Ticket | None:
    if ticket is None or fact.clock not in ticket.overdue:
        return ticket
    return ticket.model_copy(update={"overdue": tuple(name for name in ticket.overdue if name != fact.clock)})


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
        TicketReturned: _on_returned,
        TicketReturnRefused: _on_work_again,
        TicketSigned: _on_unit_acted,
        TicketContacted: _on_unit_acted,
        TicketAppointed: _on_unit_acted,
        TicketDeclined: _on_unit_acted,
        TicketArrived: _on_attended,
        TicketCompleted: _on_attended,
        TicketDemandInvalidated: _on_demand_invalidated,
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
