"""The callback desk on the bus: every message comes twice and has its effect once; a call is recorded once."""

from datetime import timedelta

from contracts.envelope import Event
from contracts.refusal import Refusal
from contracts.ticket import TicketClosed
from contracts.topics import SPEAKERS, source_of
from contracts.vocabulary import CallOutcome, Closure
from kit.decide.fold import Cause
from kit.decide.shell import Done
from services.callback.decider import DECIDER
from services.callback.rules import CallBack, Calls, CallStage, call_back
from tests.handlers.bench_of_one import UTILITY, Bench
from tests.unit.callback.desk import AGENT, approved, at, opened, replied


async def waiting_for_a_call() -> Bench[Calls]:
    bench = Bench(DECIDER)
    await bench.hears(opened())
    await bench.hears(replied("11-20 14:00"))
    await bench.hears(approved("11-20 15:00", "11-20 14:00"))
    return bench


async def test_a_reply_told_twice_over_plans_one_call() -> None:
    bench = await waiting_for_a_call()
    assert bench.said() == ["callback.planned"]
    document = await bench.shell.get("tkt_1", UTILITY)
    assert document is not None
    assert document.state.stage is CallStage.PLANNED


async def test_a_call_says_what_happened_and_what_follows() -> None:
    bench = await waiting_for_a_call()
    command = CallBack(at=at("11-20 16:00"), by=AGENT, outcome=CallOutcome.CONNECTED, solved="yes", satisfaction=4)
    done = await bench.shell.do(
        "tkt_1",
        lambda state, procedure: call_back(state, command, procedure),
        utility=UTILITY,
        cause=Cause("c"),
    )
    assert isinstance(done, Done)
    assert bench.said() == ["callback.planned", "callback.attempted", "callback.completed"]
    assert {type(event.data) for event in bench.outbox.events} <= set(SPEAKERS["callback"])


async def test_the_close_ends_the_plan_and_a_later_call_is_refused() -> None:
    bench = await waiting_for_a_call()
    await bench.hears(TicketClosed(at=at("11-20 15:30"), by=AGENT, closure=Closure.WITHDRAWN))
    command = CallBack(at=at("11-20 16:00"), by=AGENT, outcome=CallOutcome.BUSY)
    refused = await bench.shell.do(
        "tkt_1", lambda state, procedure: call_back(state, command, procedure), utility=UTILITY, cause=Cause("c")
    )
    assert isinstance(refused, Refusal)
    assert refused.code == "call_not_awaited"


async def test_facts_about_a_ticket_never_opened_here_are_passed_over() -> None:
    bench = Bench(DECIDER)
    await bench.shell.hear([Event("e1", source_of("routing"), "tkt_9", 1, UTILITY, replied("11-20 14:00"))])
    assert await bench.shell.get("tkt_9", UTILITY) is None


async def test_the_state_survives_being_stored_as_json() -> None:
    bench = await waiting_for_a_call()
    document = await bench.shell.get("tkt_1", UTILITY)
    assert document is not None
    assert Calls.model_validate_json(document.state.model_dump_json()) == document.state


async def test_the_desk_needs_no_waking() -> None:
    bench = await waiting_for_a_call()
    assert await bench.tick_at(at("11-20 15:00") + timedelta(days=9)) == 0


def test_every_field_of_a_list_is_declared() -> None:
    fields = DECIDER.fields(Calls(procedure="p", type="fault", kind="satisfaction"))
    assert set(fields) == set(DECIDER.collection.fields)
