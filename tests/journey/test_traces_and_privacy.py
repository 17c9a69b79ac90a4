"""One trace from the request to the last consumer, and nothing about people on the way."""

from __future__ import annotations

from secrets import token_hex

from contracts.topics import TOPICS
from kit.bus.dead_letters import read_letters
from kit.settings import KafkaSettings
from tests.journey.office import PERSONAL, Office, customer, request
from tests.listening import records_of


async def test_everything_that_follows_from_a_request_belongs_to_the_callers_trace(office: Office) -> None:
    await office.monday()
    order = await office.dispatched("opinion")
    await order.reply()
    await order.pass_review()
    await office.settle()
    trace = token_hex(16)
    await office.do(
        "agent",
        f"/callback/tickets/{order.id}/attempts",
        {"outcome": "connected", "solved": "yes", "satisfaction": 5},
        traceparent=f"00-{trace}-{token_hex(8)}-01",
    )
    followed = [event for event in await order.on_the_bus() if trace in (event.traceparent or "")]
    assert [event.data.short_type() for event in followed if event.source != "/hotline/sla_monitor"] == [
        "callback.attempted",
        "callback.completed",
        "ticket.closed",
    ]
    assert {event.source for event in followed} == {"/hotline/callback", "/hotline/routing", "/hotline/sla_monitor"}


async def test_a_request_without_a_trace_begins_one_that_its_answer_names(office: Office) -> None:
    await office.monday()
    response = await office.ask("POST", "agent", "/intake/requests", request("fault", office.now))
    ticket = response.json()["tickets"][0]["ticket"]
    await office.settle()
    said = await office.get("supervisor", f"/sla/events/{ticket}")
    assert {response.headers["X-Request-Id"] in event["traceparent"] for event in said} == {True}


async def test_people_are_shown_for_a_reason_that_is_recorded_and_masked_otherwise(office: Office) -> None:
    await office.monday()
    person = customer()
    order = await office.dispatched("fault", customer=person)
    await office.settle()
    ref = (await office.get("agent", f"/intake/tickets/{order.id}"))["customer"]
    masked = await office.get("agent", f"/intake/customers/{ref}")
    assert (masked["masked"], person["contact"] in str(masked)) == (True, False)
    visit = {"reason": "visit", "ticket": order.id}
    assert (await office.get("unit:jinan", f"/intake/customers/{ref}", **visit))["contact"] == person["contact"]
    stranger = await office.ask("GET", "unit:zibo", f"/intake/customers/{ref}", query=visit)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "unknown_ticket")
    looks = await office.get("supervisor", "/intake/audits", customer=ref)
    seen = {(look["who"], look["what"], look["reason"]) for look in looks["items"]}
    assert seen == {("unit-jinan", "customer", "visit"), ("agent-01", "customer", None), ("agent-01", "words", None)}


async def test_nothing_about_people_is_on_the_bus_in_the_logs_or_readable_in_the_store(office: Office) -> None:
    await office.monday()
    person = customer()
    told = f"本人{person['name']}，电话{person['contact']}，住{person['address']}"
    order = await office.dispatched("complaint", customer=person, text=told)
    await office.do("agent", f"/intake/tickets/{order.id}/supplements", {"text": told})
    await office.ask("POST", "agent", "/intake/screen", {"phone": person["contact"]})
    await office.ask("POST", "agent", "/intake/requests", {"customer": {**person, "colour": "red"}})
    await office.ask("GET", "agent", f"/nowhere/{person['contact']}")
    await office.settle()
    personal = [text.encode() for text in sorted(PERSONAL)]
    records = await records_of(office.hotline.bootstrap, TOPICS)
    assert len(records) > 20
    bus = b"".join(b"%b%b%r" % (record.key or b"", record.value or b"", record.headers) for record in records)
    log = (office.var / "hotline.log").read_bytes() + office.hotline.log_file.read_bytes()
    files = b"".join(file.read_bytes() for file in (office.var / "documents").iterdir())
    assert b"request refused" in log
    assert len(files) > 100_000
    found = {text.decode() for text in personal for place in (bus, log, files) if text in place}
    assert found == set()


async def test_no_journey_left_a_dead_letter(office: Office) -> None:
    await office.settle()
    settings = KafkaSettings(bootstrap_servers=(office.hotline.bootstrap,))
    assert [letter.failures for letter in await read_letters(settings)] == []
