"""What the responsible unit does with an order: sign, reach the customer, agree a time, go, finish, decline."""

from datetime import datetime

from contracts.fact import SYSTEM, Actor, Fact
from contracts.refusal import Outcome, refused
from contracts.ticket import (
    TicketAppointed,
    TicketArrived,
    TicketCompleted,
    TicketContacted,
    TicketDeclined,
    TicketSigned,
)
from contracts.vocabulary import Stage
from kit.decide.steps import Command
from procedures.model import Procedure
from procedures.model.part import Sourced
from procedures.wording import local_text
from services.routing.rules.commands import Appoint, Arrive, Complete, Contact, Decline, Sign
from services.routing.rules.state import WorkOrder


def unit_of(order: WorkOrder) -> str:
    """The unit that holds the order; only asked of an order that was dispatched."""
    assert order.unit is not None
    return order.unit


def signed(order: WorkOrder, at: datetime, by: Actor, *, deemed: bool = False) -> tuple[WorkOrder, tuple[Fact, ...]]:
    """The order as signed for, and the word of it; nothing when it was signed before."""
    if order.stage is not Stage.DISPATCHED:
        return order, ()
    fact = TicketSigned(at=at, by=by, unit=unit_of(order), deemed=deemed)
    return order.but(stage=Stage.IN_PROGRESS, signed_at=at, wake_at=None), (fact,)


def deem_accepted(order: WorkOrder, _now: datetime, _: Procedure) -> Outcome[WorkOrder]:
    """Woken at the end of the window: a unit that neither signed nor returned has accepted (R004-124)."""
    if order.return_until is None:
        return order.but(wake_at=None), ()
    return signed(order.but(wake_at=None), order.return_until, SYSTEM, deemed=True)


def sign(order: WorkOrder, command: Sign, _: Procedure) -> Outcome[WorkOrder]:
    """The unit takes the order."""
    return signed(order, command.at, command.by)


def contact(order: WorkOrder, command: Contact, _: Procedure) -> Outcome[WorkOrder]:
    """The unit has reached the customer; it may do so again."""
    return _reached(*signed(order, command.at, command.by), command)


def appoint(order: WorkOrder, command: Appoint, procedure: Procedure) -> Outcome[WorkOrder]:
    """A time is agreed, which only who has reached the customer can do. Refused for a time that has passed."""
    if command.appointed_for <= command.at:
        appointed_for = local_text(command.appointed_for, procedure.calendar.zone)
        return refused("order_appointment_passed", procedure.clauses.loop, appointed_for=appointed_for)
    order, facts = signed(order, command.at, command.by)
    if order.contacted_at is None:
        order, facts = _reached(order, facts, command)
    unit = unit_of(order)
    agreed = TicketAppointed(at=command.at, by=command.by, unit=unit, appointed_for=command.appointed_for)
    return order.but(appointed_for=command.appointed_for), (*facts, agreed)


def arrive(order: WorkOrder, command: Arrive, procedure: Procedure) -> Outcome[WorkOrder]:
    """On site: of an alarm possibly before the order itself, on the phone notice alone (R004-053, R004-055)."""
    unit = order.responsible
    if unit is None:
        return refused("order_nobody_told", procedure.clauses.loop, accepts=("notify_by_phone", "dispatch"))
    order, facts = signed(order, command.at, command.by)
    return order, (*facts, TicketArrived(at=command.at, by=command.by, unit=unit))


def somebody_is_told(order: WorkOrder, _: Procedure) -> bool:
    """Whether a unit has the order, or was told of it by phone."""
    return order.responsible is not None


def complete(order: WorkOrder, command: Complete, _: Procedure) -> Outcome[WorkOrder]:
    """The work is done."""
    order, facts = signed(order, command.at, command.by)
    return order.but(completed=True), (*facts, TicketCompleted(at=command.at, by=command.by, unit=unit_of(order)))


def decline(order: WorkOrder, command: Decline, procedure: Procedure) -> Outcome[WorkOrder]:
    """What was applied for is not accepted, which may shorten the limit.

    Refused for other types, without the reason that the customer was told, and the second time.
    """
    setting = procedure.types[order.ticket_type].declinable
    if setting is None or not setting.value:
        return refused("order_not_declinable", declining(procedure), accepts=declinable_types(procedure))
    if order.declined:
        return refused("order_already_declined", setting, accepts=("reply",))
    if not command.reason:
        return refused("order_reason_missing", setting, accepts=("reason",))
    order, facts = signed(order, command.at, command.by)
    declined = TicketDeclined(at=command.at, by=command.by, unit=unit_of(order), reason=command.reason)
    return order.but(declined=True), (*facts, declined)


def may_be_declined(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether it is of a type that is declined, and has not been."""
    setting = procedure.types[order.ticket_type].declinable
    return setting is not None and setting.value and not order.declined


def declinable_types(procedure: Procedure) -> tuple[str, ...]:
    """The business types of which an order may be declined."""
    rules = procedure.types.items()
    return tuple(name for name, each in rules if each.declinable and each.declinable.value)


def declining(procedure: Procedure) -> Sourced:
    """The clause about declining, wherever among the types it stands; with none, that of the loop."""
    found = (each.declinable for each in procedure.types.values() if each.declinable)
    return next(found, procedure.clauses.loop)


def _reached(order: WorkOrder, facts: tuple[Fact, ...], command: Command) -> tuple[WorkOrder, tuple[Fact, ...]]:
    reached = TicketContacted(at=command.at, by=command.by, unit=unit_of(order))
    return order.but(contacted_at=command.at), (*facts, reached)
