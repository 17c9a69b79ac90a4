"""From Kafka records to the events a service hears: the parser and the decoder of its FastStream subscriber."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from aiokafka import ConsumerRecord, TopicPartition
from faststream.kafka import KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from contracts.envelope import EnvelopeError, Event, UnknownType, decode
from contracts.fact import Fact
from contracts.speaking import NotTheirs, check_speaker
from kit.bus.dead_letters import Reason

Record: TypeAlias = ConsumerRecord[bytes, bytes]

_OURS = re.compile(r"hotline(\.[a-z_]+)+\.v[0-9]+")


@dataclass(frozen=True, slots=True)
class Received:
    """An event and the record that brought it."""

    record: Record
    event: Event


@dataclass(frozen=True, slots=True)
class Batch:
    """What one poll brought: how far it reaches in each partition, what is heard of it, and what cannot be read."""

    spans: Mapping[TopicPartition, range]
    received: Sequence[Received]
    unreadable: Sequence[tuple[Record, EnvelopeError]]

    def before(self, handled: set[int]) -> dict[TopicPartition, range]:
        """Of each partition up to the first message, by the record's `id`, that is not handled."""
        ends = {place: span.stop for place, span in self.spans.items()}
        for record in (*(one.record for one in self.received), *(record for record, _ in self.unreadable)):
            if id(record) not in handled:
                place = TopicPartition(record.topic, record.partition)
                ends[place] = min(ends[place], record.offset)
        return {place: range(span.start, ends[place]) for place, span in self.spans.items()}


async def as_they_came(records: Sequence[Record]) -> KafkaMessage:
    """The parser: FastStream's own decodes headers first, and one that is no UTF-8 would fail the whole batch."""
    kept = tuple(records)
    return KafkaMessage(body=kept, raw_message=kept, consumer=FAKE_CONSUMER)


def events_of(facts: Iterable[type[Fact]]) -> Callable[[KafkaMessage], Awaitable[Batch]]:
    """The decoder for a service that hears these facts; whatever else lies on its topics is passed over."""
    types = frozenset(fact.type for fact in facts)

    async def decode_batch(message: KafkaMessage) -> Batch:
        return _batch(message.body, types)

    return decode_batch


def _batch(records: Sequence[Record], types: frozenset[str]) -> Batch:
    received: list[Received] = []
    unreadable: list[tuple[Record, EnvelopeError]] = []
    for record in records:
        try:
            event = read(record, types)
        except EnvelopeError as error:
            unreadable.append((record, error))
        else:
            if event is not None:
                received.append(Received(record, event))
    return Batch(_spans(records), received, unreadable)


def _spans(records: Sequence[Record]) -> dict[TopicPartition, range]:
    """Of each partition from the first offset to after the last; within a partition records come in order."""
    firsts = {(record.topic, record.partition): record.offset for record in reversed(records)}
    ends = {(record.topic, record.partition): record.offset + 1 for record in records}
    return {TopicPartition(*place): range(first, ends[place]) for place, first in firsts.items()}


def read(record: Record, types: frozenset[str]) -> Event | None:
    """The event, or None for one that this service does not hear.

    The `ce_type` header decides without a look at the body. A type that a newer release may have brought
    (`hotline.….v7`) is passed over; raises UnknownType for any other, NotTheirs for what its speaker may not say,
    EnvelopeError for what is no event.
    """
    named = next((value for name, value in record.headers if name == "ce_type" and value), b"").decode(errors="replace")
    if named not in types and _is_ours(named):
        return None
    try:
        event = decode(record.value or b"")
    except UnknownType as error:
        if _is_ours(error.type):
            return None
        raise
    if event.type not in types:
        return None
    check_speaker(event, record.topic, record.key or b"")
    return event


def reason_of(error: EnvelopeError) -> Reason:
    """Why a message that cannot be read is set aside."""
    if isinstance(error, NotTheirs):
        return Reason.FORGED
    return Reason.UNKNOWN if isinstance(error, UnknownType) else Reason.MALFORMED


def _is_ours(event_type: str) -> bool:
    return _OURS.fullmatch(event_type) is not None
