"""More time (延期): asked for before the deadline, decided once by whoever the procedure names, within its bounds."""

from datetime import datetime
from fractions import Fraction
from typing import Literal

from contracts.fact import Actor, Fact, is_late
from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketExtensionGranted, TicketExtensionRefused, TicketExtensionRequested
from contracts.vocabulary import ExtensionDecider, Role
from procedures.duration import Duration
from procedures.model import Procedure
from procedures.model.part import stated
from procedures.wording import local_text
from services.routing.rules.commands import DecideExtension, RequestExtension
from services.routing.rules.state import RunningLimit, WorkOrder
from services.routing.rules.unit_work import signed, unit_of
from texts import text

_DECIDER_OF_ROLE = {
    Role.DIVISION.value: ExtensionDecider.DIVISION,
    Role.INTEGRATION.value: ExtensionDecider.PLATFORM,
    Role.SUPERVISOR.value: ExtensionDecider.CENTRE,
}


def decider_of(order: WorkOrder, procedure: Procedure) -> ExtensionDecider:
    """Who may lengthen this order's limit (reading 11); for a department, which has no division, the centre."""
    rules = stated(procedure.extension)
    by_platform = rules.platform_order_decided_by if order.gov else None
    named = (by_platform or rules.decided_by).value
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
    rules = stated(procedure.extension)
    times = rules.times.value
    if order.extension_until is not None:
        return refused("order_extension_pending", rules.times, accepts=("decide_extension",))
    if times != "unlimited" and order.extensions >= times:
        return refused("order_extension_used_up", rules.times, times=times)
    if rules.reason_required.value and not command.reason:
        return refused("order_reason_missing", rules.reason_required, accepts=("reason",))
    return None


def _not_now(order: WorkOrder, at: datetime, procedure: Procedure) -> Refusal | None:
    rules, limit = stated(procedure.extension), _extended(order, procedure)
    if limit is None:
        transient = _will_be_limited(order, procedure)
        return refused("order_extension_without_limit", rules.clocks, transient=transient)
    if is_late(at, limit.due):
        return refused("order_extension_too_late", rules.clocks, due=local_text(limit.due, procedure.calendar.zone))
    return None


def _extended(order: WorkOrder, procedure: Procedure) -> RunningLimit | None:
    """The running limit that an extension lengthens: that of the first clock the procedure names."""
    clocks = stated(procedure.extension).clocks.value
    return next((order.limits[name] for name in clocks if name in order.limits), None)


def _will_be_limited(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether sla_monitor is going to say when it is due."""
    of, clocks = order.circumstances(procedure), stated(procedure.extension).clocks.value
    return order.gov is not None or any(procedure.limits(name, each) for name in clocks for each in of)


def _out_of_bounds(order: WorkOrder, until: datetime, procedure: Procedure) -> Refusal | None:
    """It ends after the deadline, by so much of the original length at most, unless a platform decides."""
    rules, limit = stated(procedure.extension), _extended(order, procedure)
    if limit is None:
        return None
    if until <= limit.due:
        return refused("order_extension_not_later", rules.clocks, due=local_text(limit.due, procedure.calendar.zone))
    share = rules.at_most_share_of_original.value
    if share == "unlimited" or decider_of(order, procedure) is ExtensionDecider.PLATFORM:
        return None
    latest = _latest(limit, share, procedure)
    if until <= latest:
        return None
    accepts, most = (latest.isoformat(),), rules.at_most_share_of_original
    return refused(
        "order_extension_too_long", most, accepts=accepts, latest=local_text(latest, procedure.calendar.zone)
    )


def _latest(limit: RunningLimit, share: Fraction, procedure: Procedure) -> datetime:
    calendar = procedure.calendar
    length = Duration.told(limit.length) if limit.length else None
    end = calendar.add(limit.due, length) if length else limit.due + (limit.due - limit.since)
    if share == 1:
        return end
    return calendar.at_share(limit.due, end, share, working=length is not None and length.is_working)


def decide_extension(order: WorkOrder, command: DecideExtension, procedure: Procedure) -> Outcome[WorkOrder]:
    """The decider grants, possibly another moment than was asked for, or refuses.

    Refused when nothing was asked, to anybody but the decider, and for a moment out of bounds.
    """
    if order.extension_until is None or order.extension_decider is None:
        return refused(
            "order_extension_not_asked", stated(procedure.extension).decided_by, accepts=("request_extension",)
        )
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


def dropped(
    order: WorkOrder, why: Literal["moved", "replied", "closed"], at: datetime, by: Actor
) -> tuple[WorkOrder, tuple[Fact, ...]]:
    """A question that is open when the order moves on is answered by that, with its reason; it lies on no desk."""
    if order.extension_until is None or order.extension_decider is None:
        return order, ()
    reason = text(f"extension_dropped.{why}", "zh")
    said = TicketExtensionRefused(at=at, by=by, decider=order.extension_decider, reason=reason)
    return order.but(extension_until=None, extension_decider=None), (said,)


def _speaking_as(command: DecideExtension, expected: ExtensionDecider) -> ExtensionDecider:
    """Whose decision it is: a person speaks for their own desk, a written case names the decider."""
    return _of_role(command.by) or command.decider or expected


def _of_role(by: Actor) -> ExtensionDecider | None:
    return _DECIDER_OF_ROLE.get(by.role)


def _not_theirs(decider: ExtensionDecider, procedure: Procedure) -> Refusal:
    rules = stated(procedure.extension)
    basis = rules.platform_order_decided_by if decider is ExtensionDecider.PLATFORM else None
    return refused("order_extension_not_theirs", basis or rules.decided_by, accepts=(decider.value,), decider=decider)
