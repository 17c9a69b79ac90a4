"""Counts what is asked of a store, whichever it is: the measure of speed that no machine changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Generic

from contracts.envelope import Event
from kit.store.port import Answer, Change, Document, Query, S, Store
from kit.telemetry.metrics import STORE_CALLS, STORE_DOCUMENTS


class CountedStore(Generic[S]):
    """A store (kit.store.port.Store says what each method promises) and how often it was asked, by call."""

    def __init__(self, store: Store[S], service: str, collection: str) -> None:
        self._store = store
        self._named = (service, collection)

    def _count(self, call: str, documents: int | None = None) -> None:
        STORE_CALLS.labels(*self._named, call).inc()
        if documents is not None:
            STORE_DOCUMENTS.labels(*self._named, call).inc(documents)

    async def load(self, keys: Sequence[str]) -> dict[str, Document[S]]:
        self._count("load", len(keys))
        return await self._store.load(keys)

    async def save(self, changes: Sequence[Change[S]]) -> set[str]:
        self._count("save", len(changes))
        return await self._store.save(changes)

    async def find(self, query: Query) -> list[Document[S]]:
        found = await self._store.find(query)
        self._count("find", len(found))
        return found

    async def due(self, moment: datetime, limit: int) -> list[str]:
        self._count("due")
        return await self._store.due(moment, limit)

    async def next_wake(self, after: datetime | None = None) -> datetime | None:
        self._count("next_wake")
        return await self._store.next_wake(after)

    async def history(self, key: str) -> list[Event]:
        self._count("history")
        return await self._store.history(key)

    async def outbox(self, keys: Sequence[str]) -> dict[str, list[Event]]:
        self._count("outbox", len(keys))
        return await self._store.outbox(keys)

    async def unpublished(self, said_before: datetime, limit: int) -> list[str]:
        self._count("unpublished")
        return await self._store.unpublished(said_before, limit)

    async def waiting(self) -> int:
        self._count("waiting")
        return await self._store.waiting()

    async def published(self, sequences: Mapping[str, int]) -> None:
        self._count("published", len(sequences))
        await self._store.published(sequences)

    async def said_since(self, moment: datetime, limit: int, after: tuple[str, int] | None = None) -> list[Event]:
        self._count("said_since")
        return await self._store.said_since(moment, limit, after)

    async def answer(self, key: str, cause: str) -> Answer | None:
        self._count("answer")
        return await self._store.answer(key, cause)

    async def increment(self, counter: str, by: int = 1) -> int:
        self._count("increment")
        return await self._store.increment(counter, by)

    async def ping(self) -> None:
        await self._store.ping()

    async def close(self) -> None:
        await self._store.close()
