"""People's data: by role and reason, never to the accused, and every look leaves a record (R004-040)."""

from pathlib import Path

import pytest

from contracts.fact import SYSTEM
from contracts.ticket import TicketClosed
from contracts.vocabulary import Closure
from tests.handlers.intake_desk import CUSTOMER, FRIDAY_10, FrontDesk


@pytest.fixture
def desk(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


COMPLAINT = {"type": "complaint", "subtype": "delay", "text": "一直没人来"}


async def test_without_a_reason_the_centre_sees_masked_data(desk: FrontDesk) -> None:
    customer = (await desk.accept())["customer"]
    shown = (await desk.get("agent", f"/intake/customers/{customer}")).json()
    assert shown["masked"]
    assert (shown["name"], shown["contact"]) == ("王**", "138****8000")
    assert "泉城路" not in shown["address"]
    assert (await desk.get("unit:jinan", f"/intake/customers/{customer}")).json()["code"] == "reason_needed"
    (audit,) = (await desk.get("supervisor", "/intake/audits")).json()["items"]
    assert (audit["what"], audit["customer"], audit["who"]) == ("customer", customer, "agent-01")
    assert not audit.get("reason")


async def test_with_a_reason_it_is_shown_in_full_and_recorded(desk: FrontDesk) -> None:
    customer = (await desk.accept())["customer"]
    shown = (await desk.get("agent", f"/intake/customers/{customer}", reason="call_back")).json()
    assert (shown["name"], shown["contact"]) == (CUSTOMER["name"], CUSTOMER["contact"])
    (audit,) = (await desk.get("admin", "/intake/audits", customer=customer)).json()["items"]
    assert (audit["role"], audit["reason"], audit["what"]) == ("agent", "call_back", "customer")
    assert set(audit["fields"]) == {"name", "contact", "address", "id_number"}
    assert (await desk.get("agent", "/intake/audits")).status_code == 403


async def test_a_reason_the_role_may_not_have_is_refused_with_those_it_may(desk: FrontDesk) -> None:
    customer = (await desk.accept())["customer"]
    refused = await desk.get("agent", f"/intake/customers/{customer}", reason="curiosity")
    assert (refused.status_code, refused.json()["accepts"]) == (403, ["call_back", "urge", "verify_identity"])


async def test_a_unit_is_told_on_its_own_open_ticket_only(desk: FrontDesk) -> None:
    customer, ticket = await accepted(desk)
    path = f"/intake/customers/{customer}"
    assert (await desk.get("unit:jinan", path, reason="visit")).status_code == 403
    assert (await desk.get("unit:jinan", path, reason="visit", ticket=ticket)).status_code == 404
    await desk.dispatched(ticket)
    shown = await desk.get("unit:jinan", path, reason="visit", ticket=ticket)
    assert shown.json()["address"] == CUSTOMER["address"]
    assert (await desk.get("unit:qingdao", path, reason="visit", ticket=ticket)).status_code == 404
    other, _ = await accepted(desk, customer={**CUSTOMER, "name": "李", "id_number": "9"})
    assert (
        await desk.get("unit:jinan", f"/intake/customers/{other}", reason="visit", ticket=ticket)
    ).status_code == 403
    await desk.hears(ticket, TicketClosed(at=FRIDAY_10, by=SYSTEM, closure=Closure.SATISFIED))
    assert (await desk.get("unit:jinan", path, reason="visit", ticket=ticket)).status_code == 403


async def accepted(desk: FrontDesk, **said: object) -> tuple[str, str]:
    found = await desk.accept(**said)
    return found["customer"], found["tickets"][0]["ticket"]


@pytest.mark.parametrize(("accused", "status"), [(None, 403), ("jinan", 403), ("qingdao", 200)])
async def test_who_complains_is_not_told_to_the_accused(desk: FrontDesk, accused: str | None, status: int) -> None:
    customer, ticket = await accepted(desk, **COMPLAINT, accused=accused)
    await desk.dispatched(ticket)
    path = f"/intake/customers/{customer}"
    answer = await desk.get("unit:jinan", path, reason="contact_customer", ticket=ticket)
    assert answer.status_code == status
    if status == 403:
        assert (answer.json()["clause"], answer.json()["rule"]) == ("第十三条(四)", "R004-040")
    division = await desk.get("division:luzhong", path, reason="investigation", ticket=ticket)
    assert division.status_code == 200


async def test_a_caller_is_checked_without_anything_being_shown(desk: FrontDesk) -> None:
    customer, _ = await accepted(desk)
    path = f"/intake/customers/{customer}/verification"
    right = await desk.post("agent", path, {"name": "王小明", "id_number": "370102199001011234"})
    few = await desk.post("agent", path, {"name": "王小明"})
    wrong = await desk.post("agent", path, {"name": "王小明", "id_number": "370102199001011234", "contact": "1"})
    assert [each.json()["verified"] for each in (right, few, wrong)] == [True, False, False]
    assert "370102" not in right.text
    assert len((await desk.get("supervisor", "/intake/audits", customer=customer)).json()["items"]) == 3


async def test_the_screen_shows_who_may_be_calling_with_their_tickets(desk: FrontDesk) -> None:
    customer, ticket = await accepted(desk)
    screen = (await desk.post("agent", "/intake/screen", {"phone": "138-0013-8000"})).json()
    (panel,) = screen["customers"]
    assert panel["customer"]["ref"] == customer
    assert panel["customer"]["masked"]
    assert [each["id"] for each in panel["tickets"]] == [ticket]
    assert (await desk.post("agent", "/intake/screen", {"phone": "13900000000"})).json() == {"customers": []}
    assert (await desk.post("unit:jinan", "/intake/screen", {"phone": "13800138000"})).status_code == 403
    looked = (await desk.post("admin", "/intake/audits/search", {"phone": "13800138000"})).json()["items"]
    assert [(each["what"], each["who"]) for each in looked] == [("screen", "agent-01")]


async def test_another_utility_finds_nobody(desk: FrontDesk) -> None:
    customer, _ = await accepted(desk)
    other = await desk.get("agent", f"/intake/customers/{customer}", utility="telecom", reason="call_back")
    assert other.status_code == 404
