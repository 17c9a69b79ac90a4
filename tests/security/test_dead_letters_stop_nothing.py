"""Messages that no rule can take are set aside and done with; too many of them rest the reader, and end no process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition

from contracts.envelope import EnvelopeError, Event
from contracts.topics import TICKETS
from kit.bus.dead_letters import Reason
from kit.bus.inbound import Batch, Received
from kit.bus.inbox import Inbox
from kit.bus.publisher import Outgoing
from kit.bus.relay import Unsayable
from kit.run.health import NotReady
from kit.settings import KafkaSettings
from kit.telemetry.metrics import DEAD_LETTERS
from tests.integration.bus_setup import POISON, signed

PLACE = TopicPartition(TICKETS, 0)


@dataclass
class Letters:
    sent: list[Outgoing] = field(default_factory=list)
    takes: bool = True

    async def send(self, messages: Sequence[Outgoing]) -> None:
        if not self.takes:
            raise Unsayable({"tkt": "too large"})
        self.sent.extend(messages)


def _received(key: str, offset: int, unit: str) -> Received:
    event = signed(key, 1, unit)
    return Received(ConsumerRecord(TICKETS, 0, offset, 0, 0, key.encode(), b"v", None, 3, 1, ()), event)


def _batch(*events: tuple[str, str], first: int = 0, odd: int = 0) -> Batch:
    received = [_received(key, first + n, unit) for n, (key, unit) in enumerate(events)]
    end = first + len(received)
    unreadable: list[Any] = [(_received(f"odd{n}", end + n, "").record, EnvelopeError("not JSON")) for n in range(odd)]
    return Batch({PLACE: range(first, end + odd)}, received, unreadable)


async def _hear(events: Sequence[Event]) -> int:
    if any(getattr(event.data, "unit", "") == POISON for event in events):
        raise ZeroDivisionError("a rule with a defect")
    return 0


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def inbox(letters: Letters, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr("kit.bus.inbox._FIRST_REST", 0.05)
    settings = KafkaSettings(bootstrap_servers=("nowhere:1",), dead_letters_in_a_row=3)
    return Inbox("routing", settings, letters)  # type: ignore[arg-type]


def _reached(inbox: Inbox) -> int:
    return inbox.offsets._reached.get(PLACE, 0)


async def test_too_many_rest_the_reader_and_what_is_set_aside_is_done(inbox: Inbox, letters: Letters) -> None:
    poison = [(f"tkt_{n}", POISON) for n in range(10)]
    await inbox.take(_batch(*poison), _hear)
    assert len(letters.sent) == 4
    assert _reached(inbox) == 4
    with pytest.raises(NotReady, match="too many dead letters: 4 subjects in a row"):
        await inbox.progress()
    await inbox.take(_batch(*poison[4:], first=4), _hear)
    assert len(letters.sent) == 8
    assert _reached(inbox) == 8


async def test_hundreds_of_poisonous_messages_come_to_an_end_and_truth_after_them_is_heard(
    inbox: Inbox, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.bus.inbox._LONGEST_REST", 0.05)
    everything = [*((f"tkt_{n}", POISON) for n in range(60)), ("tkt_true", "jinan")]
    async with asyncio.timeout(20):
        while (at := _reached(inbox)) < len(everything):
            await inbox.take(_batch(*everything[at:], first=at), _hear)
    assert len(letters.sent) == 60
    inbox.progress.polled(position=inbox.events, lag=0)
    await inbox.progress()


async def test_one_subject_alone_never_rests_the_reader(inbox: Inbox, letters: Letters) -> None:
    await inbox.take(_batch(*[("tkt_1", POISON)] * 20), _hear)
    assert len(letters.sent) == 20
    assert inbox.batches == 1


async def test_what_cannot_be_read_never_rests_the_reader(inbox: Inbox, letters: Letters) -> None:
    await inbox.take(_batch(odd=20), _hear)
    assert len(letters.sent) == 20
    assert inbox.batches == 1


async def test_what_is_heard_between_them_ends_the_row(inbox: Inbox) -> None:
    mixed = [(f"tkt_{n}", POISON if n % 3 else "jinan") for n in range(30)]
    await inbox.take(_batch(*mixed), _hear)
    assert inbox.batches == 1


async def test_a_process_that_ends_while_its_reader_rests_has_committed_what_it_set_aside(inbox: Inbox) -> None:
    inbox._rest = 60
    resting = asyncio.create_task(inbox.take(_batch(*((f"tkt_{n}", POISON) for n in range(10))), _hear))
    await asyncio.sleep(0.05)
    assert _reached(inbox) == 4
    inbox.close()
    await asyncio.wait_for(resting, 1)


async def test_an_outage_in_the_middle_sets_nothing_aside_twice(
    inbox: Inbox, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.bus.inbox._FIRST_PAUSE", 0.01)
    inbox._pause = 0.01
    away = True

    async def hear(events: Sequence[Event]) -> int:
        if away and any(event.subject == "tkt_2" for event in events) and len(events) == 1:
            raise ConnectionError("the store is away")
        return await _hear(events)

    mixed = [("tkt_1", POISON), ("tkt_2", "jinan"), ("tkt_3", POISON), ("tkt_4", "jinan")]
    await inbox.take(_batch(*mixed), hear)
    assert (len(letters.sent), _reached(inbox)) == (1, 1)
    away = False
    await inbox.take(_batch(*mixed[1:], first=1), hear)
    assert (len(letters.sent), _reached(inbox)) == (2, 4)


async def test_what_cannot_even_be_set_aside_is_counted_and_passed(inbox: Inbox, letters: Letters) -> None:
    letters.takes = False
    counted = DEAD_LETTERS.labels("routing", Reason.LOST.value)
    before = counted._value.get()
    await inbox.take(_batch(("tkt_1", POISON), ("tkt_2", "jinan")), _hear)
    assert counted._value.get() == before + 1
    assert _reached(inbox) == 2
