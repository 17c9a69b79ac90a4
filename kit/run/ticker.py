"""Wakes the documents of one collection that are due; one whose rule fails does not hold up the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from kit.clock import machine_now
from kit.decide.apart import each_apart
from kit.decide.shell import Shell
from kit.store.port import ReplicaTooOld
from kit.telemetry.metrics import DEAD_LETTERS, WAKE_LAG_SECONDS

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 500
_FIRST_DELAY = timedelta(seconds=30)
_LONGEST_DELAY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Postponed:
    """A document whose wake-up failed is tried again later, and ever later."""

    until: datetime
    length: timedelta


class Ticker:
    """Asks the store who is due and drives the same rules as events do."""

    def __init__(self, shell: Shell[Any]) -> None:
        self._shell = shell
        self._postponed: dict[str, _Postponed] = {}

    async def tick(self) -> int:
        """Wake what is due now, at most 500 documents; returns how many were tried. Raises StoreAway."""
        now = self._shell.clock.now()
        earliest = await self.next_wake()
        if earliest is None or earliest > now:
            return 0
        WAKE_LAG_SECONDS.labels(self._shell.decider.service).observe((now - earliest).total_seconds())
        due = await self._shell.store.due(now, MOST_AT_ONCE + len(self._postponed))
        ready = [key for key in due if not self._is_postponed(key)][:MOST_AT_ONCE]
        if ready:
            await each_apart(ready, lambda keys: self._wake(keys, now), self._postpone)
        return len(ready)

    async def next_wake(self) -> datetime | None:
        """The earliest moment at which a document wants to be woken, but for those whose last wake-up failed."""
        store, now = self._shell.store, self._shell.clock.now()
        overdue = await store.due(now, 1 + len(self._postponed)) if self._postponed else []
        return await self._shell.next_wake(now if overdue and all(map(self._is_postponed, overdue)) else None)

    async def _wake(self, keys: Sequence[str], now: datetime) -> None:
        try:
            await self._shell.wake(keys, now)
        except ReplicaTooOld as error:
            # Unlike an outage it concerns single documents: the others are woken, and this one by a newer replica.
            raise RuntimeError(str(error)) from error
        for key in keys:
            self._postponed.pop(key, None)

    def _is_postponed(self, key: str) -> bool:
        found = self._postponed.get(key)
        return found is not None and found.until > machine_now()

    async def _postpone(self, key: str, error: Exception) -> None:
        before = self._postponed.get(key)
        length = min(before.length * 2, _LONGEST_DELAY) if before else _FIRST_DELAY
        self._postponed[key] = _Postponed(machine_now() + length, length)
        service = self._shell.decider.service
        DEAD_LETTERS.labels(service, "wake").inc()
        log.error("wake.failed", service=service, ticket=key, again_in_seconds=length.total_seconds(), exc_info=error)
