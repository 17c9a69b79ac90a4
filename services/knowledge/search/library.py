"""Each utility's shelves, filled from the store at the start and then kept as fresh as questions need."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import structlog

from kit.clock import Clock, machine_now
from kit.store.port import Document, Query, Range, Store
from services.knowledge.rules.state import Article, Notice
from services.knowledge.search import words
from services.knowledge.search.entry import Entry, entries_of
from services.knowledge.search.shelf import Filing, Hit, Shelf

OVERLAP = timedelta(seconds=10)
"""How far back each look goes again: other replicas' clocks differ a little, and a save takes its time."""

FRESH_FOR = timedelta(seconds=1)
PATIENCE = 0.3
"""Seconds that a question waits for what changed since the last one; then it is answered from what is there."""

_PAGE = 100
"""Documents read and filed in one go; a question that comes meanwhile waits for them, some 30 ms."""

log = structlog.get_logger(__name__)


class Found(NamedTuple):
    """The answer to a question: terms asked for, hits, and the moment up to which changes are known."""

    terms: tuple[str, ...]
    hits: list[Hit]
    as_of: datetime


class Library:
    """Answers from memory; the stores are asked at most every `fresh_for` for what changed, by whichever replica."""

    def __init__(
        self, articles: Store[Article], notices: Store[Notice], clock: Clock, fresh_for: timedelta = FRESH_FOR
    ) -> None:
        self._stores: tuple[Store[Any], ...] = (articles, notices)
        self._clock = clock
        self._fresh_for = fresh_for
        self._halls: dict[str, _Hall] = {}

    async def fill(self, utilities: Iterable[str]) -> None:
        """Read everything there is, so that the first question need not wait; raises StoreAway."""
        words.load()
        for utility in utilities:
            await self._hall(utility).freshen(None)

    def touched(self, utility: str, key: str) -> None:
        """This document was just changed here: the next question looks at it."""
        self._hall(utility).touch(key)

    async def ask(
        self, utility: str, question: str, wanted: Callable[[Entry], bool], limit: int, *, unpublished: bool = False
    ) -> Found:
        """What fits best, first of what is in force, then, where asked for, of what is not; raises StoreAway.

        Once the shelves were filled an outage of the store only makes the answer older (`as_of`).
        """
        hall = self._hall(utility)
        await hall.freshen(PATIENCE)
        terms = words.asked(question)
        hits = await hall.find(terms, wanted, limit, unpublished)
        assert hall.read_to is not None
        return Found(terms, hits, hall.read_to)

    def _hall(self, utility: str) -> "_Hall":
        hall = self._halls.get(utility)
        if hall is None:
            hall = self._halls[utility] = _Hall(utility, self._stores, self._clock, self._fresh_for)
        return hall

    async def close(self) -> None:
        """Stop reading and let go of the memory."""
        for hall in self._halls.values():
            await hall.close()


class _Hall:
    """One utility's shelves: what readers are told, and what is not in force."""

    def __init__(self, utility: str, stores: tuple[Store[Any], ...], clock: Clock, fresh_for: timedelta) -> None:
        self._in_force = Shelf()
        self._others = Shelf()
        self.read_to: datetime | None = None
        self._utility = utility
        self._stores = stores
        self._clock = clock
        self._fresh_for = fresh_for
        self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._touched: set[str] = set()
        self._busy = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    def touch(self, key: str) -> None:
        self._touched.add(key)

    async def freshen(self, patience: float | None) -> None:
        """Take over what changed, if it is time to look; many questions share one look.

        Raises StoreAway while the shelves were never filled.
        """
        due = self.read_to is None or machine_now() - self._looked_at >= self._fresh_for
        if self._reading is None and (due or self._touched):
            work = self._look() if due else self._take_over_touched()
            self._reading = asyncio.create_task(work, name=f"knowledge index of {self._utility}")
        reading = self._reading
        if reading is None:
            return
        await asyncio.wait([reading], timeout=None if self.read_to is None else patience)
        if reading.done():
            self._reading = None if self._reading is reading else self._reading
            self._judge(reading)

    def _judge(self, reading: "asyncio.Task[None]") -> None:
        try:
            reading.result()
        except ConnectionError as away:
            if self.read_to is None:
                raise
            log.warning("knowledge.search_is_stale", utility=self._utility, as_of=self.read_to, reason=str(away))

    async def _look(self) -> None:
        self._looked_at = machine_now()
        now = self._clock.now()
        await self._take_over_touched()
        for store in self._stores:
            async for page in self._changed(store, now):
                await self._file(page)
        self.read_to = now

    async def _take_over_touched(self) -> None:
        touched, self._touched = self._touched, set()
        try:
            for store in self._stores if touched else ():
                await self._file(list((await store.load(list(touched))).values()))
        except ConnectionError:
            self._touched |= touched
            raise

    async def _changed(self, store: Store[Any], now: datetime) -> AsyncIterator[list[Document[Any]]]:
        """Page by page what changed since the last look; at first everything, even what is dated ahead of the clock."""
        since = None if self.read_to is None else Range("changed_at", self.read_to - OVERLAP, now + OVERLAP)
        query = Query(self._utility, (since,) if since else (), "changed_at" if since else "key", limit=_PAGE)
        while page := await store.find(query):
            yield page
            if len(page) < _PAGE:
                return
            last = page[-1]
            place = last.state.changed_at if since else last.key
            query = Query(self._utility, query.where, query.order, limit=_PAGE, after=(place, last.key))

    async def _file(self, documents: list[Document[Any]]) -> None:
        """Put each document's entries where they belong, and away from where they no longer do."""
        entries = {document.key: tuple(entries_of(document)) for document in documents}
        fresh = [entry for each in entries.values() for entry in each if not self._shelf(entry.in_force).holds(entry)]
        filings = await asyncio.to_thread(lambda: [Filing.of(entry) for entry in fresh]) if fresh else []
        async with self._busy:
            await asyncio.to_thread(self._put, filings, entries)

    def _put(self, filings: list[Filing], entries: Mapping[str, tuple[Entry, ...]]) -> None:
        for in_force in (True, False):
            shelf = self._shelf(in_force)
            shelf.put([filing for filing in filings if filing.entry.in_force is in_force])
            for key, those in entries.items():
                if not any(entry.in_force is in_force for entry in those):
                    shelf.remove(key)

    def _shelf(self, in_force: bool) -> Shelf:
        return self._in_force if in_force else self._others

    async def find(
        self, terms: tuple[str, ...], wanted: Callable[[Entry], bool], limit: int, unpublished: bool
    ) -> list[Hit]:
        """In a thread, since ranking takes milliseconds."""
        async with self._busy:
            return await asyncio.to_thread(self._find, terms, wanted, limit, unpublished)

    def _find(
        self, terms: tuple[str, ...], wanted: Callable[[Entry], bool], limit: int, unpublished: bool
    ) -> list[Hit]:
        hits = self._in_force.find(terms, wanted, limit)
        return hits + self._others.find(terms, wanted, limit - len(hits)) if unpublished else hits

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        self._in_force.close()
        self._others.close()
