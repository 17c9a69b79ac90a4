"""More time (延期): asked for before the deadline, decided once by whoever the procedure names, within its bounds."""

from datetime import datetime

from contracts.fact import Actor, is_late
from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketExtensionGranted, TicketExtensionRefused, TicketExtensionRequested
from contracts.vocabulary import ClockName, ExtensionDecider, Role
from procedures.duration import Duration
from procedures.model import Procedure
from procedures.wording import local_text
from services.routing.rules.commands import DecideExtension, RequestExtension
from services.routing.rules.state import WorkOrder
from services.routing.rules.unit_work import signed, unit_of

_DECIDER_OF_ROLE = {
    Role.DIVISION.value: ExtensionDecider.DIVISION,
    Role.INTEGRATION.value: ExtensionDecider.PLATFORM,
    Role.SUPERVISOR.value: ExtensionDecider.CENTRE,
}


def decider_of(order: WorkOrder, procedure: Procedure) -> ExtensionDecider:
    """Who may lengthen this order's limit (reading 11); for a department, which has no division, the centre."""
    rules = procedure.extension
    named = rules.government_order_decided_by.value if order.gov else rules.decided_by.value
    if named is ExtensionDecider.DIVISION and order.division is None:
        return ExtensionDecider.CENTRE
    return named


def none_is_asked(order: WorkOrder, _: Procedure) -> bool:
    """Whether nobody waits for more time."""
    return order.extension_until is None


def one_is_asked(order: WorkOrder, _: Procedure) -> bool:
    """Whether an extension waits to be decided."""
    return order.extension_until is not None


def request_extension(order: WorkOrder, command: RequestExtension, procedure: Procedure) -> Outcome[WorkOrder]:
    """The unit asks for more time (第十五条(二)2, R004-119).

    Refused when one is pending or granted already, without a reason, after the deadline, for a moment out of bounds;
    transiently while the limit it would lengthen has not been heard of.
    """
    refusal = _not_again(order, command, procedure) or _not_now(order, command.at, procedure)
    refusal = refusal or _out_of_bounds(order, command.until, procedure)
    if refusal is not None:
        return refusal
    decider = decider_of(order, procedure)
    order, facts = signed(order, command.at, command.by)
    requested = TicketExtensionRequested(
        at=command.at,
        by=command.by,
        unit=unit_of(order),
        until=command.until,
        reason=command.reason,
        decider=decider,
    )
    return order.but(extension_until=command.until, extension_decider=decider), (*facts, requested)


def _not_again(order: WorkOrder, command: RequestExtension, procedure: Procedure) -> Refusal | None:
    rules = procedure.extension
    if order.extension_until is not None:
        return refused("order_extension_pending", rules.times, accepts=("decide_extension",))
    if order.extensions >= rules.times.value:
        return refused("order_extension_used_up", rules.times, times=rules.times.value)
    if rules.reason_required.value and not command.reason:
        return refused("order_reason_missing", rules.reason_required, accepts=("reason",))
    return None


def _not_now(order: WorkOrder, at: datetime, procedure: Procedure) -> Refusal | None:
    rules = procedure.extension
    if order.reply_due is None:
        transient = _reply_is_limited(order, procedure)
        return refused("order_extension_without_limit", rules.clocks, transient=transient)
    if is_late(at, order.reply_due):
        return refused("order_extension_too_late", rules.clocks, due=local_text(order.reply_due, procedure))
    return None


def _reply_is_limited(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether sla_monitor is going to say when the reply is due."""
    if ClockName.REPLY not in procedure.extension.clocks.value:
        return False
    limits = procedure.limits(
        order.ticket_type, ClockName.REPLY, grade=order.grade, subtype=order.subtype, area=order.area
    )
    return bool(limits) or order.gov is not None


def _out_of_bounds(order: WorkOrder, until: datetime, procedure: Procedure) -> Refusal | None:
    """An extension ends after the deadline; and by at most the original length after it, unless a platform decides."""
    due = order.reply_due
    if due is None:
        return None
    if until <= due:
        return refused("order_extension_not_later", procedure.extension.clocks, due=local_text(due, procedure))
    if decider_of(order, procedure) is ExtensionDecider.PLATFORM:
        return None
    latest = _latest(order, due, procedure)
    if until <= latest:
        return None
    accepts = (latest.isoformat(),)
    most = procedure.extension.at_most_share_of_original
    return refused("order_extension_too_long", most, accepts=accepts, latest=local_text(latest, procedure))


def _latest(order: WorkOrder, due: datetime, procedure: Procedure) -> datetime:
    calendar, share = procedure.calendar, procedure.extension.at_most_share_of_original.value
    limit = Duration.parse(order.reply_limit) if order.reply_limit else None
    end = calendar.add(due, limit) if limit else due + (due - (order.reply_from or due))
    if share == 1:
        return end
    return calendar.at_share(due, end, share, working=limit is not None and limit.is_working)


def decide_extension(order: WorkOrder, command: DecideExtension, procedure: Procedure) -> Outcome[WorkOrder]:
    """The decider grants, possibly another moment than was asked for, or refuses.

    Refused when nothing was asked, to anybody but the decider, and for a moment out of bounds.
    """
    if order.extension_until is None or order.extension_decider is None:
        return refused("order_extension_not_asked", procedure.extension.decided_by, accepts=("request_extension",))
    if _speaking_as(command, order.extension_decider) is not order.extension_decider:
        return _not_theirs(order.extension_decider, procedure)
    until = command.until or order.extension_until
    refusal = _out_of_bounds(order, until, procedure) if command.granted else None
    if refusal is not None:
        return refusal
    return _decided(order, command, until, order.extension_decider)


def _decided(
    order: WorkOrder, command: DecideExtension, until: datetime, decider: ExtensionDecider
) -> Outcome[WorkOrder]:
    order = order.but(extension_until=None, extension_decider=None, extensions=order.extensions + command.granted)
    if command.granted:
        return order, (TicketExtensionGranted(at=command.at, by=command.by, until=until, decider=decider),)
    refusal = TicketExtensionRefused(at=command.at, by=command.by, decider=decider, reason=command.reason)
    return order, (refusal,)


def _speaking_as(command: DecideExtension, expected: ExtensionDecider) -> ExtensionDecider:
    """Whose decision it is: a person speaks for their own desk, a written case names the decider."""
    return _of_role(command.by) or command.decider or expected


def _of_role(by: Actor) -> ExtensionDecider | None:
    return _DECIDER_OF_ROLE.get(by.role)


def _not_theirs(decider: ExtensionDecider, procedure: Procedure) -> Refusal:
    rules = procedure.extension
    platform = decider is ExtensionDecider.PLATFORM
    basis = rules.government_order_decided_by if platform else rules.decided_by
    return refused("order_extension_not_theirs", basis, accepts=(decider.value,), decider=decider)
