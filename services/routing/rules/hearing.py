"""What routing takes from others' words into the order: its opening, its grade, and the limits that run on it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from contracts.clock import ClockCancelled, ClockMet, ClockMissed, ClockResumed, ClockStarted
from contracts.refusal import Outcome
from contracts.ticket import TicketOpened, TicketRegraded, TicketSupervised, TicketSupplemented, TicketUrged
from contracts.vocabulary import ClockName
from procedures.model import Procedure
from services.routing.rules.state import WorkOrder

_DUE: Mapping[ClockName, str] = MappingProxyType(
    {
        ClockName.DISPATCH: "dispatch_due",
        ClockName.HANDLE: "handle_due",
        ClockName.REPLY: "reply_due",
        ClockName.CALLBACK: "callback_due",
    }
)
"""The clocks by which a desk orders its list; the others pass by without a write."""


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
        gov=fact.gov,
        call_wish=fact.call_wish.preference,
        proposed_unit=fact.proposed_unit,
    )
    return opened, ()


def on_regraded(order: WorkOrder, fact: TicketRegraded, _: Procedure) -> Outcome[WorkOrder]:
    """The grade decides who reviews; a division's pass for another grade still holds (R004-070)."""
    return order.but(grade=fact.grade), ()


def on_urged(order: WorkOrder, fact: TicketUrged, _: Procedure) -> Outcome[WorkOrder]:
    """The urging order reaches the unit on its own list (第十五条(四)2, R004-136, R004-137)."""
    return order.but(urges=fact.count, urged_at=fact.at), ()


def on_supplemented(order: WorkOrder, fact: TicketSupplemented, _: Procedure) -> Outcome[WorkOrder]:
    """More material is in intake for whoever holds the order (R004-138)."""
    return order.but(supplements=order.supplements + 1, urged_at=fact.at), ()


def on_supervised(order: WorkOrder, _fact: TicketSupervised, _: Procedure) -> Outcome[WorkOrder]:
    """The centre watches the order (R004-135)."""
    return order.but(supervised=True), ()


def on_clock_started(order: WorkOrder, fact: ClockStarted, _: Procedure) -> Outcome[WorkOrder]:
    """A limit runs, or runs on other terms; an extension, which names no length, is not measured by itself."""
    field = _DUE.get(fact.clock)
    if field is None:
        return order, ()
    if fact.clock is ClockName.REPLY and (fact.limit is not None or not fact.restated):
        begun = fact.started_at or fact.at
        return order.but(reply_due=fact.due, reply_from=begun, reply_limit=fact.limit), ()
    return _due(order, field, fact.due)


def on_clock_resumed(order: WorkOrder, fact: ClockResumed, _: Procedure) -> Outcome[WorkOrder]:
    """The limit now ends at another moment."""
    field = _DUE.get(fact.clock)
    return _due(order, field, fact.due) if field else (order, ())


def on_clock_over(order: WorkOrder, fact: ClockMet | ClockCancelled, _: Procedure) -> Outcome[WorkOrder]:
    """Nobody works against this limit any more."""
    field = _DUE.get(fact.clock)
    return _due(order, field, None) if field else (order, ())


def on_clock_missed(order: WorkOrder, fact: ClockMissed, procedure: Procedure) -> Outcome[WorkOrder]:
    """An overdue limit stays at the top of its desk's list until the thing has come after all."""
    if fact.late_by_s is None:
        return order, ()
    field = _DUE.get(fact.clock)
    del procedure
    return _due(order, field, None) if field else (order, ())


def _due(order: WorkOrder, field: str, due: datetime | None) -> Outcome[WorkOrder]:
    """The same order itself where nothing changes, so that nothing is written."""
    return (order, ()) if getattr(order, field) == due else (order.but(**{field: due}), ())
