"""Reads a service's topics in batches: hear, then commit; waits out what is away, sets aside what is poisonous."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from contracts.envelope import EnvelopeError, Event
from kit.dead_letters import Reason, set_aside
from kit.health import ProgressCheck
from kit.inbound import Record, read, reason_of
from kit.kafka_connection import group_member
from kit.metrics import (
    BATCH_SECONDS,
    BATCH_SIZE,
    CONSUMER_LAG,
    DEAD_LETTERS,
    EVENTS_CONSUMED,
    EVENTS_DEDUPLICATED,
)
from kit.publisher import KafkaPublisher
from kit.settings import KafkaSettings
from kit.telemetry import consume_span

log = structlog.get_logger(__name__)

Hear = Callable[[Sequence[Event]], Awaitable[int]]
"""Takes a batch and saves what follows from it; returns how many events were repeats."""

T = TypeVar("T")

_POLL_MS = 200
_COMMIT_SECONDS = 0.1
_CLOSE_SECONDS = 5.0
_TOUCH_SECONDS = 2.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


class TooManyDeadLetters(RuntimeError):
    """One message after the other is poisonous: the release is, not the messages; stop before the topic is empty."""


@dataclass(frozen=True, slots=True)
class Listening:
    """What a service hears: its name is the consumer group; types it does not name are skipped unread."""

    service: str
    topics: tuple[str, ...]
    types: frozenset[str]
    hear: Hear


@dataclass(frozen=True, slots=True)
class _Received:
    record: Record
    event: Event


async def each_apart(
    items: Sequence[T],
    handle: Callable[[Sequence[T]], Awaitable[None]],
    give_up: Callable[[T, Exception], Awaitable[None]],
) -> None:
    """Handle all at once; where that fails, handle the halves, in order, until the one that cannot be is alone.

    An outage (ConnectionError) is nobody's fault and is raised.
    """
    try:
        await handle(items)
    except ConnectionError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a rule may raise, the partition goes on
        if len(items) == 1:
            await give_up(items[0], error)
            return
        middle = len(items) // 2
        await each_apart(items[:middle], handle, give_up)
        await each_apart(items[middle:], handle, give_up)


class BusReader(ConsumerRebalanceListener):  # type: ignore[misc]
    """One member of a service's consumer group; `run` reads until `stop`, or raises TooManyDeadLetters.

    An event is committed only after what follows from it is saved, so after a crash it comes again, and its second
    coming changes nothing. An outage of store or bus rewinds to the start of the batch and waits.
    """

    def __init__(
        self,
        listening: Listening,
        settings: KafkaSettings,
        publisher: KafkaPublisher,
        progress: ProgressCheck | None = None,
    ) -> None:
        self._listening = listening
        self._settings = settings
        self._publisher = publisher
        self._progress = progress or ProgressCheck()
        self._consumer: AIOKafkaConsumer | None = None
        self._handled: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._committed_at = self._in_touch_at = perf_counter()
        self._count = 0
        self._aside: set[tuple[str, int, int]] = set()
        self._aside_in_a_row = 0
        self._pause_seconds = _FIRST_PAUSE
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Read until stopped; whatever of the bus is away is waited for."""
        try:
            while not self._stopping.is_set():
                try:
                    await self._read_on(await self._connected())
                except KafkaError as error:
                    await self._disconnect()
                    await self._wait_out(error)
        finally:
            await self._disconnect()

    def stop(self) -> None:
        """End `run` when the batch at hand is done and committed."""
        self._stopping.set()

    async def _connected(self) -> AIOKafkaConsumer:
        consumer = group_member(self._settings, self._listening.service)
        consumer.subscribe(topics=list(self._listening.topics), listener=self)
        self._consumer = consumer
        await consumer.start()
        return consumer

    async def _disconnect(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(TimeoutError, KafkaError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await consumer.stop()
        self._handled.clear()
        self._committed.clear()

    async def _read_on(self, consumer: AIOKafkaConsumer) -> None:
        while not self._stopping.is_set():
            batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=self._settings.batch_size)
            if batches:
                await self._take(consumer, batches)
            await self._note_positions(consumer)
            if not batches or perf_counter() - self._committed_at > _COMMIT_SECONDS:
                await self._commit(consumer)
                await self._report(consumer, heard=bool(batches))
        await self._commit(consumer)

    async def _take(self, consumer: AIOKafkaConsumer, batches: Mapping[TopicPartition, Sequence[Record]]) -> None:
        try:
            await self._handle([record for records in batches.values() for record in records])
        except ConnectionError as error:
            for place, records in batches.items():
                with suppress(IllegalStateError):
                    consumer.seek(place, records[0].offset)
            await self._wait_out(error)
            return
        self._pause_seconds = _FIRST_PAUSE
        self._handled.update({place: records[-1].offset + 1 for place, records in batches.items()})
        self._aside.clear()

    async def _handle(self, records: Sequence[Record]) -> None:
        started = perf_counter()
        received: list[_Received] = []
        for record in records:
            try:
                event = read(record, self._listening.types)
            except EnvelopeError as error:
                await self._set_aside(record, reason_of(error), error)
            else:
                if event is not None:
                    received.append(_Received(record, event))
        if received:
            with consume_span(self._listening.service, [one.event for one in received]):
                await each_apart(received, self._hear, self._give_up)
            self._measure(received, perf_counter() - started)

    async def _hear(self, received: Sequence[_Received]) -> None:
        repeats = await self._listening.hear([one.event for one in received])
        self._aside_in_a_row = 0
        EVENTS_DEDUPLICATED.labels(self._listening.service).inc(repeats)

    async def _give_up(self, received: _Received, error: Exception) -> None:
        await self._set_aside(received.record, Reason.POISONOUS, error)

    async def _set_aside(self, record: Record, reason: Reason, error: Exception) -> None:
        place = (record.topic, record.partition, record.offset)
        if place in self._aside:
            return
        service = self._listening.service
        await self._publisher.send([set_aside(record, service, reason, error)])
        self._aside.add(place)
        self._aside_in_a_row += 1
        DEAD_LETTERS.labels(service, reason.value).inc()
        letter = "/".join(map(str, place))
        log.error("event.set_aside", service=service, letter=letter, reason=reason.value, error=repr(error))
        if self._aside_in_a_row > self._settings.dead_letters_in_a_row:
            raise TooManyDeadLetters(f"{service}: {self._aside_in_a_row} in a row, the last: {error!r}") from error

    def _measure(self, received: Sequence[_Received], seconds: float) -> None:
        service = self._listening.service
        BATCH_SIZE.labels(service).observe(len(received))
        BATCH_SECONDS.labels(service).observe(seconds)
        for event_type, count in Counter(one.event.type for one in received).items():
            EVENTS_CONSUMED.labels(service, event_type).inc(count)
        self._count += len(received)

    async def _wait_out(self, error: Exception) -> None:
        """Back off, but end at once when told to stop."""
        log.warning("bus_reader.waits", service=self._listening.service, reason=str(error), seconds=self._pause_seconds)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self._pause_seconds)
        self._pause_seconds = min(self._pause_seconds * 2, _LONGEST_PAUSE)

    async def _note_positions(self, consumer: AIOKafkaConsumer) -> None:
        """A partition from which nothing came yet stands where its last owner left it."""
        for place in consumer.assignment() - self._handled.keys():
            with suppress(TimeoutError, IllegalStateError):
                async with asyncio.timeout(_POLL_MS / 1000):
                    self._handled.setdefault(place, await consumer.position(place))

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Tell the broker how far we are; after a rebalance it no longer cares, and the new owner reads again."""
        self._committed_at = perf_counter()
        ours = consumer.assignment()
        fresh = {p: at for p, at in self._handled.items() if p in ours and self._committed.get(p) != at}
        if fresh:
            with suppress(CommitFailedError, IllegalStateError):
                await consumer.commit(fresh)
                self._committed.update(fresh)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - all are, always
        if self._consumer is not None:
            await self._commit(self._consumer)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        places = list(assigned)
        self._handled.clear()
        self._committed.clear()
        log.info("bus_reader.assigned", service=self._listening.service, partitions=len(places))

    async def _report(self, consumer: AIOKafkaConsumer, *, heard: bool) -> None:
        if not (heard or await self._in_touch(consumer)):
            return
        lag = dict.fromkeys(self._listening.topics, 0)
        for place in consumer.assignment():
            end = consumer.highwater(place)
            if end is not None and place in self._handled:
                lag[place.topic] += max(0, end - self._handled[place])
        for topic, events in lag.items():
            CONSUMER_LAG.labels(self._listening.service, topic).set(events)
        self._progress.polled(position=self._count, lag=sum(lag.values()))

    async def _in_touch(self, consumer: AIOKafkaConsumer) -> bool:
        """A poll that brings nothing does not say whether the broker is there: ask now and then."""
        if perf_counter() - self._in_touch_at < _TOUCH_SECONDS:
            return True
        try:
            async with asyncio.timeout(_TOUCH_SECONDS):
                await consumer.topics()
        except (KafkaError, TimeoutError) as error:
            log.warning("bus.away", service=self._listening.service, reason=repr(error))
            return False
        self._in_touch_at = perf_counter()
        return True

    def caught_up(self, reached: Mapping[TopicPartition, int]) -> bool:
        """Everything up to these offsets, and up to where the broker last said that partitions end, is handled."""
        consumer = self._consumer
        if consumer is None or not (ours := consumer.assignment()):
            return False
        ends = {place: at for place, at in reached.items() if place.topic in self._listening.topics}
        known = {place: consumer.highwater(place) for place in ours}
        return all(self._handled.get(place, -1) >= at for place, at in ends.items()) and all(
            at is not None and self._handled.get(place, -1) >= at for place, at in known.items()
        )
