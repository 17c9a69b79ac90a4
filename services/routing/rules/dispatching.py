"""To whom an order goes: phone first where life is at stake; after some rounds the centre's word is final."""

from datetime import datetime

from contracts.fact import Fact
from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketDispatched, TicketPhoneNotified, TicketReturnAccepted, TicketUrgeDelivered
from contracts.vocabulary import Stage
from procedures.model import Deadline, Procedure, Sourced, Unit
from procedures.model.limits import earliest
from services.routing.rules.commands import Dispatch, NotifyByPhone
from services.routing.rules.extending import dropped
from services.routing.rules.state import WorkOrder


def notify_by_phone(order: WorkOrder, command: NotifyByPhone, procedure: Procedure) -> Outcome[WorkOrder]:
    """The unit is told by phone before the order goes out.

    Refused where the procedure wants the order first: only what the procedure names may be phoned.
    """
    if procedure.unit(command.unit) is None:
        return _unknown_unit(command.unit, procedure)
    if not may_be_phoned(order, procedure):
        return refused("order_phone_not_foreseen", phone_clause(procedure), accepts=("dispatch",))
    told = TicketPhoneNotified(at=command.at, by=command.by, unit=command.unit)
    return order.but(phoned_unit=command.unit), (told,)


def may_be_phoned(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether the unit may hear of it before the order: its type asks so, or the rule about phone notices does."""
    notice = procedure.work_orders.phone_notice
    if phone_first(order, procedure):
        return True
    of_demands = order.circumstances(procedure)
    return notice is not None and any(procedure.is_so(when, of) for when in notice.when for of in of_demands)


def phone_clause(procedure: Procedure) -> Sourced:
    """The clause about telling units by phone."""
    return procedure.work_orders.phone_notice or procedure.clauses.loop


def dispatch(order: WorkOrder, command: Dispatch, procedure: Procedure) -> Outcome[WorkOrder]:
    """The order goes to a unit; on a returned order this takes the return as accepted (R004-125).

    Refused for an unknown unit (R004-108), and where this unit had to be told by phone first.
    """
    unit = procedure.unit(command.unit)
    if unit is None:
        return _unknown_unit(command.unit, procedure)
    if phone_first(order, procedure) and order.phoned_unit != unit.id:
        return _not_phoned(order, unit, procedure)
    sent = _dispatched(order, command, unit, procedure)
    window = return_window(order.but(unit=unit.id), command.at, procedure)
    before = order
    order, asked = dropped(order, "moved", command.at, command.by)
    facts = (*_taken_back(before, command), *asked, sent, *_delivered_with(before, sent))
    return _lying_at(order, sent, window.due if window else None, procedure), facts


def _delivered_with(order: WorkOrder, sent: TicketDispatched) -> tuple[Fact, ...]:
    """What customers brought while no unit held the order lies with this one now (design reading 22)."""
    return (TicketUrgeDelivered(at=sent.at, by=sent.by, unit=sent.unit),) if order.undelivered else ()


def phone_first(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether no order of this type goes to a unit that was not phoned."""
    return any(procedure.types[each].has("phone_first") for each in order.types)


def may_be_dispatched(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether there is a unit that this order may go to."""
    return order.phoned_unit is not None or not phone_first(order, procedure)


def _unknown_unit(unit: str, procedure: Procedure) -> Refusal:
    known = tuple(each.id for each in procedure.organisation.targets())
    return refused("order_unit_unknown", procedure.clause("targets"), accepts=known, unit=unit)


def _not_phoned(order: WorkOrder, unit: Unit, procedure: Procedure) -> Refusal:
    setting = next(found for each in order.types if (found := procedure.types[each].phone_first))
    return refused("order_phone_first", setting, accepts=("notify_by_phone",), unit=unit.names)


def _dispatched(order: WorkOrder, command: Dispatch, unit: Unit, procedure: Procedure) -> TicketDispatched:
    division = procedure.division_of(unit.id)
    number = order.round + 1
    rule = procedure.returns.fixed_after_dispatches if procedure.returns else None
    return TicketDispatched(
        at=command.at,
        by=command.by,
        unit=unit.id,
        division=division.id if division else None,
        round=number,
        fixed=rule is not None and number >= rule.value,
        advisory=unit.enforcement == "advisory",
    )


def return_window(order: WorkOrder, at: datetime, procedure: Procedure) -> Deadline | None:
    """The window to give back an order dispatched at `at`: the limit of the clock that the procedure names."""
    if procedure.returns is None:
        return None
    window = procedure.returns.window.value
    found = (procedure.deadline(window, at, of, unit=order.unit) for of in order.circumstances(procedure))
    return earliest(each for each in found if each is not None)


def _taken_back(order: WorkOrder, command: Dispatch) -> tuple[Fact, ...]:
    if order.stage is not Stage.RETURNED or order.return_taken or order.unit is None:
        return ()
    return (TicketReturnAccepted(at=command.at, by=command.by, unit=order.unit),)


def _lying_at(
    order: WorkOrder, sent: TicketDispatched, return_until: datetime | None, procedure: Procedure
) -> WorkOrder:
    """A new round: what the last unit did or was given counts no longer, but an extension once granted does."""
    return order.but(
        stage=Stage.DISPATCHED,
        unit=sent.unit,
        division=sent.division,
        round=sent.round,
        fixed=sent.fixed,
        dispatched_at=sent.at,
        signed_at=None,
        contacted_at=None,
        appointed_for=None,
        declined=False,
        return_until=return_until,
        return_taken=False,
        pressed=False,
        undelivered=False,
        material=None,
        completed=False,
        kept=False,
        held=None,
        held_until=None,
        forwarded_to=None,
        limits=order.limits_after(sent.short_type(), procedure),
        wake_at=return_until,
    )
