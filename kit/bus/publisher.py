"""Brings events to Kafka, in order per partition whatever fails, and returns when they are acknowledged."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    UnknownTopicOrPartitionError,
)
from aiokafka.partitioner import DefaultPartitioner

from contracts.envelope import Event, encode, headers
from contracts.topics import topic_of
from kit.bus.connection import connection
from kit.bus.relay import BusAway, Unsayable
from kit.settings import KafkaSettings
from kit.telemetry.metrics import EVENTS_PUBLISHED

log = structlog.get_logger(__name__)

_BATCH_BYTES = 512 * 1024
MOST_BYTES = 900_000
"""Of one message; a broker's own limit (`max.message.bytes`) is 1,048,588 unless told otherwise."""

_NEVER_TAKEN = (MessageSizeTooLargeError, RecordListTooLargeError)
_IMPATIENT_SECONDS = 5.0
_CLOSE_SECONDS = 2.0

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for the bus; those with the same key keep their order."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Headers = ()

    @property
    def size(self) -> int:
        """In bytes, near enough."""
        named = sum(len(name) + len(value) for name, value in self.headers)
        return len(self.key) + len(self.value or b"") + named


class KafkaPublisher:
    """One producer, connected with the first message and anew after a failure.

    A reader takes the events of a document in the order in which they come, so a message must never arrive without
    those before it. Each partition therefore gets one batch at a time: the next is handed over when the one before is
    acknowledged by all in-sync replicas, and a failure leaves the rest unsent. An idempotent producer keeps trying
    through an outage; where the broker does not support that, a batch fails after the request timeout.
    """

    def __init__(self, settings: KafkaSettings, service: str) -> None:
        self._settings = settings
        self._service = service
        self._producer: AIOKafkaProducer | None = None
        self._batch_bytes = _BATCH_BYTES
        self._starting = asyncio.Lock()
        self.reached: dict[TopicPartition, int] = {}
        """For each partition the offset after the last message this publisher put there."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Kit.relay.Publisher: returns when all are acknowledged, raises BusAway or Unsayable."""
        await self.send(_outgoing_all(events))
        for event_type, count in Counter(event.type for event in events).items():
            EVENTS_PUBLISHED.labels(self._service, event_type).inc(count)

    async def send(self, messages: Sequence[Outgoing]) -> None:
        """Any messages, as `publish` does it with events. Raises BusAway or Unsayable; some may have arrived then."""
        _check_sizes(messages)
        try:
            producer = await self._started()
            lanes = await _by_partition(producer, messages)
            sending = [self._send_in_order(producer, place, some) for place, some in lanes.items()]
            if len(sending) == 1:
                await sending[0]
                return
            for failure in await asyncio.gather(*sending, return_exceptions=True):
                if failure is not None:
                    raise failure
        except KafkaError as error:
            await self.close()
            raise BusAway(f"Kafka: {error!r}") from error
        except Unsayable:
            # An idempotent producer goes on counting after what was refused, and the broker would refuse the rest.
            await self.close()
            raise

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = _producer(self._settings, self._service, self._batch_bytes)
                try:
                    await producer.start()
                except BaseException:
                    await _stop(producer)
                    raise
                self._producer = producer
            return self._producer

    async def _send_in_order(
        self, producer: AIOKafkaProducer, place: TopicPartition, messages: Sequence[Outgoing]
    ) -> None:
        rest = list(messages)
        while rest:
            batch = producer.create_batch()
            taken = 0
            for message in rest:
                if _append(batch, message) is None:
                    break
                taken += 1
            batch.close()
            sent = await producer.send_batch(batch, place.topic, partition=place.partition)
            try:
                placed = await _acknowledged(sent, place)
            except _NEVER_TAKEN as error:
                self._smaller(rest[:taken], error)
                raise
            self.reached[place] = max(self.reached.get(place, 0), placed.offset + taken)
            del rest[:taken]

    def _smaller(self, messages: Sequence[Outgoing], error: KafkaError) -> None:
        """A batch was too large for this broker: half as much next time. Raises Unsayable for a message alone."""
        if len(messages) == 1:
            raise Unsayable({messages[0].key.decode(errors="replace"): repr(error)}) from error
        self._batch_bytes //= 2

    async def close(self) -> None:
        """Let go of the connections; what is not acknowledged by then stays in the outbox. May be called again."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)


def _producer(settings: KafkaSettings, service: str, batch_bytes: int) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        **connection(settings),
        client_id=f"hotline-{service}",
        acks="all",
        enable_idempotence=settings.idempotent,
        max_batch_size=batch_bytes,
        request_timeout_ms=15_000,
    )


async def _stop(producer: AIOKafkaProducer) -> None:
    """A producer that cannot reach its broker would flush for ever."""
    with suppress(TimeoutError, KafkaError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await producer.stop()


def _append(batch: Any, message: Outgoing) -> Any:
    return batch.append(key=message.key, value=message.value, timestamp=None, headers=list(message.headers))


async def _by_partition(
    producer: AIOKafkaProducer, messages: Sequence[Outgoing]
) -> dict[TopicPartition, list[Outgoing]]:
    lanes: dict[TopicPartition, list[Outgoing]] = defaultdict(list)
    counts: dict[str, int] = {}
    for message in messages:
        if message.topic not in counts:
            counts[message.topic] = await _partitions(producer, message.topic, messages)
        partition = partition_of(message.key, counts[message.topic])
        lanes[TopicPartition(message.topic, partition)].append(message)
    return lanes


async def _partitions(producer: AIOKafkaProducer, topic: str, messages: Sequence[Outgoing]) -> int:
    try:
        return len(await producer.partitions_for(topic))
    except (UnknownTopicOrPartitionError, InvalidTopicError) as error:
        keys = (message.key.decode(errors="replace") for message in messages if message.topic == topic)
        raise Unsayable(dict.fromkeys(keys, f"no topic {topic}: {error!r}")) from error


def _check_sizes(messages: Iterable[Outgoing]) -> None:
    wrong = {message.key.decode(errors="replace"): message.size for message in messages if message.size > MOST_BYTES}
    if wrong:
        raise Unsayable({key: f"{size} bytes; at most {MOST_BYTES} are sent" for key, size in wrong.items()})


def _outgoing_all(events: Iterable[Event]) -> list[Outgoing]:
    """Raises Unsayable for those that cannot be written down or belong on no topic."""
    found: list[Outgoing] = []
    wrong: dict[str, str] = {}
    for event in events:
        try:
            found.append(_outgoing(event))
        except (LookupError, TypeError, ValueError) as error:
            wrong[event.subject] = f"{event.type}: {error!r}"
    if wrong:
        raise Unsayable(wrong)
    return found


@lru_cache(maxsize=65_536)
def partition_of(key: bytes, count: int) -> int:
    """Where Kafka's own clients put this key; remembered, because the hash is plain Python."""
    everywhere = range(count)
    return int(DefaultPartitioner()(key, everywhere, everywhere))


async def _acknowledged(sent: "asyncio.Future[Any]", place: TopicPartition) -> Any:
    def complain() -> None:
        log.warning("bus.away", topic=place.topic, partition=place.partition, seconds=_IMPATIENT_SECONDS)

    impatience = asyncio.get_running_loop().call_later(_IMPATIENT_SECONDS, complain)
    try:
        return await sent
    finally:
        impatience.cancel()


def _outgoing(event: Event) -> Outgoing:
    named = tuple([(name, value.encode()) for name, value in headers(event).items()])
    return Outgoing(topic_of(event.subject), event.subject.encode(), encode(event), named)
