"""Moves the embedded system's clock: a step ends when all that was due has happened and the bus is quiet."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from aiokafka import TopicPartition
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from contracts.fact import Instant
from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import HolderOf
from kit.clock import SteppedClock
from kit.http.problems import Problem
from kit.run.runtime import ServiceRuntime

_LOOK_SECONDS = 0.002
_LOUD_SECONDS = 60.0


class NeverQuiet(RuntimeError):
    """The services went on talking, or the bus is away, for longer than any step can take."""


class Stepper:
    """Drives every service of this process from moment to moment."""

    def __init__(self, clock: SteppedClock, runtimes: Mapping[str, ServiceRuntime]) -> None:
        self._clock = clock
        self._runtimes = runtimes
        self._one_at_a_time = asyncio.Lock()

    def now(self) -> datetime:
        """The moment at which time stands."""
        return self._clock.now()

    async def step_to(self, moment: datetime) -> None:
        """Let everything due before the moment happen at its own time, then stand at the moment.

        Raises ValueError for a moment in the past, NeverQuiet when a step does not come to rest.
        """
        async with self._one_at_a_time:
            await self._settle()
            while (due := await self._next_wake()) is not None and due < moment:
                self._clock.advance_to(max(due, self._clock.now()))
                for runtime in self._runtimes.values():
                    await runtime.tick()
                await self._settle()
            self._clock.advance_to(moment)

    def release(self) -> None:
        """From now on time runs by itself."""
        self._clock.release()
        for runtime in self._runtimes.values():
            runtime.tick_by_itself()

    async def _next_wake(self) -> datetime | None:
        moments = [await runtime.next_wake() for runtime in self._runtimes.values()]
        return min((moment for moment in moments if moment is not None), default=None)

    async def _settle(self) -> None:
        try:
            async with asyncio.timeout(_LOUD_SECONDS):
                while not self._quiet():  # noqa: ASYNC110 - the state of five services has no one event
                    await asyncio.sleep(_LOOK_SECONDS)
        except TimeoutError:
            raise NeverQuiet(f"not quiet after {_LOUD_SECONDS:g} s at {self._clock.now().isoformat()}") from None

    def _quiet(self) -> bool:
        reached = self._reached()
        return all(runtime.quiet(reached) for runtime in self._runtimes.values())

    def _reached(self) -> dict[TopicPartition, int]:
        """How far this process, the only speaker, has written each partition."""
        reached: dict[TopicPartition, int] = {}
        for runtime in self._runtimes.values():
            for place, offset in runtime.publisher.reached.items():
                reached[place] = max(reached.get(place, 0), offset)
        return reached


class Moment(BaseModel):
    """Where time stands, or shall stand."""

    now: Instant


def clock_router(stepper: Stepper) -> APIRouter:
    """`GET /clock` and `POST /clock`, in the stepped mode alone."""
    router = APIRouter(prefix="/clock", tags=["虚拟时间 Stepped clock"])

    @router.get("", summary="当前时刻 Where time stands")
    async def now() -> Moment:
        return Moment(now=stepper.now())

    @router.post("", dependencies=[Depends(HolderOf(Role.ADMIN))], summary="推进时间 Step forward to a moment")
    async def step(to: Moment) -> Moment:
        """Answers when everything due before the moment has happened and the bus is quiet."""
        try:
            await stepper.step_to(to.now)
        except ValueError:
            raise Problem(Refusal("time_only_moves_forward", accepts=(f">= {stepper.now().isoformat()}",))) from None
        return Moment(now=stepper.now())

    return router
