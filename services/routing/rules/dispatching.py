"""To whom an order goes: phone first where life is at stake; after some rounds the centre's word is final."""

from datetime import datetime

from contracts.fact import Fact
from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketDispatched, TicketPhoneNotified, TicketReturnAccepted
from contracts.vocabulary import ClockName, Stage, TicketType
from procedures.model import Deadline, Procedure, Unit
from services.routing.rules.commands import Dispatch, NotifyByPhone
from services.routing.rules.state import WorkOrder


def notify_by_phone(order: WorkOrder, command: NotifyByPhone, procedure: Procedure) -> Outcome[WorkOrder]:
    """The unit is told by phone before the order goes out.

    Refused where the procedure wants the order first: only alarms, urgent matters and major complaints may be phoned.
    """
    if procedure.unit(command.unit) is None:
        return _unknown_unit(command.unit, procedure)
    if not may_be_phoned(order, procedure):
        return refused("order_phone_not_foreseen", procedure.work_orders.phone_notice, accepts=("dispatch",))
    told = TicketPhoneNotified(at=command.at, by=command.by, unit=command.unit)
    return order.but(phoned_unit=command.unit), (told,)


def may_be_phoned(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether the unit may hear of it before the order (第十四条(三), R004-053; 第十五条(二)1, R004-117)."""
    notice = procedure.work_orders.phone_notice
    major = order.ticket_type is TicketType.COMPLAINT and order.grade in notice.complaint_grades
    return major or phone_first(order, procedure) or any(flag in notice.flags for flag in order.flags)


def dispatch(order: WorkOrder, command: Dispatch, procedure: Procedure) -> Outcome[WorkOrder]:
    """The order goes to a unit; on a returned order this takes the return as accepted (R004-125).

    Refused for an unknown unit (R004-108), and for an alarm of which this unit was not told by phone (R004-053).
    """
    unit = procedure.unit(command.unit)
    if unit is None:
        return _unknown_unit(command.unit, procedure)
    if phone_first(order, procedure) and order.phoned_unit != unit.id:
        return _not_phoned(order, unit, procedure)
    sent = _dispatched(order, command, unit, procedure)
    window = return_window(order, command.at, procedure)
    return _lying_at(order, sent, window.due if window else None), (*_taken_back(order, command), sent)


def phone_first(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether no order of this type goes to a unit that was not phoned (第十四条(三), R004-053)."""
    setting = procedure.types[order.ticket_type].phone_first
    return setting is not None and setting.value


def may_be_dispatched(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether there is a unit that this order may go to."""
    return order.phoned_unit is not None or not phone_first(order, procedure)


def _unknown_unit(unit: str, procedure: Procedure) -> Refusal:
    known = tuple(each.id for each in procedure.organisation.targets())
    return refused("order_unit_unknown", procedure.work_orders.targets, accepts=known, unit=unit)


def _not_phoned(order: WorkOrder, unit: Unit, procedure: Procedure) -> Refusal:
    setting = procedure.types[order.ticket_type].phone_first
    assert setting is not None
    return refused("order_phone_first", setting, accepts=("notify_by_phone",), unit=unit.id)


def _dispatched(order: WorkOrder, command: Dispatch, unit: Unit, procedure: Procedure) -> TicketDispatched:
    division = procedure.division_of(unit.id)
    number = order.round + 1
    return TicketDispatched(
        at=command.at,
        by=command.by,
        unit=unit.id,
        division=division.id if division else None,
        round=number,
        fixed=number >= procedure.returns.fixed_after_dispatches.value,
        advisory=unit.enforcement == "advisory",
    )


def return_window(order: WorkOrder, at: datetime, procedure: Procedure) -> Deadline | None:
    """The window to give back an order dispatched at `at`: sla_monitor's `sign` clock (第十五条(三)1, R004-122)."""
    return procedure.deadline(
        ClockName.SIGN, order.ticket_type, at, grade=order.grade, subtype=order.subtype, area=order.area
    )


def _taken_back(order: WorkOrder, command: Dispatch) -> tuple[Fact, ...]:
    if order.stage is not Stage.RETURNED or order.return_taken or order.unit is None:
        return ()
    return (TicketReturnAccepted(at=command.at, by=command.by, unit=order.unit),)


def _lying_at(order: WorkOrder, sent: TicketDispatched, return_until: datetime | None) -> WorkOrder:
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
        dispatch_due=None,
        handle_due=None,
        reply_due=None,
        wake_at=return_until,
    )
