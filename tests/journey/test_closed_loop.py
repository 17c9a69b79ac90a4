"""The loop closes for every business type, and what is said on the way lies on the bus in order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contracts.clock import ClockFact
from tests.journey.office import Office, Order

ANSWER_ONLY = ("consultation", "suggestion")
NOBODY_CALLS = ("query", "praise")
ENDS = {
    "query": "no_callback_due",
    "consultation": "answered",
    "alarm": "satisfied",
    "fault": "satisfied",
    "service_application": "satisfied",
    "complaint": "satisfied",
    "report": "satisfied",
    "opinion": "satisfied",
    "suggestion": "answered",
    "praise": "no_callback_due",
}


async def handle(order: Order) -> None:
    """Everything a unit does, in time."""
    office = order.office
    await office.wait(minutes=10)
    await order.at_unit("sign")
    await order.at_unit("contact")
    if order.type == "alarm":
        await order.at_unit("on-site")
    await office.wait(hours=2)
    await order.at_unit("complete")
    await order.reply()


@pytest.mark.parametrize(("ticket_type", "closure"), ENDS.items())
async def test_a_request_of_every_type_goes_round_the_loop_in_time(
    office: Office, ticket_type: str, closure: str
) -> None:
    await office.monday()
    order = await office.accepted(ticket_type)
    await office.wait(minutes=4)
    await order.dispatch()
    await handle(order)
    assert await order.stage() == "replied"
    await order.pass_review()
    if ticket_type not in NOBODY_CALLS:
        assert await order.stage() == "callback"
        await office.wait(hours=1)
        answers: dict[str, Any] = {} if ticket_type in ANSWER_ONLY else {"solved": "yes", "satisfaction": 5}
        await order.called(**answers)
    seen = await order.seen()
    assert (seen["stage"], seen["closure"]) == ("closed", closure)
    assert {name: clock["state"] for name, clock in (await order.clocks()).items() if clock["state"] != "met"} == {}
    assert all(line["clause"] and line["text"] for line in seen["history"])


async def test_what_is_said_lies_on_the_bus_in_the_order_it_happened_each_source_counting_up(office: Office) -> None:
    await office.monday()
    order = await office.accepted("fault")
    await office.wait(minutes=4)
    await order.dispatch()
    await handle(order)
    await order.pass_review()
    await office.settle()
    await order.called(solved="yes", satisfaction=4)
    events = await order.on_the_bus()
    story = [event.data.short_type() for event in events if not isinstance(event.data, ClockFact)]
    assert story == [
        "ticket.opened",
        "ticket.dispatched",
        "ticket.signed",
        "ticket.contacted",
        "ticket.completed",
        "ticket.replied",
        "ticket.reply_approved",
        "callback.planned",
        "callback.attempted",
        "callback.completed",
        "ticket.closed",
    ]
    for source in {event.source for event in events}:
        numbers = [event.sequence for event in events if event.source == source]
        assert numbers == list(range(1, len(numbers) + 1))


async def test_a_question_answered_while_the_customer_waits_is_closed_at_once(office: Office) -> None:
    await office.monday()
    order = await office.accepted("consultation", answer={"text": "阶梯气价按年累计"})
    seen = await order.seen()
    assert (seen["stage"], seen["closure"]) == ("closed", "answered")
    assert "ticket.dispatched" not in await order.said()


async def test_a_customer_who_takes_the_request_back_closes_it(office: Office) -> None:
    await office.monday()
    order = await office.dispatched("fault")
    await office.wait(hours=1)
    await office.do("agent", f"/intake/tickets/{order.id}/withdrawal", {"reason": "客户已自行解决"})
    assert (await order.seen())["closure"] == "withdrawn"
    assert {clock["state"] for clock in (await order.clocks()).values()} <= {"met", "cancelled"}


async def test_a_limit_is_met_at_its_very_instant_and_missed_a_second_after_it(office: Office) -> None:
    monday = await office.monday()
    kept, missed = await office.accepted("fault"), await office.accepted("fault")
    await office.until(monday + timedelta(minutes=5))
    await kept.dispatch()
    await office.wait(seconds=1)
    await missed.dispatch()
    assert (await kept.clock("dispatch"))["state"] == "met"
    late = await missed.clock("dispatch")
    assert (late["state"], late["late_by_s"], late["source"]) == ("missed", 1, "第十四条(四)")


async def test_working_days_pass_over_the_weekend_and_a_miss_is_brought_to_the_division(office: Office) -> None:
    monday = await office.monday("16:50")
    friday = await office.until(monday + timedelta(days=4))
    order = await office.dispatched("fault")
    clock = await order.clock("reply")
    assert clock["due"] == friday + timedelta(days=5)
    assert "第十四条(四)" in clock["explanation"]
    await order.at_unit("contact")
    await office.until(clock["due"])
    assert (await order.clock("reply"))["state"] == "running"
    await office.wait(seconds=10)
    assert (await order.clock("reply"))["state"] == "missed"
    assert "ticket.escalated" in await order.said()
    listed = await office.get("division:luzhong", "/sla/clocks", state="missed", unit="jinan")
    assert order.id in [row["ticket"] for row in listed["items"]]
