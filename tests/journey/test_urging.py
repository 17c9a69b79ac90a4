"""Urging over HTTP: explained up to half of the period, ordered past it, twice at most, then supervision."""

from __future__ import annotations

from datetime import timedelta

from tests.journey.office import Office, customer, request


async def test_up_to_exactly_half_of_the_period_the_time_left_is_explained_and_past_it_the_unit_is_urged(
    office: Office,
) -> None:
    monday = await office.monday()
    order = await office.dispatched("consultation")
    half = monday + timedelta(hours=4, minutes=30)
    await office.until(half)
    explained = await order.urge(text="什么时候能好")
    assert explained["said"] == ["ticket.urge_explained"]
    assert f"{monday + timedelta(days=1):%Y-%m-%d %H:%M}" in explained["message"]
    await office.wait(seconds=1)
    assert (await order.urge())["said"] == ["ticket.urged"]
    assert (await order.clock("urge"))["state"] == "met"


async def test_two_urging_orders_at_most_and_the_third_call_puts_the_ticket_under_supervision(
    office: Office,
) -> None:
    monday = await office.monday()
    order = await office.dispatched("consultation")
    await office.until(monday + timedelta(hours=6))
    said = [(await order.urge())["said"] for _ in range(4)]
    assert said == [["ticket.urged"], ["ticket.urged"], ["ticket.supervised"], ["ticket.urge_explained"]]
    seen = await order.seen("unit:jinan")
    assert (seen["urges"], seen["supervised"]) == (2, True)


async def test_strong_dissatisfaction_is_urged_at_any_time_and_a_supplement_does_not_count(office: Office) -> None:
    await office.monday()
    order = await office.dispatched("fault")
    await office.wait(minutes=5)
    assert (await order.urge(strong=True))["said"] == ["ticket.urged"]
    supplement = await office.do("agent", f"/intake/tickets/{order.id}/supplements", {"text": "火焰发黄"})
    assert supplement["said"] == ["ticket.supplemented"]
    seen = await order.seen()
    assert (seen["urges"], seen["supplements"]) == (1, 1)


async def test_the_same_customer_in_the_same_matter_presses_the_open_ticket_and_gets_no_other(office: Office) -> None:
    monday = await office.monday()
    body = request("fault", office.now, customer=customer(), separate=False, matter=f"m-{monday:%y%m%d}")
    first = await office.do("agent", "/intake/requests", body)
    await office.wait(hours=1)
    again = await office.do("agent", "/intake/requests", {**body, "ended_at": office.now.isoformat()})
    assert [(placed["kind"], placed["number"]) for placed in again["tickets"]] == [
        ("repeat", first["tickets"][0]["number"])
    ]
    other = await office.do("agent", "/intake/requests", {**body, "matter": f"n-{monday:%y%m%d}"})
    assert other["tickets"][0]["kind"] == "opened"


async def test_a_closed_ticket_is_not_urged_and_the_problem_names_the_clause(office: Office) -> None:
    await office.monday()
    order = await office.accepted("consultation", answer={"text": "已答复"})
    problem = await office.refused("agent", f"/intake/tickets/{order.id}/urges")
    assert (problem["code"], problem["clause"], problem["rule"]) == ("ticket_over", "第十五条(四)4", "R004-140")


async def test_the_fifth_complainant_of_one_matter_lifts_all_of_them_to_grade_two(office: Office) -> None:
    monday = await office.monday()
    matter = f"c-{monday:%y%m%d}"
    orders = [await office.accepted("complaint", separate=None, matter=matter) for _ in range(5)]
    assert [(await order.seen())["grade"] for order in orders] == [2, 2, 2, 2, 2]
    linked = await office.get("agent", f"/intake/tickets/{orders[4].id}")
    assert {link["kind"] for link in linked["links"]} == {"same_matter"}
