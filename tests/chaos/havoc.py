"""Kills processes at random moments of the work and brings them back; the same seed, the same moments and victims."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random

MOST_DOWN_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Victim:
    """Something that dies as in a crash and comes back with what it had kept.

    Of those that share an `alone` lock only one is away at a time: brokers, of which two must be in sync.
    """

    name: str
    kill: Callable[[], Awaitable[object]]
    restart: Callable[[], Awaitable[object]]
    alone: asyncio.Lock | None = None


class Havoc:
    """Each victim in the list dies once, at a share of the work done that chance sets; deaths may overlap."""

    def __init__(self, victims: Sequence[Victim], seed: int, told: Callable[[str], None]) -> None:
        chance = Random(seed)
        moments = sorted(chance.uniform(0.03, 0.92) for _ in victims)
        order = chance.sample(victims, len(victims))
        downs = [chance.uniform(0, MOST_DOWN_SECONDS) for _ in victims]
        self._deaths = list(zip(moments, order, downs, strict=True))
        self._told = told
        self._busy: dict[str, asyncio.Lock] = {victim.name: asyncio.Lock() for victim in victims}
        self.deaths = 0

    async def wreak(self, progress: Callable[[], float]) -> None:
        """Until all have died and are back."""
        async with asyncio.TaskGroup() as group:
            for moment, victim, down in self._deaths:
                while progress() < moment:  # noqa: ASYNC110 - work is done in many places
                    await asyncio.sleep(0.05)
                group.create_task(self._die(victim, moment, down))

    async def _die(self, victim: Victim, moment: float, down: float) -> None:
        async with self._busy[victim.name]:
            if victim.alone is None:
                await self._die_now(victim, moment, down)
            else:
                async with victim.alone:
                    await self._die_now(victim, moment, down)

    async def _die_now(self, victim: Victim, moment: float, down: float) -> None:
        self._told(f"{moment:.0%} of the work: kill -9 {victim.name}, back after {down:.1f} s")
        await victim.kill()
        self.deaths += 1
        await asyncio.sleep(down)
        await victim.restart()
