"""What becomes of a batch: heard and saved, waited out with whatever is away, or set aside as impossible."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import Literal, TypedDict

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from contracts.envelope import Event
from kit.bus.dead_letters import Reason, set_aside
from kit.bus.inbound import Batch, Received, Record, reason_of
from kit.bus.offsets import Offsets
from kit.bus.publisher import KafkaPublisher
from kit.decide.apart import each_apart
from kit.run.health import ProgressCheck
from kit.settings import KafkaSettings
from kit.telemetry.metrics import BATCH_SECONDS, BATCH_SIZE, DEAD_LETTERS, EVENTS_CONSUMED, EVENTS_DEDUPLICATED
from kit.telemetry.tracing import consume_span

log = structlog.get_logger(__name__)

Hear = Callable[[Sequence[Event]], Awaitable[int]]
"""Takes a batch and saves what follows from it; returns how many events were repeats."""

_MOST_MS_BETWEEN_POLLS = 600_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


class TooManyDeadLetters(RuntimeError):
    """One message after the other is poisonous: the release is, not the messages; stop before the topic is empty."""


class Polling(TypedDict):
    """FastStream's and aiokafka's own options of a subscriber, where the settings decide or all services agree."""

    batch_timeout_ms: int
    max_records: int
    listener: Offsets
    no_reply: bool
    auto_offset_reset: Literal["earliest"]
    fetch_max_wait_ms: int
    session_timeout_ms: int
    heartbeat_interval_ms: int
    max_poll_interval_ms: int


class Inbox:
    """The batch handler of one service's subscriber.

    A batch counts as handled only after what follows from it is saved, so after a crash it comes again, and its second
    coming changes nothing.
    """

    def __init__(self, service: str, settings: KafkaSettings, publisher: KafkaPublisher) -> None:
        self.service = service
        self.offsets = Offsets(service)
        self.at_work = asyncio.Lock()
        """Held while a batch is handled."""
        self.progress = ProgressCheck()
        self.events = self.batches = 0
        """How many were handled so far."""
        self._settings = settings
        self._publisher = publisher
        self._pause = _FIRST_PAUSE
        self._closed = asyncio.Event()

    @property
    def polling(self) -> Polling:
        """The options of this service's subscriber."""
        settings = self._settings
        return {
            "batch_timeout_ms": settings.poll_ms,
            "max_records": settings.batch_size,
            "listener": self.offsets,
            "no_reply": True,
            "auto_offset_reset": "earliest",
            "fetch_max_wait_ms": settings.batch_wait_ms,
            "session_timeout_ms": settings.session_timeout_ms,
            "heartbeat_interval_ms": settings.session_timeout_ms // 4,
            "max_poll_interval_ms": _MOST_MS_BETWEEN_POLLS,
        }

    def close(self) -> None:
        """Take no further batch, and end waiting at once."""
        self._closed.set()

    async def take(self, batch: Batch, hear: Hear) -> None:
        """Hear a batch. Raises TooManyDeadLetters, and nothing else that is not a defect of this module."""
        async with self.at_work:
            if self._closed.is_set():
                return
            try:
                await self._take(batch, hear)
            except (ConnectionError, KafkaError) as error:
                self.offsets.rewind(batch.spans)
                self.progress.blocked(str(error))
                await self.wait_out(error)

    async def _take(self, batch: Batch, hear: Hear) -> None:
        await self.offsets.learn()
        if not self.offsets.follow_on(batch.spans):
            self.offsets.rewind(batch.spans)
            return
        assignment = self.offsets.assignment
        await self._handle(batch, hear)
        self.offsets.handled(batch.spans, assignment)
        self.events += len(batch.received)
        self.batches += 1
        self._pause = _FIRST_PAUSE

    async def _handle(self, batch: Batch, hear: Hear) -> None:
        started = perf_counter()
        for record, error in batch.unreadable:
            await self._set_aside(record, reason_of(error), error)
        if batch.received:
            with consume_span(self.service, [one.event for one in batch.received]):
                await each_apart(batch.received, lambda some: self._hear(some, hear), self._give_up)
            self._measure(batch.received, perf_counter() - started)

    async def _hear(self, received: Sequence[Received], hear: Hear) -> None:
        repeats = await hear([one.event for one in received])
        self.offsets.streak.clear()
        EVENTS_DEDUPLICATED.labels(self.service).inc(repeats)

    async def _give_up(self, received: Received, error: Exception) -> None:
        await self._set_aside(received.record, Reason.POISONOUS, error)

    async def _set_aside(self, record: Record, reason: Reason, error: Exception) -> None:
        place = (TopicPartition(record.topic, record.partition), record.offset)
        streak = self.offsets.streak
        if place in streak:
            return
        await self._publisher.send([set_aside(record, self.service, reason, error)])
        streak.add(place)
        DEAD_LETTERS.labels(self.service, reason.value).inc()
        letter = f"{record.topic}/{record.partition}/{record.offset}"
        log.error("event.set_aside", service=self.service, letter=letter, reason=reason.value, error=repr(error))
        if len(streak) > self._settings.dead_letters_in_a_row:
            raise TooManyDeadLetters(f"{self.service}: {len(streak)} in a row, the last: {error!r}") from error

    def _measure(self, received: Sequence[Received], seconds: float) -> None:
        BATCH_SIZE.labels(self.service).observe(len(received))
        BATCH_SECONDS.labels(self.service).observe(seconds)
        for event_type, count in Counter(one.event.type for one in received).items():
            EVENTS_CONSUMED.labels(self.service, event_type).inc(count)

    async def wait_out(self, error: Exception) -> None:
        """Back off from what is away, a little longer each time, until a batch is handled; ends when closed."""
        log.warning("bus.waits", service=self.service, reason=str(error), seconds=self._pause)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), self._pause)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
