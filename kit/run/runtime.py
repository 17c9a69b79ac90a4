"""One service at work behind its HTTP API: reads the bus, publishes the outbox, wakes what is due, sweeps up."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential

from contracts.envelope import Event
from contracts.topics import DEAD_LETTERS, SPEAKERS, TOPICS, topics_of
from kit.bus.connection import security
from kit.bus.publisher import KafkaPublisher
from kit.bus.reader import BusReader
from kit.bus.relay import BATCH, STUCK_AFTER, Relay
from kit.bus.topics import ensure_topics
from kit.clock import Clock
from kit.decide.decider import Decider
from kit.decide.fold import ProcedureOf
from kit.decide.shell import Outlet, Shell
from kit.run.health import NotReady
from kit.run.heap import collect_seldom
from kit.run.ticker import Ticker
from kit.settings import KafkaSettings
from kit.store.opening import Stores
from kit.store.port import S, StoreAway
from kit.telemetry.metrics import OUTBOX_SET_ASIDE, OUTBOX_WAITING

log = structlog.get_logger(__name__)

Chore = Callable[[], Awaitable[object]]
"""Something a service does at every tick besides waking documents."""

Tap = Callable[[Sequence[Event]], None]
"""Sees what was said; it neither waits nor raises."""

P = ParamSpec("P")

_TICK_SECONDS = 0.5
_SWEEP_SECONDS = 5.0
_FLUSH_SECONDS = 5.0
PUBLISHED_AGAIN = timedelta(minutes=15)
"""How far back a bus that forgot is told again; readers drop what they know."""


class ServiceFailed(RuntimeError):
    """A service's background work ended for a reason that waiting does not mend; the process should end."""


@dataclass(frozen=True, slots=True)
class Worker(Generic[S]):
    """One decider at work: its shell, the relay of its outbox, the ticker of its documents."""

    shell: Shell[S]
    relay: Relay
    ticker: Ticker


@dataclass(frozen=True, slots=True)
class Tapped:
    """An outlet whose events somebody in the same process sees before the bus has them."""

    outlet: Outlet
    tap: Tap

    def put(self, key: str, published: int, events: Sequence[Event]) -> None:
        """To the bus first: the tap may do with it what it likes."""
        self.outlet.put(key, published, events)
        self.tap(events)


def work_on(
    decider: Decider[S],
    stores: Stores,
    publisher: KafkaPublisher,
    clock: Clock,
    procedure_of: ProcedureOf,
    patience: timedelta = timedelta(seconds=2),
    tap: Tap | None = None,
) -> Worker[S]:
    """A decider at work on its service's store and bus; `patience` is how long a command waits for an event."""
    store = stores.store_for(decider.collection)
    relay = Relay(store, publisher, decider.service)
    outlet = relay if tap is None else Tapped(relay, tap)
    shell = Shell(decider, store, outlet, clock, procedure_of, patience)
    return Worker(shell, relay, Ticker(shell))


@dataclass(frozen=True, slots=True)
class Duties:
    """What a service's runtime works on; a service that hears nothing has no reader.

    `alongside` runs as long as the service does. `stepped`: wake-ups wait for `tick` until `tick_by_itself`;
    `remembers` is False for a bus that loses everything at a restart and must be told again.
    """

    service: str
    workers: tuple[Worker[Any], ...]
    reader: BusReader | None = None
    chores: tuple[Chore, ...] = ()
    preparations: tuple[Chore, ...] = ()
    alongside: tuple[Chore, ...] = ()
    stepped: bool = False
    remembers: bool = True


