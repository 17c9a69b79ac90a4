"""What becomes of a batch: heard and saved, waited out with whatever is away, or set aside as impossible."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import Literal, TypedDict

import structlog
from aiokafka.errors import KafkaError

from contracts.envelope import Event
from kit.bus.dead_letters import Reason, set_aside
from kit.bus.inbound import Batch, Received, Record, reason_of
from kit.bus.offsets import Offsets
from kit.bus.publisher import KafkaPublisher
from kit.bus.relay import Unsayable
from kit.decide.apart import each_apart
from kit.decide.fold import Implausible
from kit.decide.heard import SaidAnew
from kit.run.health import ProgressCheck
from kit.settings import KafkaSettings
from kit.telemetry.metrics import BATCH_SECONDS, BATCH_SIZE, DEAD_LETTERS, EVENTS_CONSUMED, EVENTS_DEDUPLICATED
from kit.telemetry.tracing import consume_span

log = structlog.get_logger(__name__)

Hear = Callable[[Sequence[Event]], Awaitable[int]]
"""Takes a batch and saves what follows from it; returns how many events were repeats."""

_MOST_MS_BETWEEN_POLLS = 600_000
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_FIRST_REST, _LONGEST_REST = 30.0, 480.0
"""Seconds; the longest is shorter than the time between two polls after which a member counts as gone."""


class TooManyDeadLetters(RuntimeError):
    """The messages of one subject after the other are poisonous: then the release is, and no more are set aside."""


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
        self._rest = _FIRST_REST
        self._poisoned: set[bytes] = set()
        """Keys of the poisonous messages set aside since one was last handled."""
        self._done: set[int] = set()
        """Of the batch at hand, by `id`, what is handled or set aside."""
        self._begun_at: int | None = None
        """The assignment under which its handling began; None before."""
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
        """Hear a batch; raises nothing that is not a defect of this module.

        After too many dead letters it rests, says so to whoever asks for readiness, and reads on: a process that ended
        instead would be started again and end again, and answer nobody meanwhile.
        """
        async with self.at_work:
            if self._closed.is_set():
                return
            try:
                await self._take(batch, hear)
            except (ConnectionError, KafkaError) as error:
                self._read_the_rest_again(batch)
                self.progress.blocked(str(error))
                await self.wait_out(error)
            except TooManyDeadLetters as error:
                await self._take_a_rest(batch, error)

    async def _take(self, batch: Batch, hear: Hear) -> None:
        self._done.clear()
        self._begun_at = None
        await self.offsets.learn()
        if not self.offsets.follow_on(batch.spans):
            self.offsets.rewind(batch.spans)
            return
        self._begun_at = self.offsets.assignment
        await self._handle(batch, hear)
        self.offsets.handled(batch.spans, self._begun_at)
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
        self._done.update(id(one.record) for one in received)
        self._poisoned.clear()
        self._rest = _FIRST_REST
        EVENTS_DEDUPLICATED.labels(self.service).inc(repeats)

    async def _give_up(self, received: Received, error: Exception) -> None:
        if isinstance(error, (Implausible, SaidAnew)):
            await self._set_aside(received.record, Reason.FORGED, error)
            return
        await self._set_aside(received.record, Reason.POISONOUS, error)
        self._poisoned.add(received.record.key or b"")
        if len(self._poisoned) > self._settings.dead_letters_in_a_row:
            raise TooManyDeadLetters(f"{len(self._poisoned)} subjects in a row, the last: {error!r}") from error

    async def _set_aside(self, record: Record, reason: Reason, error: Exception) -> None:
        """One that cannot even be set aside is counted and passed: its place and the log are what is left of it."""
        letter = f"{record.topic}/{record.partition}/{record.offset}"
        try:
            await self._publisher.send([set_aside(record, self.service, reason, error)])
        except Unsayable as unsayable:
            reason, error = Reason.LOST, unsayable
        self._done.add(id(record))
        DEAD_LETTERS.labels(self.service, reason.value).inc()
        log.error("event.set_aside", service=self.service, letter=letter, reason=reason.value, error=repr(error))

    async def _take_a_rest(self, batch: Batch, error: TooManyDeadLetters) -> None:
        """What is set aside is done and committed, also when the process ends meanwhile."""
        self._read_the_rest_again(batch)
        self._poisoned.clear()
        self.progress.blocked(f"too many dead letters: {error}")
        log.error("bus.rests", service=self.service, reason=str(error), seconds=self._rest)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), self._rest)
        self._rest = min(self._rest * 2, _LONGEST_REST)

    def _read_the_rest_again(self, batch: Batch) -> None:
        """From the first message of each partition that is neither handled nor set aside."""
        if self._begun_at is None:
            self.offsets.rewind(batch.spans)
            return
        spans = batch.before(self._done)
        self.offsets.handled(spans, self._begun_at)
        self.offsets.rewind({place: range(span.stop, span.stop) for place, span in spans.items()})

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
