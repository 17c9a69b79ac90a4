"""Calling customers back over HTTP: quiet hours, three attempts, appointments, send-backs, new requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.journey.office import Office, Order

CALLBACK = "第十四条(九)"


async def to_be_called(office: Office, ticket_type: str = "opinion", **more: Any) -> Order:
    """A ticket whose reply has passed."""
    order = await office.dispatched(ticket_type, **more)
    await order.reply()
    await order.pass_review()
    await office.settle()
    return order


async def test_nobody_is_called_in_quiet_hours_whose_ends_are_exact(office: Office) -> None:
    monday = await office.monday("20:00")
    order = await to_be_called(office)
    await office.until(monday + timedelta(hours=1))
    problem = await order.not_called(solved="yes")
    assert (problem["code"], problem["clause"], problem["rule"]) == ("quiet_hours", CALLBACK, "R004-095")
    morning = monday + timedelta(hours=12)
    assert problem["accepts"] == [f">= {morning.isoformat()}"]
    await office.until(morning - timedelta(seconds=1))
    assert (await order.not_called(solved="yes"))["code"] == "quiet_hours"
    await office.until(morning)
    await order.called(solved="yes", satisfaction=5)
    assert (await order.seen())["closure"] == "satisfied"


async def test_three_attempts_two_hours_apart_and_the_ticket_closes_with_the_reason(office: Office) -> None:
    await office.monday()
    order = await to_be_called(office)
    await order.called("no_answer")
    await office.wait(hours=2, seconds=-1)
    problem = await order.not_called("busy")
    assert (problem["code"], problem["rule"]) == ("too_soon_to_call", "R004-100")
    await office.wait(seconds=1)
    await order.called("busy")
    assert await order.stage() == "callback"
    await office.wait(hours=2)
    await order.called("unreachable", reason="号码为空号")
    seen = await order.seen()
    assert (seen["stage"], seen["closure"]) == ("closed", "unreachable")
    calls = await office.get("agent", f"/callback/tickets/{order.id}")
    assert (calls["counted"], calls["reason"]) == (3, "号码为空号")
    assert (await order.clock("callback"))["state"] == "met"


async def test_an_appointment_is_kept_even_at_night_and_not_called_before(office: Office) -> None:
    monday = await office.monday("18:00")
    order = await to_be_called(office)
    at_night = monday + timedelta(hours=4)
    await order.called("inconvenient", appointment=at_night.isoformat())
    await office.until(at_night - timedelta(minutes=1))
    assert (await order.not_called(solved="yes"))["code"] == "before_appointment"
    await office.until(at_night)
    await order.called(solved="yes", satisfaction=4)
    assert (await order.seen())["closure"] == "satisfied"


async def test_a_customer_who_wants_no_call_gets_none(office: Office) -> None:
    await office.monday()
    order = await to_be_called(office, call_wish={"preference": "none"})
    assert (await order.seen())["closure"] == "callback_waived"
    problem = await order.not_called(solved="yes")
    assert (problem["code"], problem["clause"], problem["rule"]) == ("no_call_owed", CALLBACK, "R004-091")


async def test_a_call_that_contradicts_the_reply_sends_the_order_back_with_its_basis(office: Office) -> None:
    await office.monday()
    order = await to_be_called(office)
    mismatch = {"solved": "no", "mismatch": "contradicts_facts"}
    problem = await order.not_called(**mismatch)
    assert (problem["code"], problem["clause"], problem["rule"]) == ("basis_missing", "第十五条(三)2", "R004-130")
    await order.called(**mismatch, basis="客户说没有人上门")
    assert await order.stage() == "in_progress"
    assert (await order.clock("reply"))["due"] == office.now + timedelta(days=7)
    await order.reply(opinion="已重新上门")
    await order.pass_review()
    await office.settle()
    await order.called(solved="yes", satisfaction=4)
    assert (await order.seen())["closure"] == "satisfied"
    assert (await order.said()).count("ticket.sent_back") == 1


async def test_the_call_asks_whether_it_is_solved_and_a_low_score_closes_dissatisfied(office: Office) -> None:
    await office.monday()
    order = await to_be_called(office)
    assert (await order.not_called(satisfaction=5))["code"] == "solved_not_asked"
    await order.called(solved="partly", satisfaction=2)
    assert (await order.seen())["closure"] == "dissatisfied"


async def test_a_new_request_raised_in_the_call_is_a_ticket_of_its_own_linked_to_the_first(office: Office) -> None:
    await office.monday()
    first = await to_be_called(office)
    second = await office.accepted("fault", parent=first.id)
    seen = await office.get("agent", f"/intake/tickets/{second.id}")
    assert {"other": first.id, "kind": "new_request"} in seen["links"]
    await first.called(solved="yes", satisfaction=5)
    assert await first.stage() == "closed"
    assert await second.stage() == "accepted"


async def test_the_first_call_is_due_a_working_day_after_the_reply_and_the_desk_lists_it(office: Office) -> None:
    monday = await office.monday()
    order = await to_be_called(office)
    assert (await order.clock("callback"))["due"] == monday + timedelta(days=1)
    listed = (await office.get("agent", "/callback/plans", kind="satisfaction"))["items"]
    assert order.id in [plan["ticket"] for plan in listed]
    await office.until(monday + timedelta(days=1, minutes=1))
    assert (await order.clock("callback"))["state"] == "missed"
    await order.called(solved="yes", satisfaction=5)
    assert (await order.clock("callback"))["late_by_s"] == 60
