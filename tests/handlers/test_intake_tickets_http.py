"""Steps on a ticket over HTTP, and who sees what of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from contracts.clock import ClockStarted
from contracts.fact import SYSTEM
from contracts.ticket import TicketClosed, TicketDispatched, TicketRegraded
from contracts.vocabulary import Closure
from tests.handlers.intake_desk import CUSTOMER, FAULT, FRIDAY_10, FrontDesk


@pytest.fixture
def desk(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


COMPLAINT = {"type": "complaint", "subtype": "delay", "text": "一直没人来"}


async def handled(desk: FrontDesk, ticket: str, hours: int = 8) -> None:
    await desk.dispatched(ticket)
    due = FRIDAY_10 + timedelta(hours=hours)
    await desk.hears(
        ticket, ClockStarted(at=FRIDAY_10, clock="reply", due=due, limit=f"{hours} hours", source="第十四条")
    )


async def test_an_urge_is_answered_with_what_to_say_time_left_included(desk: FrontDesk) -> None:
    ticket = await desk.ticket()
    await handled(desk, ticket)
    desk.clock.advance(timedelta(hours=1, minutes=30))
    urged = (await desk.post("agent", f"/intake/tickets/{ticket}/urges", {"text": "还没来"})).json()
    assert urged["said"] == ["ticket.urge_explained"]
    assert "in 6 h 30 min" in urged["message"]
    assert urged["ticket"]["period"]["clock"] == "reply"
    strong = (await desk.post("agent", f"/intake/tickets/{ticket}/urges", {"strong": True})).json()
    assert (strong["said"], strong["ticket"]["urges"]) == (["ticket.urged"], 1)


async def test_a_repeated_urge_with_the_same_key_counts_once(desk: FrontDesk) -> None:
    ticket = await desk.ticket()
    path = f"/intake/tickets/{ticket}/urges"
    first = await desk.post("agent", path, {"strong": True, "text": "快"}, Idempotency_Key="u1")
    again = await desk.post("agent", path, {"strong": True, "text": "快"}, Idempotency_Key="u1")
    assert again.json() == first.json()
    assert desk.said().count("ticket.urge_queued") == 1
    words = (await desk.get("agent", f"/intake/tickets/{ticket}")).json()["words"]
    assert [(each["kind"], each.get("text")) for each in words] == [("request", "灶具打不着火"), ("urge", "快")]


async def test_a_supplement_keeps_its_words_and_files(desk: FrontDesk) -> None:
    ticket = await desk.ticket()
    unknown = await desk.post("agent", f"/intake/tickets/{ticket}/supplements", {"attachments": ["0" * 64]})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "no_such_attachment")
    supplemented = await desk.post("integration", f"/intake/tickets/{ticket}/supplements", {"text": "表号 3721"})
    assert supplemented.json()["said"] == ["ticket.supplemented"]
    assert (await desk.get("agent", f"/intake/tickets/{ticket}")).json()["words"][1]["text"] == "表号 3721"


async def test_a_withdrawal_says_no_reason_on_the_bus(desk: FrontDesk) -> None:
    ticket = await desk.ticket()
    answer = await desk.post("agent", f"/intake/tickets/{ticket}/withdrawal", {"reason": "王小明自己修好了"})
    assert answer.json()["ticket"]["closure"] == "withdrawn"
    assert "王小明" not in desk.outbox.events[-1].data.model_dump_json()
    refused = await desk.post("agent", f"/intake/tickets/{ticket}/urges", {})
    assert (refused.status_code, refused.json()["rule"]) == (409, "R004-140")


async def test_only_a_supervisor_approves_a_later_deadline(desk: FrontDesk) -> None:
    ticket = await desk.ticket(**COMPLAINT)
    path = f"/intake/tickets/{ticket}/regrade"
    body = {"grade": 1, "reason": "媒体到场", "approve_later_deadline": True}
    assert (await desk.post("agent", path, body)).status_code == 403
    assert (await desk.post("supervisor", path, body)).status_code == 200
    (regraded,) = [e.data for e in desk.outbox.events if isinstance(e.data, TicketRegraded)]
    assert regraded.approved_by is not None


async def test_tickets_are_found_by_number_as_it_is_read_aloud(desk: FrontDesk) -> None:
    accepted = (await desk.accept())["tickets"][0]
    spoken = accepted["number"].replace("-", " ")
    assert (await desk.get("agent", f"/intake/tickets/{spoken}")).json()["id"] == accepted["ticket"]
    listed = (await desk.get("agent", "/intake/tickets", number=spoken)).json()["items"]
    assert [each["id"] for each in listed] == [accepted["ticket"]]
    wrong = spoken[:-1] + str((int(spoken[-1]) + 1) % 10)
    misread = await desk.get("agent", f"/intake/tickets/{wrong}")
    assert (misread.status_code, misread.json()["code"]) == (422, "number_misread")


async def test_lists_come_newest_first_a_page_at_a_time(desk: FrontDesk) -> None:
    made = []
    for _ in range(3):
        made.append(await desk.ticket())
        desk.clock.advance(timedelta(minutes=1))
    first = (await desk.get("agent", "/intake/tickets", type="fault", limit=2)).json()
    rest = (await desk.get("agent", "/intake/tickets", type="fault", limit=2, cursor=first["next"])).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == made[::-1]


async def test_a_look_up_by_phone_is_for_the_centre_and_leaves_a_record(desk: FrontDesk) -> None:
    ticket = await desk.ticket()
    path = "/intake/tickets/search"
    found = (await desk.post("agent", path, {"phone": "13800138000"})).json()["items"]
    assert [each["id"] for each in found] == [ticket]
    assert (await desk.post("agent", path, {"phone": "13900139000"})).json()["items"] == []
    assert (await desk.post("unit:jinan", path, {"phone": "13800138000"})).status_code == 403
    in_address = await desk.get("agent", "/intake/tickets", phone="13800138000")
    assert (in_address.status_code, in_address.json()["code"]) == (422, "phone_in_address")
    audits = (await desk.get("supervisor", "/intake/audits")).json()["items"]
    assert [each["what"] for each in audits] == ["look_up", "look_up"]


async def test_a_unit_sees_its_own_tickets_and_nobody_elses(desk: FrontDesk) -> None:
    own, other = await desk.ticket(), await desk.ticket(area="qingdao/shinan")
    await desk.dispatched(own)
    await desk.dispatched(other, "qingdao", "jiaodong")
    assert (await desk.get("unit:jinan", f"/intake/tickets/{own}")).status_code == 200
    assert (await desk.get("unit:jinan", f"/intake/tickets/{other}")).status_code == 404
    listed = (await desk.get("unit:jinan", "/intake/tickets")).json()["items"]
    assert [each["id"] for each in listed] == [own]


async def test_another_utility_sees_nothing(desk: FrontDesk) -> None:
    ticket = await desk.ticket()
    assert (await desk.get("agent", f"/intake/tickets/{ticket}", utility="telecom")).status_code == 404
    assert (await desk.get("agent", "/intake/tickets", utility="telecom")).json()["items"] == []


async def test_the_unit_complained_about_does_not_learn_who_complains(desk: FrontDesk) -> None:
    hidden = await desk.ticket(**COMPLAINT, address="泉城路1号")
    known = await desk.ticket(**COMPLAINT, accused="hq-finance", address="泉城路1号")
    for ticket in (hidden, known):
        await desk.dispatched(ticket)
    accused = (await desk.get("unit:jinan", f"/intake/tickets/{hidden}")).json()
    assert "customer" not in accused
    assert "address" not in accused["words"][0]
    handler = (await desk.get("unit:jinan", f"/intake/tickets/{known}")).json()
    assert handler["customer"].startswith("cust_")
    assert (await desk.get("unit:jinan", "/intake/tickets", customer=handler["customer"])).status_code == 403


async def test_tickets_are_merged_into_an_open_one(desk: FrontDesk) -> None:
    one, other = await desk.ticket(), await desk.ticket()
    path = f"/intake/tickets/{one}/links"
    number = (await desk.get("agent", f"/intake/tickets/{one}")).json()["number"]
    assert (await desk.post("agent", path, {"other": one, "kind": "merged"})).status_code == 409
    merged = (await desk.post("agent", path, {"other": other, "kind": "merged"})).json()
    assert (merged["said"], merged["ticket"]["closure"]) == (["ticket.linked"], "merged")
    assert (await desk.get("agent", f"/intake/tickets/{number}")).json()["id"] == other
    await desk.hears(other, TicketClosed(at=FRIDAY_10, by=SYSTEM, closure=Closure.SATISFIED))
    third = await desk.ticket()
    closed = await desk.post("agent", f"/intake/tickets/{third}/links", {"other": other, "kind": "merged"})
    assert closed.json()["code"] == "merged_into_closed"


async def test_complaints_that_a_clerk_joins_become_a_cluster(desk: FrontDesk) -> None:
    made = [
        await desk.ticket(**COMPLAINT, customer={"name": f"客户{n}", "contact": f"1380000000{n}", "address": "路"})
        for n in range(5)
    ]
    for ticket in made[1:]:
        joined = await desk.post("agent", f"/intake/tickets/{ticket}/links", {"other": made[0], "kind": "same_matter"})
        assert joined.status_code == 200
    grades = [(await desk.get("agent", f"/intake/tickets/{ticket}")).json()["grade"] for ticket in made]
    assert grades == [2, 2, 2, 2, 2]
    matters = {(await desk.get("agent", f"/intake/tickets/{ticket}")).json()["matter"] for ticket in made}
    assert len(matters) == 1


async def test_a_clerk_takes_a_ticket_out_of_its_matter(desk: FrontDesk) -> None:
    ticket = await desk.ticket(**COMPLAINT, matter="m")
    path = f"/intake/tickets/{ticket}/matter"
    left = await desk.delete("agent", path)
    assert "matter" not in left.json()["ticket"]
    again = await desk.delete("agent", path)
    assert again.json()["code"] == "not_of_this_matter"


async def test_an_answer_after_dispatch_is_refused_with_its_clause(desk: FrontDesk) -> None:
    ticket = await desk.ticket()
    await desk.dispatched(ticket)
    refused = await desk.post("agent", f"/intake/tickets/{ticket}/answer", {"text": "好了"})
    assert (refused.status_code, refused.json()["clause"], refused.json()["rule"]) == (409, "第十四条", "R004-043")


async def test_a_ticket_changed_meanwhile_is_not_changed_over_it(desk: FrontDesk) -> None:
    ticket = await desk.ticket()
    seen = (await desk.get("agent", f"/intake/tickets/{ticket}")).headers["ETag"]
    await desk.dispatched(ticket)
    stale = await desk.post("agent", f"/intake/tickets/{ticket}/withdrawal", {}, If_Match=seen)
    assert stale.status_code == 412


async def test_a_connected_system_sees_and_moves_what_came_its_own_way(desk: FrontDesk) -> None:
    gov = {"platform": "jinan-12345", "order_no": "G-1"}
    phoned = await desk.ticket()
    written = await desk.ticket(channel="web", customer=CUSTOMER | {"contact": "13900000002"})
    ordered = await desk.ticket(channel="gov_12345", gov=gov, customer=CUSTOMER | {"contact": "13900000003"})
    sees = {
        "integration:web": [written],
        "integration:jinan-12345": [ordered],
        "integration:qingdao-12345": [],
        "integration:web,gov_12345,qingdao-12345": [written],
        "integration:gov_12345": [ordered],
        "integration": [phoned, written, ordered],
    }
    for who, own in sees.items():
        listed = (await desk.get(who, "/intake/tickets")).json()["items"]
        assert {each["id"] for each in listed} == set(own), who
        for ticket in (phoned, written, ordered):
            status = 200 if ticket in own else 404
            assert (await desk.get(who, f"/intake/tickets/{ticket}")).status_code == status
            answer = await desk.post(who, f"/intake/tickets/{ticket}/supplements", {"text": "表号 3721"})
            assert answer.status_code == status


async def test_a_connected_system_brings_nothing_in_anothers_name(desk: FrontDesk) -> None:
    for who in ("integration:web", "integration:qingdao-12345"):
        gov = {"platform": "jinan-12345", "order_no": "G-1"}
        answer = await desk.post(who, "/intake/requests", FAULT | {"channel": "gov_12345", "gov": gov})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_channel")
    assert desk.said() == []


async def test_a_connected_system_encloses_its_own_files_alone(desk: FrontDesk) -> None:
    kept = await desk.upload("agent", "/intake/attachments", "f", b"of the centre", "text/plain")
    sha256 = kept.json()["sha256"]
    body = FAULT | {"channel": "web", "attachments": [sha256]}
    assert (await desk.post("integration:web", "/intake/requests", body)).json()["code"] == "no_such_attachment"
    await desk.upload("integration:web", "/intake/attachments", "f", b"of the centre", "text/plain")
    assert (await desk.post("integration:web", "/intake/requests", body)).status_code == 201


async def test_a_unit_does_not_read_on_the_ticket_of_a_repair_who_reported_it_in_the_same_call(desk: FrontDesk) -> None:
    body = FAULT | {
        "type": None,
        "text": "举报济南公司，另外灶具坏了",
        "accused": "jinan",
        "items": [{"type": "report", "text": "济南公司违规施工"}, {"type": "fault", "text": "灶具打不着火"}],
    }
    placed = (await desk.post("agent", "/intake/requests", body)).json()["tickets"]
    secret, repair = (each["ticket"] for each in placed)
    for ticket in (secret, repair):
        await desk.hears(ticket, TicketDispatched(at=FRIDAY_10, by=SYSTEM, unit="jinan", division="luzhong", round=1))
    read = (await desk.get("unit:jinan", f"/intake/tickets/{repair}")).json()
    assert "举报" not in str(read["words"])
    assert "违规" not in str(read["words"])
    assert "灶具打不着火" in str(read["words"])
    assert secret not in str(read)
    hidden = (await desk.get("unit:jinan", f"/intake/tickets/{secret}")).json()
    assert hidden.get("customer") is None
    assert repair not in str(hidden)
    assert secret in str((await desk.get("agent", f"/intake/tickets/{repair}")).json()["links"])