class ServiceRuntime:
    """The background work of one service; entering starts it, leaving drains it.

    What is away when it starts (bus or store) is waited for: HTTP answers meanwhile and readiness says so.
    """

    def __init__(
        self,
        duties: Duties,
        settings: KafkaSettings,
        publisher: KafkaPublisher,
        stop: asyncio.Event | None = None,
    ) -> None:
        self.duties = duties
        self.publisher = publisher
        self.begun = asyncio.Event()
        """Set once the topics are there and reading has begun."""
        self._settings = settings
        self._stop_process = stop or asyncio.Event()
        self._ticking = asyncio.Event()
        if not duties.stepped:
            self._ticking.set()
        self._main: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._main = asyncio.create_task(self._work(), name=f"{self.duties.service} runtime")
        self._main.add_done_callback(lambda _: self._stop_process.set())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.drain()

    async def _work(self) -> None:
        for prepare in self.duties.preparations:
            await _patiently(prepare)
        await _patiently(_make_topics, self._settings, _topics_of(self.duties))
        if not self.duties.remembers:
            for worker in self.duties.workers:
                await _patiently(worker.relay.publish_again, PUBLISHED_AGAIN)
        collect_seldom()
        async with asyncio.TaskGroup() as group:
            if self.duties.reader is not None:
                self._reading = group.create_task(self.duties.reader.run())
            for worker in self.duties.workers:
                group.create_task(worker.relay.run())
            group.create_task(self._every(_TICK_SECONDS, self._tick_by_itself))
            group.create_task(self._every(_SWEEP_SECONDS, self._sweep))
            for duty in self.duties.alongside:
                group.create_task(_run(duty))
            self.begun.set()

    async def check_bus(self) -> None:
        """Reading goes forward, or, for a service that hears nothing, the bus was reached; raises NotReady."""
        if self.duties.reader is not None:
            await self.duties.reader.progress()
        elif not self.begun.is_set():
            raise NotReady("the bus was not reached yet")

    async def check_outbox(self) -> str | None:
        """What was said gets out; raises NotReady where it does not, tells of documents that are set aside."""
        relays = [worker.relay for worker in self.duties.workers]
        if any([await relay.is_stuck() for relay in relays]):
            raise NotReady(f"what was said waits for the bus for more than {STUCK_AFTER.total_seconds():.0f} s")
        aside = [f"{key} ({reason})" for relay in relays for key, reason in relay.aside.items()]
        return f"{len(aside)} documents are set aside: {'; '.join(aside[:3])}" if aside else None

    async def drain(self) -> None:
        """Finish and commit the batch at hand, publish what was said, then end; raises ServiceFailed if it had ended.

        What the bus does not take within 5 s stays in the outbox for the next start.
        """
        if self._main is None:
            return
        main, self._main = self._main, None
        if self.begun.is_set() and not main.done():
            await self._stop_reading(main)
            with suppress(TimeoutError, StoreAway):
                async with asyncio.timeout(_FLUSH_SECONDS):
                    for worker in self.duties.workers:
                        await worker.relay.drained()
                        await worker.shell.follow_ups.learn()
        main.cancel()
        [outcome] = await asyncio.gather(main, return_exceptions=True)
        await self.publisher.close()
        if isinstance(outcome, Exception):
            raise ServiceFailed(f"{self.duties.service}: {outcome!r}") from outcome

    async def _stop_reading(self, main: asyncio.Task[None]) -> None:
        if self.duties.reader is not None and self._reading is not None:
            self.duties.reader.stop()
            await asyncio.wait([self._reading, main], return_when=asyncio.FIRST_COMPLETED)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await work()
            except ConnectionError as error:
                log.warning("runtime.waits", service=self.duties.service, reason=str(error), seconds=seconds)
            await asyncio.sleep(seconds)

    async def _tick_by_itself(self) -> None:
        await self._ticking.wait()
        await self.tick()

    def tick_by_itself(self) -> None:
        """End the stepped mode: from now on what is due is woken as time goes by."""
        self._ticking.set()

    async def tick(self) -> int:
        """Wake everything that is due now and do the chores; returns how many documents were woken."""
        woken = 0
        for worker in self.duties.workers:
            if worker.shell.decider.is_woken:
                while count := await worker.ticker.tick():
                    woken += count
        for chore in self.duties.chores:
            await chore()
        return woken

    async def next_wake(self) -> datetime | None:
        """The earliest moment at which a document of this service wants to be woken."""
        wakeable = [worker for worker in self.duties.workers if worker.shell.decider.is_woken]
        moments = [await worker.ticker.next_wake() for worker in wakeable]
        return min((moment for moment in moments if moment is not None), default=None)

    async def _sweep(self) -> None:
        """Publish what a crash or an outage left behind, all of it; and say how much waits, as the store knows it."""
        waiting = [await worker.shell.store.waiting() for worker in self.duties.workers]
        OUTBOX_WAITING.labels(self.duties.service).set(sum(waiting))
        aside = sum(len(worker.relay.aside) for worker in self.duties.workers)
        OUTBOX_SET_ASIDE.labels(self.duties.service).set(aside)
        for worker in self.duties.workers:
            while await worker.relay.sweep(limit=BATCH) == BATCH:
                await worker.relay.drained()

    def quiet(self, reached: Mapping[TopicPartition, int]) -> bool:
        """Nothing is on its way out, and everything on the bus up to these offsets is handled and saved."""
        idle = all(worker.relay.idle for worker in self.duties.workers)
        reader = self.duties.reader
        return self.begun.is_set() and idle and (reader is None or reader.caught_up(reached))


def _topics_of(duties: Duties) -> set[str]:
    """Where it speaks and what it hears: of the others it may not even be told that they are there."""
    facts = SPEAKERS.get(duties.service)
    spoken = TOPICS if facts is None else [topic for fact in facts for topic in topics_of(fact)]
    return {*spoken, *(duties.reader.topics if duties.reader else ())}


async def _run(duty: Chore) -> None:
    await duty()


async def _make_topics(settings: KafkaSettings, topics: Iterable[str]) -> None:
    partitions = dict.fromkeys(topics, settings.partitions) | {DEAD_LETTERS: 1}
    safe = {"min.insync.replicas": str(settings.min_insync_replicas)}
    # A dead letter waits for somebody to mend its cause, however long that takes.
    configs = dict.fromkeys(partitions, safe) | {DEAD_LETTERS: safe | {"retention.ms": "-1"}}
    servers = ",".join(settings.bootstrap_servers)
    await ensure_topics(servers, partitions, settings.replication_factor, configs=configs, security=security(settings))


async def _patiently(work: Callable[P, Awaitable[object]], *args: P.args, **kwargs: P.kwargs) -> None:
    """Until store and bus are there; a wrong password is waited out too, loudly."""
    away = (ConnectionError, KafkaError, TimeoutError)
    waiting = wait_exponential(multiplier=0.2, max=2)
    async for attempt in AsyncRetrying(retry=retry_if_exception_type(away), wait=waiting, before_sleep=_tell):
        with attempt:
            await work(*args, **kwargs)


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("runtime.waits", reason=repr(error), attempt=state.attempt_number)
