"""What the bus will never take is refused before it is saved, or set aside and shown; everything else goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.envelope import MOST_BYTES, Event, EventTooLarge, check_size, encode
from contracts.fact import SYSTEM
from contracts.refusal import Outcome, Refusal
from contracts.ticket import Attachment, TicketReplied
from kit.bus.publisher import MOST_BYTES as MOST_SENT
from kit.bus.publisher import KafkaPublisher
from kit.bus.relay import Relay, Unsayable
from kit.clock import RealClock
from kit.decide.decider import Decider
from kit.decide.fold import Cause
from kit.decide.shell import Shell
from kit.settings import KafkaSettings
from kit.store.memory import MemoryStore
from kit.store.port import Change, Collection
from kit.store.sqlite import SqliteFile, SqliteStore
from tests.handlers.intake_desk import FAULT, FrontDesk
from tests.integration.bus_setup import Signatures, signed
from tests.outbox import Outbox

SIGNATURES = Collection("signatures", Signatures)
LONG = "\x01" * 4000
"""Six bytes each as JSON."""


class Bus:
    """Takes everything but what a subject named in `refuses` says."""

    def __init__(self, *refuses: str) -> None:
        self.refuses = set(refuses)
        self.told: list[Event] = []

    async def publish(self, events: Sequence[Event]) -> None:
        wrong = {event.subject: "too large" for event in events if event.subject in self.refuses}
        if wrong:
            raise Unsayable(wrong)
        self.told.extend(events)


async def _said(store: Any, relay: Relay, *keys: str) -> None:
    for key in keys:
        event = signed(key, 1)
        said_at = datetime.now(UTC) - timedelta(hours=1)
        change = Change(key, "gas", 0, Signatures(), None, {}, 1, {}, (event,), said_at=said_at)
        assert not await store.save([change])
        relay.put(key, 0, [event])


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest) -> Any:
    return MemoryStore(SIGNATURES) if request.param == "memory" else SqliteStore(SIGNATURES, SqliteFile(":memory:"))


async def test_one_document_that_cannot_be_said_holds_up_no_other(store: Any) -> None:
    bus = Bus("tkt_b")
    relay = Relay(store, bus)
    await _said(store, relay, "tkt_a", "tkt_b", "tkt_c")
    await relay.flush()
    assert [event.subject for event in bus.told] == ["tkt_a", "tkt_c"]
    assert relay.aside == {"tkt_b": "too large"}
    assert await store.waiting() == 1
    assert not await relay.is_stuck()
    assert relay.idle


async def test_what_is_set_aside_is_tried_again_after_a_while_or_by_the_next_process(store: Any) -> None:
    bus = Bus("tkt_b")
    relay = Relay(store, bus)
    await _said(store, relay, "tkt_b")
    await relay.flush()
    assert await relay.sweep() == 0
    bus.refuses.clear()
    later = Relay(store, bus)
    assert await later.sweep() == 1
    await later.flush()
    assert [event.subject for event in bus.told] == ["tkt_b"]
    assert await store.waiting() == 0


async def test_a_bus_that_forgot_is_told_again_what_it_takes(store: Any) -> None:
    bus = Bus("tkt_b")
    relay = Relay(store, bus)
    await _said(store, relay, "tkt_a", "tkt_b", "tkt_c")
    assert await relay.publish_again(timedelta(hours=2)) == 2
    assert [event.subject for event in bus.told] == ["tkt_a", "tkt_c"]


async def test_whether_the_way_is_blocked_is_asked_of_the_store(store: Any) -> None:
    await _said(store, Relay(store, Bus()), "tkt_a")
    restarted = Relay(store, Bus())
    assert await restarted.is_stuck()
    assert await store.waiting() == 1


async def test_more_set_aside_than_a_sweep_takes_hide_nobody(store: Any) -> None:
    bad = [f"tkt_{number:03}" for number in range(20)]
    relay = Relay(store, Bus(*bad))
    await _said(store, relay, *bad)
    await relay.flush()
    await _said(store, Relay(store, Bus()), "tkt_z")
    assert await relay.sweep(limit=5) == 1


async def test_a_subject_without_a_topic_and_a_message_too_long_are_told_from_an_outage() -> None:
    publisher = KafkaPublisher(KafkaSettings(bootstrap_servers=("127.0.0.1:1",)), "test")
    nowhere = replace(signed("tkt_a", 1), subject="moon_1")
    with pytest.raises(Unsayable) as found:
        await publisher.publish([signed("tkt_ok", 1), nowhere])
    assert set(found.value.reasons) == {"moon_1"}
    long = replace(signed("tkt_long", 1), traceparent="x" * MOST_SENT)
    with pytest.raises(Unsayable, match="tkt_long"):
        await publisher.publish([signed("tkt_ok", 1), long])


def _reply(parts: int) -> Event:
    said = {f"part {number}": LONG for number in range(parts)}
    fact = TicketReplied(
        at=datetime(2026, 11, 20, tzinfo=UTC), by=SYSTEM, unit="u", opinion=LONG, result="r", parts=said
    )
    return replace(signed("tkt_a", 1), data=fact)


def test_the_longest_event_lies_well_below_what_a_broker_takes() -> None:
    check_size(_reply(9))
    assert len(encode(_reply(9))) < MOST_BYTES < MOST_SENT / 3
    with pytest.raises(EventTooLarge):
        check_size(_reply(50))


async def test_a_command_that_would_say_too_much_changes_nothing() -> None:
    store, outbox = MemoryStore(SIGNATURES), Outbox()
    shell = Shell(Decider("routing", SIGNATURES), store, outbox, RealClock(), lambda reference: reference)

    def decide(state: Signatures | None, _: Any) -> Outcome[Signatures]:
        return state or Signatures(), (_reply(50).data,)

    refusal = await shell.do("tkt_a", decide, utility="gas", cause=Cause("c"), creates="p@2026-01-01")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "too_much_said"
    assert await store.load(["tkt_a"]) == {}
    assert outbox.events == []


async def test_a_request_with_fields_of_every_length_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    desk = FrontDesk(tmp_path)
    fields = {f"f{number}": "x" * 4000 for number in range(50)}
    answer = await desk.post("agent", "/intake/requests", FAULT | {"fields": fields})
    assert (answer.status_code, answer.json()["code"]) == (422, "too_much_said")
    assert desk.said() == []


def test_enclosures_have_names_of_one_line() -> None:
    with pytest.raises(ValueError, match="at most 255"):
        Attachment(sha256="a" * 64, name="k" * 256, media_type="image/png", size=1)
