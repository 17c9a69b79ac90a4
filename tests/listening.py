"""What lies on the bus: read again from the beginning, without a group, raw or as events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.envelope import Event, decode
from contracts.topics import TICKETS


async def records_of(bootstrap: str, topics: Iterable[str]) -> list[Any]:
    """Every record of these topics, each partition in its order."""
    # Not a seek to the beginning: it races with the reset to "latest" that a new consumer has on its way.
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return await _read_to(consumer, await consumer.end_offsets(consumer.assignment()))
    finally:
        await consumer.stop()


async def _read_to(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> list[Any]:
    found: list[Any] = []
    while any([await consumer.position(place) < end for place, end in ends.items()]):
        for records in (await consumer.getmany(timeout_ms=200, max_records=5_000)).values():
            found.extend(records)
    return found


async def events_on(bootstrap: str, topic: str = TICKETS) -> list[Event]:
    """Everything said on a topic, repeats included; those of one subject in the order they lie there."""
    return [decode(record.value) for record in await records_of(bootstrap, [topic])]


def once(events: Sequence[Event]) -> list[Event]:
    """Without what was told again: a reader drops what is not newer than what it knows of a source and subject."""
    last: dict[tuple[str, str], int] = {}
    fresh: list[Event] = []
    for event in events:
        if last.get((event.source, event.subject), 0) < event.sequence:
            last[event.source, event.subject] = event.sequence
            fresh.append(event)
    return fresh
