"""Which facts change a work order, and the fields by which desks list them: one value for bus and virtual time."""

from collections.abc import Callable
from typing import Any

from contracts.callback import CallbackCompleted, CallbackExhausted
from contracts.clock import ClockCancelled, ClockExempted, ClockMet, ClockMissed, ClockResumed, ClockStarted
from contracts.refusal import Outcome
from contracts.ticket import (
    TicketAmended,
    TicketAnswered,
    TicketLinked,
    TicketOpened,
    TicketRegraded,
    TicketSupervised,
    TicketSupplemented,
    TicketUrged,
    TicketUrgeQueued,
    TicketWithdrawn,
    came_by,
)
from contracts.vocabulary import Stage
from kit.decide.decider import Decider, Rule
from kit.store.port import Collection, Fields
from services.routing.rules import WorkOrder, closing, hearing
from services.routing.rules.waking import wake

WORK_ORDERS = Collection(
    "work_orders",
    WorkOrder,
    fields=(
        "number",
        "stage",
        "type",
        "subtype",
        "grade",
        "area",
        "unit",
        "division",
        "due",
        "opened_at",
        "extension",
        "channel",
        "came_by",
    ),
)


def fields_of(order: WorkOrder) -> Fields:
    """What desks list by; `due` is the limit of whoever holds the order now, `extension` who must decide on one."""
    return {
        "number": order.number,
        "stage": order.stage.value,
        "type": order.ticket_type,
        "subtype": order.subtype,
        "grade": order.grade,
        "area": order.area,
        "unit": order.responsible,
        "division": order.division,
        "due": order.due,
        "opened_at": order.opened_at,
        "extension": order.extension_decider.value if order.extension_decider and _is_at_unit(order) else None,
        "channel": order.channel,
        "came_by": came_by(order.channel, order.gov),
    }


def _is_at_unit(order: WorkOrder) -> bool:
    """On more time for an order that was given back nobody decides, unless the unit has to keep it."""
    return order.stage in (Stage.DISPATCHED, Stage.IN_PROGRESS)


def _while_open(rule: Callable[[WorkOrder, Any, Any], Outcome[WorkOrder]]) -> Rule[WorkOrder]:
    """Facts still come after the close (a clock that ends, a late withdrawal) and change nothing then."""

    def heard(order: WorkOrder | None, fact: Any, procedure: Any) -> Outcome[WorkOrder]:
        assert order is not None
        if order.stage is Stage.CLOSED:
            return order, ()
        return rule(order, fact, procedure)

    return heard


DECIDER = Decider(
    service="routing",
    collection=WORK_ORDERS,
    hears={
        TicketOpened: hearing.on_opened,
        TicketRegraded: _while_open(hearing.on_regraded),
        TicketAnswered: _while_open(closing.on_answered),
        TicketWithdrawn: _while_open(closing.on_withdrawn),
        TicketLinked: _while_open(closing.on_linked),
        TicketUrged: _while_open(hearing.on_urged),
        TicketUrgeQueued: _while_open(hearing.on_urge_queued),
        TicketAmended: _while_open(hearing.on_amended),
        TicketSupplemented: _while_open(hearing.on_supplemented),
        TicketSupervised: _while_open(hearing.on_supervised),
        ClockStarted: _while_open(hearing.on_clock_started),
        ClockResumed: _while_open(hearing.on_clock_resumed),
        ClockMet: _while_open(hearing.on_clock_over),
        ClockCancelled: _while_open(hearing.on_clock_over),
        ClockExempted: _while_open(hearing.on_clock_over),
        ClockMissed: _while_open(hearing.on_clock_missed),
        CallbackCompleted: _while_open(closing.on_callback_completed),
        CallbackExhausted: _while_open(closing.on_callback_exhausted),
    },
    wake=wake,
    fields=fields_of,
)

DECIDERS = (DECIDER,)
