"""How an order ends (办结); a unit never closes one itself (第十四条, R004-044)."""

from datetime import datetime

from contracts.callback import CallbackCompleted, CallbackExhausted
from contracts.fact import SYSTEM, Actor, Fact
from contracts.refusal import Outcome, refused
from contracts.ticket import (
    Demand,
    TicketAnswered,
    TicketClosed,
    TicketDemandInvalidated,
    TicketLinked,
    TicketRecheckAsked,
    TicketSentBack,
    TicketWithdrawn,
)
from contracts.vocabulary import CallKind, Closure, LinkKind, Stage
from procedures.model import Procedure
from procedures.model.part import Sourced
from services.routing.rules.commands import Close, Invalidate
from services.routing.rules.extending import dropped
from services.routing.rules.state import WorkOrder
from services.routing.rules.unit_work import unit_of


def closed(
    order: WorkOrder, closure: Closure, at: datetime, by: Actor, reason: str | None = None
) -> tuple[WorkOrder, tuple[Fact, ...]]:
    """The order as closed, and the word of it; nothing is owed and nothing wakes it any more."""
    order, asked = dropped(order, "closed", at, by)
    done = order.but(stage=Stage.CLOSED, closure=closure, closed_at=at, wake_at=None)
    return done, (*asked, TicketClosed(at=at, by=by, closure=closure, reason=reason))


def invalidate(order: WorkOrder, command: Invalidate, procedure: Procedure) -> Outcome[WorkOrder]:
    """A complaint that is not valid closes with the reason (第十四条(六), R004-069); refused for other types.

    Beside other demands it is taken out by its number, and they stay as they are (design reading 19).
    """
    doubtful = _may_be_invalid(order, procedure)
    if not doubtful or (command.demand is not None and command.demand not in doubtful):
        return refused("order_not_invalidable", invalidating(procedure), accepts=map(str, doubtful))
    if not command.reason:
        return refused("order_reason_missing", invalidating(procedure), accepts=("reason",))
    if len(order.demands) <= 1:
        return closed(order, Closure.INVALID, command.at, command.by, command.reason)
    if command.demand is None:
        demands = ", ".join(map(str, doubtful))
        return refused("order_invalid_which", invalidating(procedure), accepts=map(str, doubtful), demands=demands)
    return _without(order, command, command.demand, procedure)


def _without(order: WorkOrder, command: Invalidate, demand: int, procedure: Procedure) -> Outcome[WorkOrder]:
    left = tuple(each for each in order.demands if each.number != demand)
    highest = min(left, key=lambda each: procedure.rank_of(each.type, order.grade))
    said = TicketDemandInvalidated(
        at=command.at,
        by=command.by,
        demand=demand,
        reason=command.reason,
        ticket_type=highest.type,
        subtype=highest.subtype,
        demands=left,
    )
    grade = next((order.grade for each in left if procedure.grade_of(each.type, order.grade) is not None), None)
    return order.but(demands=left, ticket_type=highest.type, subtype=highest.subtype, grade=grade), (said,)


def may_be_invalid(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether any demand of this order can be found invalid."""
    return bool(_may_be_invalid(order, procedure))


def _may_be_invalid(order: WorkOrder, procedure: Procedure) -> tuple[int, ...]:
    """The numbers of the demands whose type can be found invalid; an order that lists none has the one of its type."""
    demands = order.demands or (Demand(number=1, type=order.ticket_type, subtype=order.subtype),)
    settings = ((each.number, procedure.types[each.type].may_be_invalid) for each in demands)
    return tuple(number for number, setting in settings if setting is not None and setting.value)


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
    return procedure.call_owed(order.types) is CallKind.NONE


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
    return closed(order.but(merged_into=fact.other), Closure.MERGED, fact.at, fact.by, fact.other)


def on_callback_completed(order: WorkOrder, fact: CallbackCompleted, procedure: Procedure) -> Outcome[WorkOrder]:
    """The customer was told, or asked: the order closes, or goes back when the reply does not hold (R004-102)."""
    if order.stage is not Stage.CALLBACK:
        return order, ()
    if fact.mismatch is not None:
        return _sent_back(order, fact, fact.mismatch, procedure)
    if fact.recheck:
        return _looked_at_again(order, fact, procedure)
    if fact.kind is CallKind.ANSWER or fact.declined:
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
