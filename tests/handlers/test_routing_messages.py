"""Routing on the bus: every message comes twice, late or after the end, and has its effect once."""

from datetime import datetime, timedelta
from typing import Any

from contracts.callback import CallbackCompleted, CallbackExhausted
from contracts.clock import ClockCancelled, ClockMet, ClockMissed, ClockResumed, ClockStarted
from contracts.envelope import Event, decode, encode
from contracts.fact import SYSTEM, Fact
from contracts.ticket import (
    TicketAnswered,
    TicketLinked,
    TicketOpened,
    TicketRegraded,
    TicketSupervised,
    TicketSupplemented,
    TicketUrged,
    TicketWithdrawn,
)
from contracts.topics import SPEAKERS, source_of
from contracts.vocabulary import CallKind, Channel, Closure, LinkKind, Stage
from kit.clock import SteppedClock
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.store.memory import MemoryStore
from kit.store.port import Document, In, Query, Range
from procedures.loader import load_all
from services.routing.decider import DECIDER
from services.routing.rules import STEPS, WorkOrder, decide
from tests.outbox import Outbox

PROCEDURES = load_all()
PROCEDURE = "kunlun-gas-956100@2011-01-01"
FRIDAY_10 = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
UTILITY = "kunlun-gas-956100"
KEY = "tkt_1"

OPENED = TicketOpened(
    at=FRIDAY_10,
    by=SYSTEM,
    procedure=PROCEDURE,
    number="KG20261120-0001-5",
    channel=Channel.PHONE,
    ticket_type="fault",
    area="jinan/lixia",
    customer_ref="cust_1",
    first_owner="agent-1",
)


