"""Reads a service's topics in batches: hear, then commit; waits out what is away, sets aside what is poisonous."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from contracts.envelope import EnvelopeError, Event
from kit.bus.dead_letters import Reason, set_aside
from kit.bus.inbound import Record, read, reason_of
from kit.bus.offsets import Offsets
from kit.bus.publisher import KafkaPublisher
from kit.bus.subscription import DRAIN_SECONDS, Subscription
from kit.decide.apart import each_apart
from kit.run.health import ProgressCheck
from kit.settings import KafkaSettings
from kit.telemetry.metrics import (
    BATCH_SECONDS,
    BATCH_SIZE,
    CONSUMER_LAG,
    DEAD_LETTERS,
    EVENTS_CONSUMED,
    EVENTS_DEDUPLICATED,
)
from kit.telemetry.tracing import consume_span

log = structlog.get_logger(__name__)

Hear = Callable[[Sequence[Event]], Awaitable[int]]
"""Takes a batch and saves what follows from it; returns how many events were repeats."""

_COMMIT_SECONDS = 0.1
_LEAVE_SECONDS = DRAIN_SECONDS + 5.0
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


class BusReader(ConsumerRebalanceListener):  # type: ignore[misc]
    """One member of a service's consumer group; `run` reads until `stop`, or raises TooManyDeadLetters.

    FastStream polls and hands over batches. An event is committed only after what follows from it is saved, so after a
    crash it comes again, and its second coming changes nothing. An outage of store or bus rewinds to the start of the
    batch and waits.
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
        self._subscription: Subscription | None = None
        self._offsets = Offsets()
        self._in_touch_at = perf_counter()
        self._count = self._batches = self._batches_reported = 0
        self._aside: set[tuple[str, int, int]] = set()
        self._aside_in_a_row = 0
        self._pause_seconds = _FIRST_PAUSE
        self._joined = False
        self._at_work = asyncio.Lock()
        self._failure: Exception | None = None
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Read until stopped; whatever of the bus is away is waited for."""
        while not self._stopping.is_set():
            try:
                await self._read()
            except KafkaError as error:
                await self._wait_out(error)

    def stop(self) -> None:
        """End `run` when the batch at hand is done and committed."""
        self._stopping.set()

    async def _read(self) -> None:
        """Over one connection, until stopped."""
        heard, self._failure = self._listening, None
        self._subscription = Subscription(self._settings, heard.service, heard.topics, self._heed, self)
        try:
            await self._subscription.start()
            await self._watch(self._subscription)
        finally:
            await self._leave(self._subscription)

    async def _leave(self, subscription: Subscription) -> None:
        self._subscription = None
        task = asyncio.current_task()
        try:
            async with asyncio.timeout(_LEAVE_SECONDS):
                await subscription.stop(at_once=task is not None and task.cancelling() > 0)
        except* (TimeoutError, KafkaError) as errors:
            log.warning("bus_reader.left", service=self._listening.service, reason=repr(errors.exceptions))
        self._offsets.forget()

    async def _watch(self, subscription: Subscription) -> None:
        """While FastStream reads: tell the broker how far we are, and whoever asks how we are."""
        while not self._stopping.is_set():
            subscription.check()
            if self._failure is not None:
                raise self._failure
            await self._offsets.note_positions(subscription.consumer)
            await self._offsets.commit(subscription.consumer)
            await self._report(subscription.consumer)
            await self._rest(_COMMIT_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS), self._at_work:
                await self._offsets.commit(subscription.consumer)

    async def _heed(self, records: Sequence[Record]) -> None:
        """FastStream's handler; it would swallow a failure and read on, so failures are kept for `run` to raise."""
        done = self._offsets.begin(records)
        async with self._at_work:
            if self._failure is not None or self._stopping.is_set():
                return
            try:
                await self._take(records, done)
            except Exception as error:  # noqa: BLE001 - raised by `run`
                self._failure = error
            self._batches += 1

    async def _take(self, records: Sequence[Record], done: Callable[[], None]) -> None:
        try:
            await self._handle(records)
        except ConnectionError as error:
            if self._subscription is not None:
                self._subscription.rewind(records)
            await self._wait_out(error)
            return
        self._pause_seconds = _FIRST_PAUSE
        done()
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
        await self._rest(self._pause_seconds)
        self._pause_seconds = min(self._pause_seconds * 2, _LONGEST_PAUSE)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - all are, always
        self._joined = False
        if self._subscription is not None:
            await self._offsets.commit(self._subscription.consumer)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        places = list(assigned)
        self._offsets.forget()
        self._joined = True
        log.info("bus_reader.assigned", service=self._listening.service, partitions=len(places))

    async def _report(self, consumer: AIOKafkaConsumer) -> None:
        heard, self._batches_reported = self._batches > self._batches_reported, self._batches
        if not self._joined or not (heard or (not self._at_work.locked() and await self._in_touch(consumer))):
            return
        lag = self._offsets.lag(consumer, self._listening.topics)
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
        if self._subscription is None or self._subscription.consumer is None:
            return False
        ends = {place: at for place, at in reached.items() if place.topic in self._listening.topics}
        return self._offsets.caught_up(self._subscription.consumer, ends)
