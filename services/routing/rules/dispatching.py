"""To whom an order goes: phone first where life is at stake; after some rounds the centre's word is final."""

from datetime import datetime

from contracts.fact import Fact
from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketDispatched, TicketPhoneNotified, TicketReturnAccepted
from contracts.vocabulary import Stage
from procedures.model import Deadline, Procedure, Sourced, Unit
from services.routing.rules.commands import Dispatch, NotifyByPhone
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
    of = order.circumstances(procedure)
    return phone_first(order, procedure) or (
        notice is not None and any(procedure.is_so(when, of) for when in notice.when)
    )


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
    return _lying_at(order, sent, window.due if window else None, procedure), (*_taken_back(order, command), sent)


def phone_first(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether no order of this type goes to a unit that was not phoned."""
    return procedure.types[order.ticket_type].has("phone_first")


def may_be_dispatched(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether there is a unit that this order may go to."""
    return order.phoned_unit is not None or not phone_first(order, procedure)


def _unknown_unit(unit: str, procedure: Procedure) -> Refusal:
    known = tuple(each.id for each in procedure.organisation.targets())
    return refused("order_unit_unknown", procedure.clause("targets"), accepts=known, unit=unit)


def _not_phoned(order: WorkOrder, unit: Unit, procedure: Procedure) -> Refusal:
    setting = procedure.types[order.ticket_type].phone_first
    assert setting is not None
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
    of = order.circumstances(procedure)
    return procedure.deadline(procedure.returns.window.value, at, of, unit=order.unit)


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
        material=None,
        completed=False,
        kept=False,
        held=None,
        held_until=None,
        forwarded_to=None,
        limits=order.limits_after(sent.short_type(), procedure),
        wake_at=return_until,
    )
