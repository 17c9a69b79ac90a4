"""Many lives at the pace of one stepped clock: time moves on when everybody waits for it."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime
from itertools import count
from typing import Any

StepTo = Callable[[datetime], Awaitable[None]]
"""Moves the clock and returns when everything due on the way has happened and the bus is quiet."""


class Pace:
    """Lives are coroutines that say `await pace.until(moment)`; those that wait for the same moment go on together."""

    def __init__(self, now: datetime, step_to: StepTo) -> None:
        self.now = now
        self._step_to = step_to
        self._waiting: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = count()
        self._busy = 0
        self._all_wait = asyncio.Event()

    async def until(self, moment: datetime) -> None:
        """Wait for a moment of the stepped clock; a moment that has passed is now."""
        if moment <= self.now:
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (moment, next(self._order), waiting))
        self._one_less_busy()
        await waiting

    async def live(self, lives: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Run all lives to their end; the first that fails ends them all."""
        async with asyncio.TaskGroup() as group:
            for life in lives:
                self._busy += 1
                group.create_task(self._live(life))
            if self._busy:
                await self._keep_time()

    async def together(self, *lives: Coroutine[Any, Any, None]) -> None:
        """Go on in several ways at once, until all have come to their end."""
        left = len(lives)
        self._busy += left - 1

        async def one(life: Coroutine[Any, Any, None]) -> None:
            nonlocal left
            await life
            left -= 1
            if left:  # the last to end hands its place on to whoever waits for all of them
                self._one_less_busy()

        await asyncio.gather(*(one(life) for life in lives))

    async def _live(self, life: Coroutine[Any, Any, None]) -> None:
        try:
            await life
        finally:
            self._one_less_busy()

    def _one_less_busy(self) -> None:
        self._busy -= 1
        if self._busy == 0:
            self._all_wait.set()

    async def _keep_time(self) -> None:
        while True:
            await self._all_wait.wait()
            self._all_wait.clear()
            if not self._waiting:
                return
            await self._step_to_next()

    async def _step_to_next(self) -> None:
        moment = self._waiting[0][0]
        await self._step_to(moment)
        self.now = moment
        while self._waiting and self._waiting[0][0] <= moment:
            _, _, waiting = heapq.heappop(self._waiting)
            self._busy += 1
            waiting.set_result(None)
