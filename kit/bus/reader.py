"""Runs a service's FastStream subscriber: connects, commits what is handled, reports, drains."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from time import perf_counter

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker, KafkaRouter
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.middlewares import ExceptionMiddleware

from kit.bus.any_header import read_any_header
from kit.bus.connection import stated_security
from kit.bus.inbox import Inbox
from kit.settings import KafkaSettings
from kit.telemetry.metrics import CONSUMER_LAG

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 15.0
"""How long the batch at hand may take when the service ends; it comes again otherwise."""

_LEAVE_SECONDS = DRAIN_SECONDS + 5.0
_COMMIT_SECONDS = 0.1
_TOUCH_SECONDS = 2.0
_STALL_SECONDS = 20.0
"""FastStream rests 5-15 s after a failed poll and tries again."""


class Stalled(KafkaError):  # type: ignore[misc]
    """Messages wait and none comes: polls fail for ever, or the last one failed with messages in its hands."""


def broker_for(settings: KafkaSettings, group: str, fail: Callable[[Exception], Awaitable[None]]) -> KafkaBroker:
    """FastStream's broker for one group member; `fail` is given whatever escapes a handler, parser or decoder.

    It is awaited because FastStream calls a plain function in a thread.
    """
    read_any_header()
    return KafkaBroker(
        list(settings.bootstrap_servers),
        client_id=f"hotline-{group}",
        # Speaking and making topics are ours: see kit/bus/publisher.py and kit/bus/topics.py.
        consumer_only=True,
        security=stated_security(settings),
        graceful_timeout=DRAIN_SECONDS,
        apply_types=False,
        middlewares=[ExceptionMiddleware({Exception: fail})],
        logger=logging.getLogger("faststream.kafka"),
        log_level=logging.DEBUG,
    )


def _only_subscriber(router: KafkaRouter) -> BatchSubscriber:
    [subscriber] = router.subscribers
    assert isinstance(subscriber, BatchSubscriber), "batch=True: everything here counts on it"
    return subscriber


class BusReader:
    """One member of a service's consumer group; `run` reads until `stop`, or raises what the handler raised."""

    def __init__(self, inbox: Inbox, router: KafkaRouter, settings: KafkaSettings) -> None:
        self._inbox = inbox
        self._offsets = inbox.offsets
        self.progress = inbox.progress
        self._broker = broker_for(settings, inbox.service, self._fail)
        self._broker.include_router(router)
        self._subscriber = _only_subscriber(router)
        self._offsets.follow(lambda: self._subscriber.consumer)
        self._failure: Exception | None = None
        self._stopping = asyncio.Event()
        self._moved_at = self._in_touch_at = perf_counter()
        self._batches = 0

    @property
    def topics(self) -> list[str]:
        """What it listens to."""
        return self._subscriber.topic_names

    async def run(self) -> None:
        """Read until stopped; whatever of the bus is away is waited for."""
        while not self._stopping.is_set():
            try:
                await self._read()
            except KafkaError as error:
                await self._inbox.wait_out(error)

    def stop(self) -> None:
        """End `run` when the batch at hand is done and committed."""
        self._stopping.set()
        self._inbox.close()

    async def _fail(self, error: Exception) -> None:
        """FastStream would read on; nothing may be handled after what failed."""
        self._failure = self._failure or error
        self.stop()

    async def _read(self) -> None:
        """Over one connection, until stopped."""
        try:
            await self._broker.start()
            self._moved_at = perf_counter()
            while not self._stopping.is_set():
                await self._offsets.learn()
                await self._offsets.commit()
                await self._report()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _COMMIT_SECONDS)
            await self._drain()
        finally:
            await self._leave()

    async def _drain(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS), self._inbox.at_work:
                await self._offsets.commit()
        if self._failure is not None:
            raise self._failure

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(_LEAVE_SECONDS):
                await self._broker.stop()
        except* (TimeoutError, KafkaError) as errors:
            log.warning("bus.left", service=self._inbox.service, reason=repr(errors.exceptions))

    async def _report(self) -> None:
        heard, self._batches = self._inbox.batches > self._batches, self._inbox.batches
        at_work = self._inbox.at_work.locked()
        if not self._offsets.assigned or not (heard or (not at_work and await self._in_touch())):
            self._moved_at = perf_counter()
            return
        lag = self._offsets.lag(self.topics)
        for topic, events in lag.items():
            CONSUMER_LAG.labels(self._inbox.service, topic).set(events)
        waiting = sum(lag.values())
        self.progress.polled(position=self._inbox.events, lag=waiting)
        if heard or not waiting:
            self._moved_at = perf_counter()
        elif perf_counter() - self._moved_at > _STALL_SECONDS:
            raise Stalled(f"{waiting} messages wait and none has come for {_STALL_SECONDS:g} s")

    async def _in_touch(self) -> bool:
        """A poll that brings nothing does not say whether the broker is there: ask now and then."""
        if perf_counter() - self._in_touch_at < _TOUCH_SECONDS:
            return True
        assert self._subscriber.consumer is not None
        try:
            async with asyncio.timeout(_TOUCH_SECONDS):
                await self._subscriber.consumer.topics()
        except (KafkaError, TimeoutError) as error:
            log.warning("bus.away", service=self._inbox.service, reason=repr(error))
            return False
        self._in_touch_at = perf_counter()
        return True

    def caught_up(self, reached: Mapping[TopicPartition, int]) -> bool:
        """Everything up to these offsets, and up to where the broker last said that partitions end, is handled."""
        return self._offsets.caught_up({place: at for place, at in reached.items() if place.topic in self.topics})
