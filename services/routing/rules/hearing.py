"""What routing takes from others' words into the order: its opening, its grade, and the limits that run on it."""

from datetime import datetime

from contracts.clock import ClockCancelled, ClockExempted, ClockMet, ClockMissed, ClockResumed, ClockStarted
from contracts.fact import SYSTEM
from contracts.refusal import Outcome
from contracts.ticket import (
    TicketAmended,
    TicketOpened,
    TicketRegraded,
    TicketSupervised,
    TicketSupplemented,
    TicketUrged,
    TicketUrgeDelivered,
    TicketUrgeQueued,
)
from contracts.vocabulary import CallPreference, Closure, Stage
from procedures.model import Procedure
from services.routing.rules.closing import closed
from services.routing.rules.state import RunningLimit, WorkOrder


def on_opened(order: WorkOrder | None, fact: TicketOpened, _: Procedure) -> Outcome[WorkOrder]:
    """A request became a ticket: its work order waits to be dispatched."""
    if order is not None:
        return order, ()
    opened = WorkOrder.model_construct(
        procedure=fact.procedure,
        number=fact.number,
        ticket_type=fact.ticket_type,
        opened_at=fact.at,
        first_owner=fact.first_owner,
        subtype=fact.subtype,
        grade=fact.grade,
        area=fact.area,
        demands=fact.demands,
        flags=fact.flags,
        fields=fact.fields,
        people=fact.people,
        channel=fact.channel,
        gov=fact.gov,
        call_wish=fact.call_wish.preference,
        proposed_unit=fact.proposed_unit,
        accused=fact.accused,
    )
    return opened, ()


def on_regraded(order: WorkOrder, fact: TicketRegraded, _: Procedure) -> Outcome[WorkOrder]:
    """The grade decides who reviews; a division's pass for another grade still holds (R004-070)."""
    return order.but(grade=fact.grade), ()


def on_urged(order: WorkOrder, fact: TicketUrged, _: Procedure) -> Outcome[WorkOrder]:
    """The urging order reaches the unit on its own list (第十五条(四)2, R004-136, R004-137)."""
    return _delivered(order.but(urges=fact.count, urged_at=fact.at), fact.at)


def on_urge_queued(order: WorkOrder, fact: TicketUrgeQueued, _: Procedure) -> Outcome[WorkOrder]:
    """The customer presses before there is a unit: whoever dispatches sees it (design reading 22)."""
    return order.but(pressed=True, urged_at=fact.at), ()


def on_supplemented(order: WorkOrder, fact: TicketSupplemented, _: Procedure) -> Outcome[WorkOrder]:
    """More material is in intake for whoever holds the order (R004-138)."""
    return _delivered(order.but(supplements=order.supplements + 1, urged_at=fact.at), fact.at)


def _delivered(order: WorkOrder, at: datetime) -> Outcome[WorkOrder]:
    """The unit that holds the order has it now; without one it goes out with the dispatch."""
    if order.stage in (Stage.ACCEPTED, Stage.RETURNED) or order.unit is None:
        return order.but(undelivered=True), ()
    return order, (TicketUrgeDelivered(at=at, by=SYSTEM, unit=order.unit),)


def on_amended(order: WorkOrder, fact: TicketAmended, _: Procedure) -> Outcome[WorkOrder]:
    """A later contact brought more; who wants no call any more, and waits for one, is not called (R004-091)."""
    amended = order.but(
        flags=fact.flags,
        people=fact.people,
        call_wish=fact.call_wish.preference,
        gov=fact.gov or order.gov,
        accused=fact.accused,
    )
    if order.stage is Stage.CALLBACK and fact.call_wish.preference is CallPreference.NONE:
        return closed(amended, Closure.CALLBACK_WAIVED, fact.at, fact.by)
    return amended, ()


def on_supervised(order: WorkOrder, _fact: TicketSupervised, _: Procedure) -> Outcome[WorkOrder]:
    """The centre watches the order (R004-135)."""
    return order.but(supervised=True), ()


def on_clock_started(order: WorkOrder, fact: ClockStarted, procedure: Procedure) -> Outcome[WorkOrder]:
    """A limit runs, or runs on other terms; an extension, which names no length, is not measured by itself."""
    if not _is_watched(fact.clock, procedure):
        return order, ()
    before = order.limits.get(fact.clock)
    if fact.limit is None and fact.restated and before is not None:
        return _limit(order, fact.clock, before.model_copy(update={"due": fact.due}))
    owner = procedure.clocks[fact.clock].owner
    limit = RunningLimit(due=fact.due, since=fact.started_at or fact.at, length=fact.limit, owner=owner)
    return _limit(order, fact.clock, limit)


def _is_watched(clock: str, procedure: Procedure) -> bool:
    """Whether a desk orders its list by this clock; the others pass by without a write."""
    row = procedure.clocks.get(clock)
    return row is not None and (row.period or (row.owner == "centre" and not row.internal))


def on_clock_resumed(order: WorkOrder, fact: ClockResumed, _: Procedure) -> Outcome[WorkOrder]:
    """The limit now ends at another moment."""
    before = order.limits.get(fact.clock)
    return _limit(order, fact.clock, before.model_copy(update={"due": fact.due})) if before else (order, ())


def on_clock_over(
    order: WorkOrder, fact: ClockMet | ClockCancelled | ClockExempted | ClockMissed, _: Procedure
) -> Outcome[WorkOrder]:
    """Nobody works against this limit any more."""
    if fact.clock not in order.limits:
        return order, ()
    return order.but(limits={name: limit for name, limit in order.limits.items() if name != fact.clock}), ()


def on_clock_missed(order: WorkOrder, fact: ClockMissed, procedure: Procedure) -> Outcome[WorkOrder]:
    """An overdue limit stays at the top of its desk's list until the thing has come after all."""
    return (order, ()) if fact.late_by_s is None else on_clock_over(order, fact, procedure)


def _limit(order: WorkOrder, clock: str, limit: RunningLimit) -> Outcome[WorkOrder]:
    """The same order itself where nothing changes, so that nothing is written."""
    if order.limits.get(clock) == limit:
        return order, ()
    return order.but(limits={**order.limits, clock: limit}), ()
