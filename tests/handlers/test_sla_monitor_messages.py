"""The monitor on the bus: every message comes twice and has its effect once; time is told to it by the tick."""

from datetime import timedelta

from contracts.envelope import Event
from contracts.fact import SYSTEM
from contracts.knowledge import NoticePublished, NoticeRaised
from contracts.ticket import TicketOpened, TicketReplied, TicketSigned
from contracts.topics import KNOWLEDGE, SPEAKERS, TICKETS, source_of, topic_of
from contracts.vocabulary import Channel, ClockState
from services.sla_monitor.decider import DECIDER, decider
from services.sla_monitor.rules import Sla
from tests.handlers.bench_of_one import FRIDAY_10, UTILITY, Bench
from tests.unit.sla_monitor.journey import dispatched, replied, signed

MINUTE = timedelta(minutes=1)
OPENED = TicketOpened(
    at=FRIDAY_10,
    by=SYSTEM,
    procedure="kunlun-gas-956100@2011-01-01",
    number="KG-1",
    channel=Channel.WEB,
    ticket_type="fault",
    area="jinan/lixia",
    customer_ref="cust_1",
    first_owner="agent-1",
)


async def test_a_fault_told_twice_over_has_each_clock_once() -> None:
    bench = Bench(DECIDER)
    await bench.hears(OPENED)
    await bench.hears(dispatched(FRIDAY_10 + MINUTE))
    await bench.hears(signed(FRIDAY_10 + 2 * MINUTE))
    document = await bench.hears(replied(FRIDAY_10 + 30 * MINUTE))
    assert document is not None
    assert [clock.name for clock in document.state.clocks] == ["dispatch", "sign", "contact", "reply", "callback"]
    assert bench.said().count("clock.started") == 5
    assert bench.said().count("clock.met") == 4
    assert {event.traceparent for event in bench.outbox.events} == {"00-trace"}
    assert {type(event.data) for event in bench.outbox.events} <= set(SPEAKERS["sla_monitor"])


async def test_the_tick_warns_and_misses_once_each_and_with_the_grace_of_the_procedure() -> None:
    bench = Bench(DECIDER)
    await bench.hears(OPENED)
    due = FRIDAY_10 + 5 * MINUTE
    assert await bench.tick_at(FRIDAY_10 + 4 * MINUTE + timedelta(seconds=5)) == 1
    assert await bench.tick_at(due + timedelta(seconds=5)) == 0
    assert await bench.tick_at(due + timedelta(seconds=5, milliseconds=1)) == 1
    assert await bench.tick_at(due + timedelta(days=9)) == 0
    assert bench.said() == ["clock.started", "clock.warned", "clock.missed", "ticket.escalated"]
    assert bench.outbox.events[2].data.at == due


async def test_without_grace_a_miss_is_said_a_millisecond_after_the_deadline() -> None:
    bench = Bench(decider(timedelta(0)))
    await bench.hears(OPENED)
    await bench.tick_at(FRIDAY_10 + 5 * MINUTE)
    assert "clock.missed" not in bench.said()
    assert await bench.tick_at(FRIDAY_10 + 5 * MINUTE + timedelta(milliseconds=1)) == 1
    assert "clock.missed" in bench.said()


async def test_many_clocks_left_alone_for_days_are_all_told_in_one_tick_in_order_of_time() -> None:
    bench = Bench(decider(timedelta(0)))
    await bench.hears(OPENED)
    await bench.hears(dispatched(FRIDAY_10 + MINUTE))
    assert await bench.tick_at(FRIDAY_10 + timedelta(days=30)) == 1
    moments = [event.data.at for event in bench.outbox.events if event.data.short_type() == "clock.missed"]
    assert moments == sorted(moments)
    assert len(moments) == 3
    assert await bench.shell.store.next_wake() is None


async def test_facts_about_a_ticket_never_opened_here_are_passed_over() -> None:
    bench: Bench[Sla] = Bench(DECIDER)
    fact = TicketSigned(at=FRIDAY_10, by=SYSTEM, unit="jinan")
    await bench.shell.hear([Event("e1", source_of("routing"), "tkt_9", 1, UTILITY, fact)])
    assert await bench.shell.get("tkt_9", UTILITY) is None


async def test_a_notice_has_its_clock_on_the_topic_of_knowledge() -> None:
    bench = Bench(DECIDER)
    raised = NoticeRaised(at=FRIDAY_10, by=SYSTEM, procedure=OPENED.procedure, title="no gas", unit="jinan")
    await bench.hears(raised, key="ntc_1")
    document = await bench.hears(NoticePublished(at=FRIDAY_10 + 4 * MINUTE, by=SYSTEM), key="ntc_1")
    assert document is not None
    (clock,) = document.state.clocks
    assert (clock.name, clock.state) == ("notice", ClockState.MET)
    assert {topic_of(event.subject) for event in bench.outbox.events} == {KNOWLEDGE}
    assert topic_of("tkt_1") == TICKETS


async def test_the_state_survives_being_stored_as_json() -> None:
    bench = Bench(DECIDER)
    await bench.hears(OPENED)
    document = await bench.hears(dispatched(FRIDAY_10 + MINUTE))
    assert document is not None
    assert Sla.model_validate_json(document.state.model_dump_json()) == document.state


def test_every_field_of_a_list_is_declared() -> None:
    assert set(DECIDER.fields(Sla(procedure="p"))) == set(DECIDER.collection.fields)


def test_what_the_monitor_hears_is_said_by_others() -> None:
    own = set(SPEAKERS["sla_monitor"])
    assert own.isdisjoint(DECIDER.hears)
    assert TicketReplied in DECIDER.hears
