"""Requests over HTTP: accepted once, split, refused with what is missing, by whom it may be."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.store.memory import MemoryStore
from services.intake.matters.remembering import SIGHTINGS, RememberedMatters
from services.intake.matters.words import Lexicon
from tests.handlers.intake_desk import CUSTOMER, FAULT, FRIDAY_10, FrontDesk


@pytest.fixture
def desk(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


async def test_a_request_becomes_a_ticket_with_a_number_and_words_for_the_customer(desk: FrontDesk) -> None:
    accepted = await desk.accept()
    (ticket,) = accepted["tickets"]
    assert ticket["kind"] == "opened"
    assert ticket["number"].startswith("956100-20261120-00001-")
    assert ticket["unit"] == "jinan"
    assert ticket["number"] in ticket["message"]
    assert [script["id"] for script in ticket["scripts"]] == ["stove-no-ignition"]
    assert accepted["customer"].startswith("cust_")


async def test_what_is_missing_is_listed_by_field_with_the_clause(desk: FrontDesk) -> None:
    body = {"channel": "phone", "type": "alarm", "customer": {"name": "王"}, "reason_explained": True}
    answer = await desk.post("agent", "/intake/requests", body)
    problem = answer.json()
    assert answer.status_code == 422
    assert problem["clause"] == "第十四条(三)"
    assert problem["accepts"] == ["address", "contact", "situation", "precautions"]
    assert problem["detail"] == "Missing: address, contact, situation on site, precautions given."
    assert desk.said() == []


async def test_the_same_key_is_accepted_once_and_another_body_refused(desk: FrontDesk) -> None:
    first = await desk.post("agent", "/intake/requests", FAULT, Idempotency_Key="k1")
    desk.clock.advance(timedelta(hours=1))
    again = await desk.post("agent", "/intake/requests", FAULT, Idempotency_Key="k1")
    other = await desk.post("agent", "/intake/requests", FAULT | {"people": 2}, Idempotency_Key="k1")
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert desk.said() == ["ticket.opened"]


async def test_units_may_not_accept_and_people_may_not_name_the_moment(desk: FrontDesk) -> None:
    assert (await desk.post("unit:jinan", "/intake/requests", FAULT)).status_code == 403
    moment = {"at": FRIDAY_10.isoformat()}
    assert (await desk.post("agent", "/intake/requests", FAULT | moment)).status_code == 403


async def test_a_feed_names_its_moment_and_its_order_is_opened_once(desk: FrontDesk) -> None:
    at = (FRIDAY_10 - timedelta(hours=3)).isoformat()
    gov = {"platform": "12345", "order_no": "G-1", "due": (FRIDAY_10 + timedelta(days=5)).isoformat()}
    body = FAULT | {"channel": "gov_12345", "gov": gov, "at": at, "reason_explained": None}
    first = await desk.post("integration", "/intake/requests", body)
    again = await desk.post("integration", "/intake/requests", body)
    assert again.json() == first.json()
    pressed = (await desk.post("integration", "/intake/requests", body | {"strong": True})).json()["tickets"][0]
    assert (pressed["kind"], pressed["ticket"]) == ("repeat", first.json()["tickets"][0]["ticket"])
    assert desk.said() == ["ticket.opened", "ticket.urge_explained", "ticket.urge_queued"]
    assert desk.outbox.events[0].data.at.isoformat() == "2026-11-19T23:00:00+00:00"


async def test_an_unknown_type_word_field_or_unit_is_refused_naming_what_is_known(desk: FrontDesk) -> None:
    wrong: list[dict[str, Any]] = [
        {"type": "riot"},
        {"colour": "red"},
        {"unit": "atlantis"},
        {"area": "Jinan!"},
        {"attachments": ["x"]},
        {"call_wish": {"preference": "someday"}},
        {"items": [{"type": "fault", "subtype": "x" * 256}]},
        {"gov": {"platform": "12345", "order_no": "G-1", "caller": "王女士"}},
    ]
    for each in wrong:
        answer = await desk.post("agent", "/intake/requests", FAULT | each)
        assert answer.status_code == 422, each
    assert desk.said() == []


async def test_a_known_customer_needs_not_say_everything_again(desk: FrontDesk) -> None:
    known = (await desk.accept())["customer"]
    again = await desk.accept(customer={"contact": "13800138000"}, type="consultation", text="营业时间")
    assert again["customer"] == known
    by_ref = await desk.accept(customer={"ref": known}, type="praise", text="很好")
    assert by_ref["customer"] == known
    unknown = await desk.post("agent", "/intake/requests", FAULT | {"customer": {"ref": "cust_x"}})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_customer")


async def test_another_name_on_the_same_phone_is_another_customer(desk: FrontDesk) -> None:
    first = await desk.accept()
    second = await desk.accept(customer={**CUSTOMER, "name": "李小红", "id_number": "370102198001010000"})
    assert first["customer"] != second["customer"]


async def test_a_query_is_answered_only_after_the_caller_was_compared_with_the_file(desk: FrontDesk) -> None:
    known = (await desk.accept())["customer"]
    query = {"type": "query", "text": "查余额", "customer": {"ref": known}, "answer": {"text": "38.50 元"}}
    unchecked = await desk.post("agent", "/intake/requests", FAULT | query)
    wrong = await desk.post(
        "agent", "/intake/requests", FAULT | query | {"identity": {"name": "王小明", "id_number": "1"}}
    )
    right = await desk.post(
        "agent", "/intake/requests", FAULT | query | {"identity": {"name": "王小明", "contact": "+86 138-0013-8000"}}
    )
    for refused in (unchecked, wrong):
        assert (refused.status_code, refused.json()["clause"]) == (409, "第十四条(一)")
        assert "38.50" not in refused.text
    assert right.status_code == 201
    assert desk.said()[-1] == "ticket.answered"


async def test_why_there_is_no_answer_at_once_is_explained_to_who_is_there(desk: FrontDesk) -> None:
    answer = await desk.post("agent", "/intake/requests", FAULT | {"reason_explained": None})
    assert (answer.status_code, answer.json()["rule"]) == (409, "R004-035")
    assert (await desk.accept(channel="letter", reason_explained=None))["tickets"]


async def test_a_new_request_in_a_callback_names_its_parent(desk: FrontDesk) -> None:
    parent = await desk.ticket()
    child = await desk.ticket(parent=parent, type="suggestion", text="另一件事")
    links = (await desk.get("agent", f"/intake/tickets/{child}")).json()["links"]
    assert links == [{"other": parent, "kind": "new_request"}]
    unknown = await desk.post("agent", "/intake/requests", FAULT | {"parent": "tkt_none"})
    assert unknown.status_code == 404


async def test_no_personal_data_is_said_or_stored_in_the_clear(desk: FrontDesk) -> None:
    await desk.accept(text="王小明 13800138000 住泉城路", address="泉城路1号", situation="有味")
    secrets = ("王小明", "13800138000", "泉城路", "370102199001011234", "有味")
    for event in desk.outbox.events:
        assert not [secret for secret in secrets if secret in event.data.model_dump_json()]
    for shell in (desk.desk.intake.contacts, desk.desk.people.persons, desk.desk.intake.tickets):
        store: Any = shell.store
        stored = str(list(store._rows.values()))
        assert not [secret for secret in secrets if secret in stored]


async def test_the_form_says_what_to_ask_and_what_to_read_out(desk: FrontDesk) -> None:
    form = (await desk.get("agent", "/intake/forms/alarm", language="zh")).json()
    assert [field["name"] for field in form["required"]][:2] == ["地址", "姓名"]
    assert "阀门" in form["scripts"][0]["text"]
    query = (await desk.get("agent", "/intake/forms/query")).json()
    assert query["identity_at_least"] == 2


async def test_several_demands_are_split_by_unit(desk: FrontDesk) -> None:
    items = [{"type": "fault", "text": "灶"}, {"type": "complaint", "subtype": "invoicing", "text": "票"}]
    tickets = (await desk.accept(items=items, type=None, text="两件事"))["tickets"]
    assert [(each["unit"], each["items"], each.get("grade")) for each in tickets] == [
        ("jinan", [0], None),
        ("hq-finance", [1], 3),
    ]
    assert await desk.desk.intake.contacts.next_wake() is None


async def test_opening_a_ticket_for_a_new_customer_writes_five_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = FrontDesk(tmp_path, RememberedMatters(MemoryStore(SIGHTINGS), Lexicon()))
    written: list[str] = []

    def counting(name: str) -> None:
        whole = getattr(MemoryStore, name)

        async def counted(store: MemoryStore[Any], *given: Any) -> Any:
            written.append(store.collection.name)
            return await whole(store, *given)

        monkeypatch.setattr(MemoryStore, name, counted)

    counting("save")
    counting("increment")
    await desk.accept()
    assert written == ["people", "contacts", "sightings", "tickets", "tickets"]
    await desk.accept(
        customer=CUSTOMER | {"contact": "139 0000 0001", "name": "李雷", "id_number": "370102198001011234"}
    )
    written.clear()
    await desk.desk.intake.contacts.next_wake()
    assert written == ["contacts"]
