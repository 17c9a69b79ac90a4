"""Manners of the HTTP APIs: repeats without effect, two clerks on one order, pages, numbers read over the phone."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from struct import pack
from zlib import compress, crc32

from tests.journey.office import Office, key, request


async def test_a_request_repeated_under_its_key_gets_the_first_answer_and_opens_no_second_ticket(
    office: Office,
) -> None:
    await office.monday()
    body, own = request("fault", office.now), key()
    first = await office.ask("POST", "agent", "/intake/requests", body, **own)
    again = await office.ask("POST", "agent", "/intake/requests", body, **own)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json() == again.json()
    other = await office.ask("POST", "agent", "/intake/requests", {**body, "text": "另一件事"}, **own)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    listed = await office.do("agent", "/intake/tickets/search", {"phone": body["customer"]["contact"]})
    assert [ticket["id"] for ticket in listed["items"]] == [first.json()["tickets"][0]["ticket"]]


async def test_the_same_request_sent_several_times_at_once_opens_one_ticket(office: Office) -> None:
    await office.monday()
    body, own = request("fault", office.now), key()
    sent = [office.ask("POST", "agent", "/intake/requests", body, **own) for _ in range(5)]
    answers = await asyncio.gather(*sent)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["tickets"][0]["number"] for answer in answers}) == 1


async def test_a_step_repeated_under_its_key_is_taken_once(office: Office) -> None:
    await office.monday()
    order, own = await office.dispatched("fault"), key()
    first = await office.ask("POST", "unit:jinan", f"{order.path}/sign", {}, **own)
    again = await office.ask("POST", "unit:jinan", f"{order.path}/sign", {}, **own)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.headers["ETag"], again.headers["ETag"]) == (first.headers["ETag"],) * 2
    assert (await order.said()).count("ticket.signed") == 1
    urged = key()
    for _ in range(2):
        await office.do("agent", f"/intake/tickets/{order.id}/urges", {"strong": True}, **urged)
    assert (await order.seen())["urges"] == 1


async def test_of_two_clerks_with_the_same_page_open_the_second_is_told_that_it_changed(office: Office) -> None:
    await office.monday()
    order = await office.accepted("fault")
    await office.settle()
    seen = await office.ask("GET", "agent", order.path)
    page = seen.headers["ETag"]
    first = await office.ask("POST", "agent", f"{order.path}/dispatch", {"unit": "jinan"}, If_Match=page)
    assert (first.status_code, first.headers["ETag"] != page) == (200, True)
    second = await office.ask("POST", "supervisor", f"{order.path}/dispatch", {"unit": "zibo"}, If_Match=page)
    assert (second.status_code, second.json()["code"]) == (412, "changed_meanwhile")
    assert (await order.seen())["unit"] == "jinan"


async def test_a_desk_turns_its_pages_by_cursor_and_sees_every_order_once(office: Office) -> None:
    await office.monday()
    orders = [await office.dispatched("praise", "weihai", area="weihai") for _ in range(7)]
    await office.settle()
    found: list[str] = []
    query: dict[str, object] = {"limit": 3, "order": "number"}
    pages = 0
    while pages < 5:
        page = await office.get("unit:weihai", "/routing/work-orders", **query)
        found += [each["number"] for each in page["items"]]
        pages += 1
        if (cursor := page.get("next")) is None:
            break
        query["cursor"] = cursor
    assert pages == 3
    assert found == sorted(order.number for order in orders)
    response = await office.ask("GET", "unit:weihai", "/routing/work-orders", query={"cursor": "nonsense"})
    assert (response.status_code, response.json()["code"]) == (422, "cursor_invalid")


async def test_a_ticket_is_found_by_its_number_as_read_over_the_phone_and_a_misheard_digit_is_noticed(
    office: Office,
) -> None:
    monday = await office.monday()
    order = await office.accepted("fault")
    await office.settle()
    assert order.number.startswith(f"956100-{monday:%Y%m%d}-")
    for service in ("/intake/tickets", "/routing/work-orders"):
        found = await office.get("supervisor", f"{service}/{order.number}")
        assert found["id"] == order.id
    spoken = order.number.replace("-", " ")
    listed = await office.get("agent", "/intake/tickets", number=spoken)
    assert [ticket["id"] for ticket in listed["items"]] == [order.id]
    digit = str((int(order.number[-3]) + 1) % 10)
    misheard = order.number[:-3] + digit + order.number[-2:]
    response = await office.ask("GET", "agent", "/intake/tickets", query={"number": misheard})
    assert (response.status_code, response.json()["code"]) == (422, "number_misread")


async def test_a_reply_encloses_what_was_uploaded_once_and_a_meter_replacement_cannot_do_without(
    office: Office,
) -> None:
    await office.monday()
    order = await office.dispatched("fault", subtype="meter_replacement")
    problem = await order.refused("unit:jinan", "reply", opinion="已换表", result="完成")
    assert (problem["code"], problem["clause"]) == ("order_attachments_missing", "第十五条(一)4")
    photo = _png(order.number)
    uploads = [await office.upload("unit:jinan", "meter.png", photo, "image/png") for _ in range(2)]
    assert uploads[0] == uploads[1]
    assert uploads[0]["sha256"] == sha256(photo).hexdigest()
    unearned = {**uploads[0], "receipt": (await office.upload("unit:zibo", "m.png", photo, "image/png"))["receipt"]}
    for enclosed in (unearned, {**uploads[0], "receipt": "AAAA"}):
        problem = await order.refused("unit:jinan", "reply", opinion="已换表", result="完成", attachments=[enclosed])
        assert (problem["status"], problem["code"]) == (422, "receipt_invalid")
    await order.reply(attachments=[uploads[0]])
    assert await order.stage() == "replied"
    kept = await office.ask("GET", "supervisor", f"/intake/attachments/{uploads[0]['sha256']}")
    assert kept.content == photo


def _png(text: str) -> bytes:
    """The smallest PNG there is, with a text in it that makes it another one."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", crc32(kind + data))

    header = pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"tEXt", b"n\0" + text.encode()), (b"IDAT", compress(b"\0\0")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)
