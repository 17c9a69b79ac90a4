"""How an order ends (办结); a unit never closes one itself (第十四条, R004-044)."""

from datetime import datetime

from contracts.callback import CallbackCompleted, CallbackExhausted
from contracts.fact import SYSTEM, Actor, Fact
from contracts.refusal import Outcome, refused
from contracts.ticket import (
    TicketAnswered,
    TicketClosed,
    TicketLinked,
    TicketRecheckAsked,
    TicketSentBack,
    TicketWithdrawn,
)
from contracts.vocabulary import CallKind, Closure, LinkKind, Stage
from procedures.model import Procedure
from procedures.model.part import Sourced
from services.routing.rules.commands import Close, Invalidate
from services.routing.rules.state import WorkOrder
from services.routing.rules.unit_work import unit_of


def closed(
    order: WorkOrder, closure: Closure, at: datetime, by: Actor, reason: str | None = None
) -> tuple[WorkOrder, tuple[Fact, ...]]:
    """The order as closed, and the word of it; nothing is owed and nothing wakes it any more."""
    done = order.but(stage=Stage.CLOSED, closure=closure, closed_at=at, wake_at=None)
    return done, (TicketClosed(at=at, by=by, closure=closure, reason=reason),)


def invalidate(order: WorkOrder, command: Invalidate, procedure: Procedure) -> Outcome[WorkOrder]:
    """A complaint that is not valid closes with the reason (第十四条(六), R004-069); refused for other types."""
    setting = procedure.types[order.ticket_type].may_be_invalid
    if setting is None or not setting.value:
        return refused("order_not_invalidable", invalidating(procedure))
    if not command.reason:
        return refused("order_reason_missing", setting, accepts=("reason",))
    return closed(order, Closure.INVALID, command.at, command.by, command.reason)


def may_be_invalid(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether an order of this type can be found invalid."""
    setting = procedure.types[order.ticket_type].may_be_invalid
    return setting is not None and setting.value


def invalidating(procedure: Procedure) -> Sourced:
    """The clause about invalid complaints, wherever among the types it stands; with none, that of the loop."""
    found = (each.may_be_invalid for each in procedure.types.values() if each.may_be_invalid)
    return next(found, procedure.clauses.loop)


def close(order: WorkOrder, command: Close, procedure: Procedure) -> Outcome[WorkOrder]:
    """The centre closes an order whose type owes nobody a word (第十四条(八)(九), R004-089); refused for others."""
    setting = procedure.types[order.ticket_type].callback
    if not owes_nobody(order, procedure):
        return refused("order_word_owed", setting or procedure.clauses.loop, accepts=("reply", "review"))
    return closed(order, Closure.NO_CALLBACK_DUE, command.at, command.by, command.reason)


def owes_nobody(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether nobody is owed a word on an order of this type."""
    return procedure.callback_kind(order.ticket_type) is CallKind.NONE


def on_answered(order: WorkOrder, fact: TicketAnswered, _: Procedure) -> Outcome[WorkOrder]:
    """Answered at once (R004-043)."""
    return closed(order, Closure.ANSWERED, fact.at, fact.by)


def on_withdrawn(order: WorkOrder, fact: TicketWithdrawn, _: Procedure) -> Outcome[WorkOrder]:
    """The customer took the request back."""
    return closed(order, Closure.WITHDRAWN, fact.at, fact.by, fact.reason)


def on_linked(order: WorkOrder, fact: TicketLinked, _: Procedure) -> Outcome[WorkOrder]:
    """Only a merge ends the order; the other ticket carries on."""
    if fact.kind is not LinkKind.MERGED:
        return order, ()
    return closed(order, Closure.MERGED, fact.at, fact.by, fact.other)


def on_callback_completed(order: WorkOrder, fact: CallbackCompleted, procedure: Procedure) -> Outcome[WorkOrder]:
    """The customer was told, or asked: the order closes, or goes back when the reply does not hold (R004-102)."""
    if order.stage is not Stage.CALLBACK:
        return order, ()
    if fact.mismatch is not None:
        return _sent_back(order, fact, fact.mismatch, procedure)
    if fact.recheck:
        return _looked_at_again(order, fact, procedure)
    if fact.kind is CallKind.ANSWER:
        return closed(order, Closure.ANSWERED, fact.at, fact.by)
    return closed(order, Closure.SATISFIED if fact.satisfied else Closure.DISSATISFIED, fact.at, fact.by)


def _sent_back(order: WorkOrder, fact: CallbackCompleted, ground: str, procedure: Procedure) -> Outcome[WorkOrder]:
    back = TicketSentBack(at=fact.at, by=fact.by, unit=unit_of(order), ground=ground, basis=fact.basis or "")
    return again(order, back, procedure), (back,)


def _looked_at_again(order: WorkOrder, fact: CallbackCompleted, procedure: Procedure) -> Outcome[WorkOrder]:
    """The customer, not satisfied, wants a recheck: the unit replies anew, and the customer is told of that."""
    count = order.rechecks + 1
    asked = TicketRecheckAsked(at=fact.at, by=fact.by, unit=unit_of(order), count=count)
    return again(order, asked, procedure).but(rechecks=count), (asked,)


def again(order: WorkOrder, back: Fact, procedure: Procedure) -> WorkOrder:
    """Back at the unit, which sets the reply right; sla_monitor will say by when (reading 14)."""
    limits = order.limits_after(back.short_type(), procedure)
    return order.but(stage=Stage.IN_PROGRESS, replied_at=None, division_approved=False, again=True, limits=limits)


def on_callback_exhausted(order: WorkOrder, fact: CallbackExhausted, _: Procedure) -> Outcome[WorkOrder]:
    """The customer could not be reached for their own reasons (第十四条(九), R004-101)."""
    if order.stage is not Stage.CALLBACK:
        return order, ()
    return closed(order, Closure.UNREACHABLE, fact.at, SYSTEM, fact.reason)
