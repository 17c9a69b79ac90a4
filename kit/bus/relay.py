"""The outbox's way to the bus: publishes what was saved, in order per document, and confirms it in batches."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from time import perf_counter
from typing import Any, Protocol

import structlog

from contracts.envelope import Event
from kit.clock import machine_now
from kit.store.port import Store, StoreAway
from kit.telemetry.metrics import OUTBOX_LAG_SECONDS, OUTBOX_WAITING

log = structlog.get_logger()

MOST_WAITING = 20_000
"""Documents with events on the way; beyond it the sweep picks up what the store remembers."""

MOST_REMEMBERED = 50_000
BATCH = 500


class BusAway(ConnectionError):
    """The bus cannot be reached now: an outage, to be waited out."""


class Publisher(Protocol):
    """Brings events to the bus and returns when all of them are acknowledged, or raises BusAway."""

    async def publish(self, events: Sequence[Event]) -> None: ...


class Relay:
    """Takes saved events without waiting; a background task publishes them and tells the store.

    A consumer drops whatever is not newer than what it has seen from a source, so no event of a document may overtake
    an earlier one: where the relay cannot be sure that all earlier ones are out, it reads them from the store.
    """

    def __init__(self, store: Store[Any], publisher: Publisher, service: str = "") -> None:
        """`service` is the name its metrics go by."""
        self._store = store
        self._publisher = publisher
        self._waiting_gauge = OUTBOX_WAITING.labels(service)
        self._lag = OUTBOX_LAG_SECONDS.labels(service)
        self._waiting: OrderedDict[str, list[Event]] = OrderedDict()
        self._sent: OrderedDict[str, int] = OrderedDict()
        self._since: dict[str, float] = {}
        self._stirred = asyncio.Event()
        self._still = asyncio.Event()
        self._still.set()

    def put(self, key: str, published: int, events: Sequence[Event]) -> None:
        if key not in self._waiting and len(self._waiting) >= MOST_WAITING:
            return
        self._sent[key] = max(self._sent.get(key, 0), published)
        self._waiting.setdefault(key, []).extend(events)
        self._since.setdefault(key, perf_counter())
        self._still.clear()
        self._stirred.set()

    @property
    def idle(self) -> bool:
        """Nothing is on its way to the bus."""
        return not self._stirred.is_set() and not self._waiting

    async def drained(self) -> None:
        """Wait until it is idle."""
        await self._still.wait()

    async def run(self) -> None:
        """Publish until cancelled; an outage is waited out with nothing lost."""
        pause = 0.05
        while True:
            await self._stirred.wait()
            try:
                await self.flush()
                pause = 0.05
            except (BusAway, StoreAway) as error:
                log.warning("relay.waits", reason=str(error), seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    async def flush(self) -> None:
        """Publish everything that waits."""
        while self._waiting:
            keys = list(self._waiting)[:BATCH]
            batch = await self._complete({key: list(self._waiting[key]) for key in keys})
            await self._publisher.publish([event for events in batch.values() for event in events])
            await self._store.published({key: events[-1].sequence for key, events in batch.items() if events})
            self._forget(batch)
            self._waiting_gauge.set(len(self._waiting))
        self._stirred.clear()
        self._still.set()

    async def _complete(self, batch: dict[str, list[Event]]) -> dict[str, list[Event]]:
        """Put each document's events in order and fill gaps from the store."""
        ordered = {key: _in_order(events, self._sent.get(key, 0)) for key, events in batch.items()}
        gaps = [key for key, events in ordered.items() if events and events[0].sequence != self._sent.get(key, 0) + 1]
        gaps += [key for key, events in ordered.items() if key not in gaps and _has_hole(events)]
        if gaps:
            ordered.update(await self._store.outbox(gaps))
        return ordered

    def _forget(self, batch: dict[str, list[Event]]) -> None:
        now = perf_counter()
        for key, events in batch.items():
            self._lag.observe(now - self._since.pop(key, now))
            if events:
                self._sent[key] = max(self._sent.get(key, 0), events[-1].sequence)
                self._sent.move_to_end(key)
            rest = [event for event in self._waiting[key] if event.sequence > self._sent.get(key, 0)]
            if rest:
                self._waiting[key] = rest
                self._since[key] = now
            else:
                del self._waiting[key]
        while len(self._sent) > MOST_REMEMBERED:
            self._sent.popitem(last=False)

    async def sweep(self, older_than: timedelta = timedelta(seconds=5), limit: int = BATCH) -> int:
        """Publish what a crash or an outage left behind; returns how many documents were found."""
        left = await self._store.unpublished(machine_now() - older_than, limit)
        keys = [key for key in left if key not in self._waiting]
        for key, events in (await self._store.outbox(keys)).items():
            self.put(key, events[0].sequence - 1, events)
        return len(keys)

    async def retell(self, since: timedelta) -> int:
        """Say again what was said in the last while, to a bus that forgot; readers drop what they know."""
        told, after = 0, None
        while events := await self._store.said_since(machine_now() - since, BATCH, after):
            await self._publisher.publish(events)
            told += len(events)
            after = (events[-1].subject, events[-1].sequence)
        return told


def _in_order(events: list[Event], sent: int) -> list[Event]:
    by_sequence = {event.sequence: event for event in events if event.sequence > sent}
    return [by_sequence[sequence] for sequence in sorted(by_sequence)]


def _has_hole(events: list[Event]) -> bool:
    return any(later.sequence != earlier.sequence + 1 for earlier, later in pairwise(events))
