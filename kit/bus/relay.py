"""The outbox's way to the bus: publishes what was saved, in order per document, and confirms it in batches."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from time import perf_counter
from typing import Any, NamedTuple, Protocol

import structlog

from contracts.envelope import EnvelopeError, Event
from kit.clock import machine_now
from kit.store.port import Store, StoreAway
from kit.telemetry.metrics import OUTBOX_LAG_SECONDS

log = structlog.get_logger()

MOST_WAITING = 20_000
"""Documents with events on the way; beyond it the sweep picks up what the store remembers."""

MOST_REMEMBERED = 50_000
BATCH = 500
STUCK_AFTER = timedelta(minutes=1)
"""What was said longer ago and is neither out nor set aside says that the way to the bus is blocked."""

_FIRST_ASIDE, _LONGEST_ASIDE = timedelta(seconds=30), timedelta(minutes=10)


class _Aside(NamedTuple):
    """Why a document is set aside, until when it rests, and how long it rested this time."""

    reason: str
    until: datetime
    length: timedelta


class BusAway(ConnectionError):
    """The bus cannot be reached now: an outage, to be waited out."""


class Unsayable(Exception):
    """The bus will never take what these documents have to say; `reasons` by key. Waiting does not mend it."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {reason}" for key, reason in reasons.items()))
        self.reasons = reasons


class Publisher(Protocol):
    """Brings events to the bus and returns when all of them are acknowledged, or raises BusAway or Unsayable."""

    async def publish(self, events: Sequence[Event]) -> None: ...


class Relay:
    """Takes saved events without waiting; a background task publishes them and tells the store.

    A reader takes the events of a document in the order in which they come, so none may overtake an earlier one:
    where the relay cannot be sure that all earlier ones are out, it reads them from the store.

    A document whose events the bus will never take is set aside, whole and for a while, and the others go on; its
    events stay in the store's outbox, so a restart or the end of the while tries again.
    """

    def __init__(self, store: Store[Any], publisher: Publisher, service: str = "") -> None:
        """`service` is the name its metrics go by."""
        self._store = store
        self._publisher = publisher
        self._service = service
        self._lag = OUTBOX_LAG_SECONDS.labels(service)
        self._waiting: OrderedDict[str, list[Event]] = OrderedDict()
        self._sent: OrderedDict[str, int] = OrderedDict()
        self._since: dict[str, float] = {}
        self._aside: dict[str, _Aside] = {}
        self._stirred = asyncio.Event()
        self._still = asyncio.Event()
        self._still.set()

    def put(self, key: str, published: int, events: Sequence[Event]) -> None:
        if self._rests(key) or (key not in self._waiting and len(self._waiting) >= MOST_WAITING):
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
            try:
                batch = await self._complete({key: list(self._waiting[key]) for key in keys})
                await self._publisher.publish([event for events in batch.values() for event in events])
            except Unsayable as error:
                self._set_aside(error.reasons)
                continue
            await self._store.published({key: events[-1].sequence for key, events in batch.items() if events})
            self._forget(batch)
        self._stirred.clear()
        self._still.set()

    async def _complete(self, batch: dict[str, list[Event]]) -> dict[str, list[Event]]:
        """Put each document's events in order and fill gaps from the store."""
        ordered = {key: _in_order(events, self._sent.get(key, 0)) for key, events in batch.items()}
        gaps = [key for key, events in ordered.items() if events and events[0].sequence != self._sent.get(key, 0) + 1]
        gaps += [key for key, events in ordered.items() if key not in gaps and _has_hole(events)]
        if gaps:
            ordered.update(await self._readable(gaps))
        return {key: events for key, events in ordered.items() if key in self._waiting}

    async def _readable(self, keys: Sequence[str]) -> dict[str, list[Event]]:
        """What the store has still to be said; a document whose events cannot be read is set aside."""
        try:
            return await self._store.outbox(keys)
        except EnvelopeError as error:
            if len(keys) == 1:
                self._set_aside({keys[0]: f"unreadable in the store: {error}"})
                return {}
        return {key: events for each in keys for key, events in (await self._readable([each])).items()}

    def _set_aside(self, reasons: Mapping[str, str]) -> None:
        for key, reason in reasons.items():
            before = self._aside.get(key)
            length = min(before.length * 2, _LONGEST_ASIDE) if before else _FIRST_ASIDE
            self._aside[key] = _Aside(reason, machine_now() + length, length)
            self._waiting.pop(key, None)
            self._since.pop(key, None)
            log.error("relay.set_aside", service=self._service, key=key, reason=reason, again_in=length.total_seconds())

    @property
    def aside(self) -> Mapping[str, str]:
        """The documents set aside, with why."""
        return {key: each.reason for key, each in self._aside.items()}

    async def is_stuck(self, older_than: timedelta = STUCK_AFTER) -> bool:
        """Whether something else than what is set aside has waited so long, as the store knows it."""
        left = await self._store.unpublished(machine_now() - older_than, len(self._aside) + 1)
        return any(key not in self._aside for key in left)

    def _forget(self, batch: dict[str, list[Event]]) -> None:
        now = perf_counter()
        for key, events in batch.items():
            self._aside.pop(key, None)
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
        left = await self._store.unpublished(machine_now() - older_than, limit + len(self._aside))
        keys = [key for key in left if key not in self._waiting and not self._rests(key)][:limit]
        for key, events in (await self._readable(keys)).items():
            self.put(key, events[0].sequence - 1, events)
        return len(keys)

    def _rests(self, key: str) -> bool:
        return key in self._aside and machine_now() < self._aside[key].until

    async def publish_again(self, since: timedelta) -> int:
        """Say again what was said in the last while, to a bus that forgot; readers drop what they know."""
        told, after = 0, None
        while events := await self._store.said_since(machine_now() - since, BATCH, after):
            told += await self._publish_what_is_taken(events)
            after = (events[-1].subject, events[-1].sequence)
        return told

    async def _publish_what_is_taken(self, events: Sequence[Event]) -> int:
        """Publish these but for documents of which the bus will never take all; returns how many."""
        try:
            await self._publisher.publish(events)
        except Unsayable as error:
            return await self._publish_what_is_taken([event for event in events if event.subject not in error.reasons])
        return len(events)


def _in_order(events: list[Event], sent: int) -> list[Event]:
    by_sequence = {event.sequence: event for event in events if event.sequence > sent}
    return [by_sequence[sequence] for sequence in sorted(by_sequence)]


def _has_hole(events: list[Event]) -> bool:
    return any(later.sequence != earlier.sequence + 1 for earlier, later in pairwise(events))
