"""All services in one memory with one virtual clock: the same deciders, rules and shell, without a bus or a disk."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from contracts.envelope import Event
from kit.clock import SteppedClock
from kit.decide.decider import Decider
from kit.decide.fold import ProcedureOf
from kit.decide.shell import Shell
from kit.store.memory import MemoryStore

MOST_ROUNDS = 1_000
"""Services that still talk after this many rounds talk in a circle."""

NO_PATIENCE = timedelta(0)


class TalkInCircles(RuntimeError):
    """The services answer one another without end."""


class VirtualBus:
    """An outlet that only lines events up; `settle` hands them round until nobody has anything to add."""

    def __init__(self) -> None:
        self.said: list[Event] = []
        self._waiting: list[Event] = []

    def put(self, key: str, published: int, events: Sequence[Event]) -> None:  # noqa: ARG002 - the port's signature
        self._waiting.extend(events)
        self.said.extend(events)

    def take(self) -> list[Event]:
        """Everything said since the last call."""
        taken, self._waiting = self._waiting, []
        return taken


class Virtual:
    """The whole hotline at one moment; `advance_to` moves it on and lets everything due happen on the way."""

    def __init__(self, start: datetime, deciders: Iterable[Decider[Any]], procedure_of: ProcedureOf) -> None:
        self.clock = SteppedClock(start)
        self.bus = VirtualBus()
        self.shells: dict[str, Shell[Any]] = {
            decider.collection.name: Shell(
                decider, MemoryStore(decider.collection), self.bus, self.clock, procedure_of, NO_PATIENCE
            )
            for decider in deciders
        }
        self._hearing = tuple(shell for shell in self.shells.values() if shell.decider.hears)
        self._waking = tuple(shell for shell in self.shells.values() if shell.decider.is_woken)

    async def settle(self) -> None:
        """Let every service hear what was said, and what is said to that, until it is quiet."""
        for _ in range(MOST_ROUNDS):
            events = self.bus.take()
            if not events:
                return
            for shell in self._hearing:
                await shell.hear(events)
        raise TalkInCircles(f"after {MOST_ROUNDS} rounds: {', '.join(sorted({e.type for e in events}))}")

    async def advance_to(self, moment: datetime) -> None:
        """Move to the moment; what falls due before it has happened, what falls due at it has not yet."""
        await self._wake_while(lambda due: due < moment)
        self.clock.advance_to(moment)

    async def finish_moment(self) -> None:
        """Let happen what falls due at the present moment itself."""
        now = self.clock.now()
        await self._wake_while(lambda due: due <= now)

    async def _wake_while(self, early_enough: Callable[[datetime], bool]) -> None:
        while (due := await self._next_wake()) is not None and early_enough(due):
            self.clock.advance_to(max(due, self.clock.now()))
            for shell in self._waking:
                await shell.tick()
            await self.settle()

    async def _next_wake(self) -> datetime | None:
        moments = [await shell.next_wake() for shell in self._waking]
        return min((moment for moment in moments if moment is not None), default=None)
