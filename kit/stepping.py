"""Stepped time: a driver moves the clock of all services in this process, and days pass in seconds."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from aiokafka import TopicPartition

from kit.clock import SteppedClock
from kit.runtime import ServiceRuntime

_STUCK = timedelta(minutes=1)
"""A document whose wake-up fails stays due; time goes past it in steps of this length."""


class Stepper:
    """Drives the clock that the services of one process share; hotline.virtual does the same without a bus."""

    def __init__(self, clock: SteppedClock, services: Sequence[ServiceRuntime]) -> None:
        self.clock = clock
        self._services = services

    async def settle(self) -> None:
        """Return when nothing is on its way: all outboxes are published, all of the bus is handled and saved."""
        while not self._quiet():  # noqa: ASYNC110 - quiet is a state of many parts, none of which announces it
            await asyncio.sleep(0.002)

    def _quiet(self) -> bool:
        reached: dict[TopicPartition, int] = {}
        for service in self._services:
            for place, offset in service.publisher.reached.items():
                reached[place] = max(offset, reached.get(place, 0))
        return all(service.quiet(reached) for service in self._services)

    async def advance_to(self, moment: datetime) -> None:
        """Move to the moment; what falls due before it has happened, what falls due at it has not yet.

        Raises ValueError for a moment in the past.
        """
        await self._wake_while(lambda due: due < moment)
        self.clock.advance_to(moment)

    async def finish_moment(self) -> None:
        """Let happen what falls due at the present moment itself."""
        now = self.clock.now()
        await self._wake_while(lambda due: due <= now)

    async def _wake_while(self, early_enough: Callable[[datetime], bool]) -> None:
        await self.settle()
        stuck: datetime | None = None
        while (due := await self._next_wake()) is not None:
            due = max(due, self.clock.now()) if due != stuck else self.clock.now() + _STUCK
            if not early_enough(due):
                return
            self.clock.advance_to(due)
            woken = sum([await service.tick() for service in self._services])
            stuck = None if woken else await self._next_wake()
            await self.settle()

    async def _next_wake(self) -> datetime | None:
        moments = [await service.next_wake() for service in self._services]
        return min((moment for moment in moments if moment is not None), default=None)

    def release(self) -> None:
        """End the stepped mode: time runs on by itself, and so do the wake-ups."""
        self.clock.release()
        for service in self._services:
            service.tick_by_itself()
