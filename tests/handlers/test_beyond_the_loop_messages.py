"""A recheck and a warning on the bus: whoever hears of them twice acts once."""

from typing import Any

from contracts.callback import CallbackCompleted
from contracts.fact import SYSTEM
from contracts.ticket import (
    TicketOpened,
    TicketRecheckAsked,
    TicketReplied,
    TicketReplyApproved,
    TicketWarningRaised,
)
from contracts.vocabulary import CallKind, Channel, Reviewer, Stage
from kit.decide.fold import Cause
from kit.decide.shell import Done
from services.callback.decider import DECIDER as CALLBACK
from services.callback.rules import Calls, CallStage
from services.routing.decider import DECIDER as ROUTING
from services.routing.rules import STEPS, WorkOrder, decide
from services.sla_monitor.decider import DECIDER as MONITOR
from services.sla_monitor.rules import Sla
from tests.handlers.bench_of_one import FRIDAY_10, Bench
from tests.utilities import ALL

UTILITY = "telecom"
OPENED = TicketOpened(
    at=FRIDAY_10,
    by=SYSTEM,
    procedure="telecom@2026-01-01",
    number="10099-1",
    channel=Channel.PHONE,
    ticket_type="charges",
    area="pudong",
    customer_ref="cust_1",
    first_owner="agent-1",
)
REPLIED = TicketReplied(at=FRIDAY_10, by=SYSTEM, unit="pudong", opinion="o", result="r")
APPROVED = TicketReplyApproved(at=FRIDAY_10, by=SYSTEM, reviewer=Reviewer.CENTRE, final=True, replied_at=FRIDAY_10)
RECHECK = TicketRecheckAsked(at=FRIDAY_10, by=SYSTEM, unit="pudong", count=1)


async def test_a_recheck_asked_in_the_call_takes_the_order_back_once() -> None:
    bench: Bench[WorkOrder] = Bench(ROUTING, procedure_of=ALL.get)
    await bench.hears(OPENED, utility=UTILITY)
    for step, fields in (
        ("dispatch", {"unit": "pudong"}),
        ("reply", {"opinion": "o", "result": "r"}),
        ("review", {"approved": True}),
    ):
        await taken(bench, step, **fields)
    asked = CallbackCompleted(at=FRIDAY_10, by=SYSTEM, kind=CallKind.SATISFACTION, satisfied=False, recheck=True)
    document = await bench.hears(asked, utility=UTILITY)
    assert document is not None
    assert (document.state.stage, document.state.rechecks) == (Stage.IN_PROGRESS, 1)
    assert bench.said().count("ticket.recheck_asked") == 1


async def taken(bench: Bench[WorkOrder], step: str, **fields: Any) -> None:
    asked = STEPS[step]
    command = asked.written(FRIDAY_10, fields)
    done = await bench.shell.do(
        "tkt_1",
        lambda order, procedure: decide(asked, order, command, procedure),
        utility=UTILITY,
        cause=Cause(step),
    )
    assert isinstance(done, Done), done


async def test_the_call_is_planned_anew_for_the_reply_after_a_recheck() -> None:
    bench: Bench[Calls] = Bench(CALLBACK, procedure_of=ALL.get)
    for fact in (OPENED, REPLIED, APPROVED, RECHECK):
        document = await bench.hears(fact, utility=UTILITY)
    assert document is not None
    assert document.state.stage is CallStage.WAITING
    for fact in (REPLIED, APPROVED):
        document = await bench.hears(fact, utility=UTILITY)
    assert bench.said() == ["callback.planned", "callback.planned"]


async def test_a_warning_reaches_each_of_its_levels_once() -> None:
    bench: Bench[Sla] = Bench(MONITOR, procedure_of=ALL.get)
    await bench.hears(OPENED, utility=UTILITY)
    raised = TicketWarningRaised(at=FRIDAY_10, by=SYSTEM, warning="red", to=("division", "centre"), reason="r")
    await bench.hears(raised, utility=UTILITY)
    told = [event.data for event in bench.outbox.events if event.data.short_type() == "ticket.escalated"]
    assert [(fact.to, fact.cause, fact.warning) for fact in told] == [
        ("division", "early_warning", "red"),
        ("centre", "early_warning", "red"),
    ]