class Desk:
    """Routing alone with its store; every event goes over the wire and is delivered twice."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.clock = SteppedClock(FRIDAY_10)
        store = MemoryStore(DECIDER.collection)
        self.shell = Shell(DECIDER, store, self.outbox, self.clock, PROCEDURES.get, timedelta(0))
        self._sequences: dict[str, int] = {}

    async def hears(self, fact: Fact, key: str = KEY) -> WorkOrder:
        service = next(name for name, facts in SPEAKERS.items() if type(fact) in facts)
        sequence = self._sequences[service] = self._sequences.get(service, 0) + 1
        event = decode(
            encode(Event(f"{service}-{sequence}", source_of(service), key, sequence, UTILITY, fact, "00-trace"))
        )
        await self.shell.hear([event, event])
        before, said = await self.document(key), self.said()
        await self.shell.hear([event])
        assert (await self.document(key), self.said()) == (before, said)
        return before.state

    async def does(self, step: str, **fields: Any) -> WorkOrder:
        asked = STEPS[step]
        command = asked.written(self.clock.now(), fields)
        done = await self.shell.do(
            KEY,
            lambda order, procedure: decide(asked, order, command, procedure),
            utility=UTILITY,
            cause=Cause(step),
        )
        assert isinstance(done, Done), done
        return done.document.state

    async def document(self, key: str = KEY) -> Document[WorkOrder]:
        document = await self.shell.get(key, UTILITY)
        assert document is not None
        return document

    def said(self) -> list[str]:
        return [event.data.short_type() for event in self.outbox.events]


def started(clock: str, due: datetime, **more: Any) -> ClockStarted:
    return ClockStarted(at=FRIDAY_10, clock=clock, due=due, limit="3 working days", source="第十四条(四)", **more)


async def test_a_ticket_opened_twice_is_one_work_order_waiting_for_dispatch() -> None:
    desk = Desk()
    order = await desk.hears(OPENED)
    assert (order.stage, order.number, order.area) == (Stage.ACCEPTED, OPENED.number, "jinan/lixia")
    assert (await desk.document()).version == 1
    assert desk.said() == []


async def test_facts_about_a_subject_that_is_no_ticket_of_ours_are_passed_over() -> None:
    desk = Desk()
    clock = started("task", FRIDAY_10)
    await desk.shell.hear([Event("e1", source_of("sla_monitor"), "tsk_1", 1, UTILITY, clock)])
    assert await desk.shell.get("tsk_1", UTILITY) is None


async def test_each_of_intakes_endings_closes_once() -> None:
    endings = {
        TicketAnswered(at=FRIDAY_10, by=SYSTEM): Closure.ANSWERED,
        TicketWithdrawn(at=FRIDAY_10, by=SYSTEM): Closure.WITHDRAWN,
        TicketLinked(at=FRIDAY_10, by=SYSTEM, other="tkt_2", kind=LinkKind.MERGED): Closure.MERGED,
    }
    for ending, closure in endings.items():
        desk = Desk()
        await desk.hears(OPENED)
        assert (await desk.hears(ending)).closure is closure
        assert desk.said() == ["ticket.closed"]
        assert desk.outbox.events[0].traceparent == "00-trace"


async def test_a_regrade_is_kept() -> None:
    desk = Desk()
    await desk.hears(OPENED)
    assert (await desk.hears(TicketRegraded(at=FRIDAY_10, by=SYSTEM, grade=1, reason="r"))).grade == 1


async def test_the_unit_sees_on_its_order_that_the_customer_urges() -> None:
    desk = Desk()
    await desk.hears(OPENED)
    await desk.does("dispatch", unit="jinan")
    await desk.hears(TicketUrged(at=FRIDAY_10, by=SYSTEM, count=1))
    await desk.hears(TicketUrged(at=FRIDAY_10, by=SYSTEM, count=2))
    await desk.hears(TicketSupplemented(at=FRIDAY_10 + timedelta(hours=1), by=SYSTEM))
    order = await desk.hears(TicketSupervised(at=FRIDAY_10, by=SYSTEM, cause="urged_again"))
    assert (order.urges, order.supplements, order.supervised) == (2, 1, True)
    assert order.urged_at == FRIDAY_10 + timedelta(hours=1)


async def test_the_callbacks_words_close_once() -> None:
    answers: dict[Fact, Closure] = {
        CallbackCompleted(at=FRIDAY_10, by=SYSTEM, kind=CallKind.SATISFACTION): Closure.SATISFIED,
        CallbackExhausted(at=FRIDAY_10, attempts=3, reason="r"): Closure.UNREACHABLE,
    }
    for answer, closure in answers.items():
        desk = Desk()
        await desk.hears(OPENED)
        await desk.does("dispatch", unit="jinan")
        await desk.does("reply", opinion="o", result="r")
        await desk.does("review", approved=True)
        assert (await desk.hears(answer)).closure is closure
        assert desk.said().count("ticket.closed") == 1


async def test_the_end_of_the_return_window_is_deemed_acceptance_once() -> None:
    desk = Desk()
    await desk.hears(OPENED)
    await desk.does("dispatch", unit="jinan")
    desk.clock.advance(timedelta(days=3))
    assert [await desk.shell.tick(), await desk.shell.tick()] == [1, 0]
    assert desk.said() == ["ticket.dispatched", "ticket.signed"]


async def test_a_desks_list_is_in_order_of_what_is_due_there() -> None:
    desk = Desk()
    for number in (1, 2, 3):
        fact = OPENED.model_copy(update={"number": f"KG-{number}"})
        await desk.hears(fact, f"tkt_{number}")
        await desk.hears(started("dispatch", FRIDAY_10 + timedelta(minutes=9 - number)), f"tkt_{number}")
    waiting = Query(UTILITY, (In("stage", ("accepted",)), Range("due", None, FRIDAY_10 + timedelta(minutes=8))), "due")
    assert [row.key for row in await desk.shell.store.find(waiting)] == ["tkt_3", "tkt_2"]


async def test_due_follows_the_limits_that_run_for_whoever_holds_the_order() -> None:
    desk = Desk()
    hour = timedelta(hours=1)
    await desk.hears(OPENED)
    order = await desk.hears(started("dispatch", FRIDAY_10 + hour))
    assert order.due == FRIDAY_10 + hour
    assert (await desk.does("dispatch", unit="jinan")).due is None
    await desk.hears(started("handle", FRIDAY_10 + 3 * hour))
    order = await desk.hears(started("reply", FRIDAY_10 + 9 * hour))
    assert order.due == FRIDAY_10 + 3 * hour
    order = await desk.hears(ClockMet(at=FRIDAY_10, clock="handle", due=FRIDAY_10 + 3 * hour))
    assert order.due == FRIDAY_10 + 9 * hour
    order = await desk.hears(ClockResumed(at=FRIDAY_10, clock="reply", due=FRIDAY_10 + 20 * hour))
    assert order.due == FRIDAY_10 + 20 * hour
    missed = ClockMissed(at=order.due, clock="reply", due=order.due)
    assert (await desk.hears(missed)).due == FRIDAY_10 + 20 * hour
    await desk.does("reply", opinion="o", result="r")
    await desk.hears(missed.model_copy(update={"late_by_s": 60}))
    order = await desk.hears(started("callback", FRIDAY_10 + 30 * hour))
    assert order.due == FRIDAY_10 + 30 * hour
    order = await desk.hears(ClockCancelled(at=FRIDAY_10, clock="callback", reason="rejected"))
    assert order.due is None


async def test_clocks_that_no_desk_is_ordered_by_cost_no_write() -> None:
    desk = Desk()
    await desk.hears(OPENED)
    version = (await desk.document()).version
    await desk.shell.hear([Event("e9", source_of("sla_monitor"), KEY, 9, UTILITY, started("contact", FRIDAY_10))])
    assert (await desk.document()).version == version
