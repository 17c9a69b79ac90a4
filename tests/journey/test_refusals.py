"""What the system says no to over HTTP: why, by which clause, what would be accepted; and nothing has changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kit.auth.issuer import BuiltInIssuer, seeded_user
from tests.journey.office import Office, request


async def test_missing_fields_are_named_all_at_once_with_the_clause_that_asks_for_them(office: Office) -> None:
    await office.monday()
    body = request("fault", office.now, customer={"name": "无名氏"}, call_wish=None)
    problem = await office.refused("agent", "/intake/requests", body)
    assert (problem["status"], problem["code"]) == (422, "fields_missing")
    assert (problem["clause"], problem["rule"]) == ("第十五条(一)1", "R004-104")
    assert problem["accepts"] == ["name", "contact", "address", "callback"], "a name that says there is none is none"
    assert problem["detail"] == "Missing: name, contact, address, callback wish."


async def test_an_alarm_is_not_taken_before_the_precautions_were_read_out(office: Office) -> None:
    await office.monday()
    problem = await office.refused("agent", "/intake/requests", request("alarm", office.now, precautions_given=False))
    assert (problem["clause"], problem["rule"]) == ("第十四条(三)", "R004-052")
    form = await office.get("agent", "/intake/forms/alarm")
    assert form["scripts"][0]["id"] == "gas-leak-precautions"


async def test_nothing_is_answered_to_a_query_before_the_identity_was_checked(office: Office) -> None:
    await office.monday()
    query = await office.accepted("query", verified=False)
    problem = await office.refused("agent", f"/intake/tickets/{query.id}/answer", {"text": "上月用气 32 方"})
    assert (problem["code"], problem["clause"]) == ("identity_not_verified", "第十四条(一)")


async def test_who_waits_on_the_phone_is_told_why_there_is_no_answer_at_once(office: Office) -> None:
    await office.monday()
    problem = await office.refused("agent", "/intake/requests", request("fault", office.now, reason_explained=False))
    assert (problem["code"], problem["clause"]) == ("reason_not_explained", "第十三条(三)")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "fire"}, "body.type"),
        ({"channel": None}, "body.channel"),
        ({"colour": "red"}, "body.colour"),
        ({"people": 0}, "body.people"),
        ({"ended_at": "yesterday"}, "body.ended_at"),
    ],
)
async def test_a_malformed_request_names_the_field_and_says_nothing_of_what_was_sent(
    office: Office, body: dict[str, object], field: str
) -> None:
    await office.monday()
    problem = await office.refused("agent", "/intake/requests", request("fault", office.now, **body))
    assert (problem["status"], problem["errors"][0]["field"]) == (422, field)
    assert "欧阳" not in str(problem)


async def test_another_units_order_another_divisions_order_and_another_role_are_refused(office: Office) -> None:
    await office.monday()
    order = await office.dispatched("fault")
    for who, code in (("unit:zibo", "unknown_ticket"), ("agent", "role_missing"), ("knowledge", "role_missing")):
        assert (await order.refused(who, "sign"))["code"] == code
    for who in ("unit:zibo", "division:jiaodong"):
        response = await office.ask("GET", who, order.path)
        assert (response.status_code, response.json()["code"]) == (404, "unknown_ticket")
    shown = await office.get("unit:zibo", "/routing/work-orders")
    assert order.id not in [each["id"] for each in shown["items"]]
    assert await order.stage() == "dispatched"


async def test_a_step_at_the_wrong_stage_says_what_would_be_accepted_and_changes_nothing(office: Office) -> None:
    await office.monday()
    order = await office.dispatched("fault")
    before = await order.seen()
    problem = await order.refused("agent", "dispatch", unit="zibo")
    assert (problem["status"], problem["code"], problem["clause"]) == (409, "order_wrong_stage", "第十四条")
    assert set(problem["accepts"]) == set(before["accepts"])
    problem = await order.refused("agent", "review", approved=True)
    assert (problem["code"], problem["rule"]) == ("order_wrong_stage", "R004-131")
    assert await order.seen() == before


async def test_nobody_without_a_token_and_nobody_of_another_utility_sees_a_ticket(office: Office) -> None:
    await office.monday()
    order = await office.accepted("fault")
    await office.settle()
    response = await office.ask("GET", None, order.path)
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
    token = BuiltInIssuer(office.var).token(
        seeded_user("agent"), utility="shanghai-telecom", audience="hotline-loop", lifetime=timedelta(hours=1)
    )
    for path in (order.path, f"/intake/tickets/{order.id}", f"/sla/tickets/{order.id}/clocks"):
        response = await office.ask("GET", None, path, Authorization=f"Bearer {token}")
        assert (response.status_code, response.json()["code"]) == (404, "unknown_ticket")


async def test_an_unknown_ticket_is_awaited_for_a_moment_and_then_refused(office: Office) -> None:
    await office.monday()
    unknown = "/routing/work-orders/tkt_01ARZ3NDEKTSV4RRFFQ69G5FAV/sign"
    assert (await office.refused("unit:jinan", unknown))["status"] == 404


async def test_time_only_moves_forward_and_only_the_administrator_moves_it(office: Office) -> None:
    earlier = {"now": (office.now - timedelta(seconds=1)).isoformat()}
    assert (await office.refused("admin", "/clock", earlier))["code"] == "time_only_moves_forward"
    assert (await office.refused("agent", "/clock", earlier))["code"] == "role_missing"


async def test_problems_are_told_in_the_readers_language(office: Office) -> None:
    await office.monday()
    order = await office.dispatched("fault")
    told = {
        language: (await office.ask("POST", "agent", f"{order.path}/sign", {}, Accept_Language=language)).json()
        for language in ("zh", "en")
    }
    assert told["zh"]["code"] == told["en"]["code"] == "role_missing"
    assert (told["zh"]["detail"], told["en"]["detail"]) == ("您的角色不能办理此事。", "Your role may not do this.")
