"""Calls to a store that come while one is under way go together in the next: commands share a load and a bulk write."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from kit.store.counted import CountedStore
from kit.store.port import Change, Document, S, Store, StoreAway

I = TypeVar("I")  # noqa: E741 - an item: a key, a change
R = TypeVar("R")

MOST_TOGETHER = 500


@dataclass(eq=False)
class _Call(Generic[I, R]):
    items: Sequence[I]
    done: asyncio.Future[R] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class _Gate(Generic[I, R]):
    """Lets one call through at once; those that come meanwhile are made into one.

    `key_of` tells items apart; unless they may be `shared`, two for one key do not go together. `part` is what one
    caller gets of the whole result.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[I]], Awaitable[R]],
        key_of: Callable[[I], str],
        part: Callable[[R, set[str]], R],
        *,
        shared: bool,
    ) -> None:
        self._shared = shared
        self._ask = ask
        self._key_of = key_of
        self._part = part
        self._waiting: deque[_Call[I, R]] = deque()
        self._under_way = False
        self._working: asyncio.Task[None] | None = None

    async def pass_through(self, items: Sequence[I]) -> R:
        """The result for these items. A caller who finds nobody before them asks alone, and waits for nobody."""
        if self._under_way:
            call: _Call[I, R] = _Call(items)
            self._waiting.append(call)
            return await call.done
        self._under_way = True
        try:
            return await self._ask(items)
        finally:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._waiting:
            self._working = asyncio.create_task(self._work())
        else:
            self._under_way = False

    async def _work(self) -> None:
        try:
            while calls := self._together():
                await self._answer(calls)
        finally:
            self._under_way = False

    def _together(self) -> list[_Call[I, R]]:
        """The calls that came first, as far as they are about different keys and few enough."""
        taken: list[_Call[I, R]] = []
        keys: set[str] = set()
        for _ in range(len(self._waiting)):
            call = self._waiting.popleft()
            own = {self._key_of(item) for item in call.items}
            apart = len(keys) + len(own) > MOST_TOGETHER or (own & keys and not self._shared)
            if taken and apart:
                self._waiting.append(call)
            elif not call.done.done():
                taken.append(call)
                keys |= own
        return taken

    async def _answer(self, calls: list[_Call[I, R]]) -> None:
        """What fails for a reason of its own is asked for again by itself; an outage is everybody's."""
        asked = {self._key_of(item): item for call in calls for item in call.items}
        (found,) = await asyncio.gather(self._ask(list(asked.values())), return_exceptions=True)
        if isinstance(found, BaseException) and len(calls) > 1 and not isinstance(found, StoreAway):
            for call in calls:
                await self._answer([call])
            return
        for call in calls:
            if call.done.done():
                continue
            if isinstance(found, BaseException):
                call.done.set_exception(found)
            else:
                call.done.set_result(self._part(found, {self._key_of(item) for item in call.items}))


class GatheredStore(CountedStore[S]):
    """A store whose loads and saves go together; what is counted are the round trips that are left.

    A change that loses a race fails alone, and so does a call that meets an error of its own.
    """

    def __init__(self, store: Store[S], service: str, collection: str) -> None:
        super().__init__(store, service, collection)
        self._loads: _Gate[str, dict[str, Document[S]]] = _Gate(super().load, str, _of_these, shared=True)
        self._saves: _Gate[Change[S], set[str]] = _Gate(
            super().save, lambda change: change.key, set.intersection, shared=False
        )

    async def load(self, keys: Sequence[str]) -> dict[str, Document[S]]:
        return await self._loads.pass_through(keys)

    async def save(self, changes: Sequence[Change[S]]) -> set[str]:
        return await self._saves.pass_through(changes)


def _of_these(found: dict[str, Document[S]], keys: set[str]) -> dict[str, Document[S]]:
    return {key: document for key, document in found.items() if key in keys}
