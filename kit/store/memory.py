"""The store in memory: the clockwork of virtual time and the fast fake of the tests."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from contracts.envelope import Event
from kit.store.port import Answer, Change, Collection, Condition, Document, Equal, Fields, FieldValue, In, Query, S

T = TypeVar("T", bound=BaseModel)


@dataclass(slots=True)
class _Row(Generic[S]):
    document: Document[S]
    schema: int
    fields: Fields
    wake_at: datetime | None
    said: list[Event] = field(default_factory=list)
    said_times: list[datetime | None] = field(default_factory=list)
    said_at: datetime | None = None
    answers: dict[str, Answer] = field(default_factory=dict)


class MemoryStore(Generic[S]):
    """Keeps one collection in a dictionary; what a process loses with it, it loses."""

    def __init__(self, collection: Collection[S]) -> None:
        self.collection = collection
        self._rows: dict[str, _Row[S]] = {}
        self._counters: defaultdict[str, int] = defaultdict(int)

    async def load(self, keys: Sequence[str]) -> dict[str, Document[S]]:
        return {key: self._document(row) for key in keys if (row := self._rows.get(key)) is not None}

    def as_read_by(self, collection: Collection[T]) -> "MemoryStore[T]":
        """The same documents in the eyes of another release."""
        other = MemoryStore(collection)
        other._rows, other._counters = self._rows, self._counters  # type: ignore[assignment]
        return other

    def _document(self, row: _Row[S]) -> Document[S]:
        self.collection.check(row.document.key, row.schema)
        if isinstance(row.document.state, self.collection.state):
            return row.document
        return replace(row.document, state=self.collection.state.model_validate(row.document.state.model_dump()))

    async def save(self, changes: Sequence[Change[S]]) -> set[str]:
        return {change.key for change in changes if not self._save(change)}

    def _save(self, change: Change[S]) -> bool:
        row = self._rows.get(change.key)
        version = row.document.version if row else 0
        answered = row is not None and change.answer is not None and change.answer.cause in row.answers
        if version != change.expected or answered or self._repeats_unique(change):
            return False
        published = row.document.published if row else 0
        document = Document(
            change.key,
            change.utility,
            version + 1,
            change.state,
            change.sequence,
            published,
            change.seen,
        )
        if row is None:
            row = self._rows[change.key] = _Row(document, self.collection.schema, change.fields, change.wake_at)
        row.document, row.schema, row.fields, row.wake_at = (
            document,
            self.collection.schema,
            change.fields,
            change.wake_at,
        )
        _remember(row, change)
        return True

    def _repeats_unique(self, change: Change[S]) -> bool:
        return any(
            row.document.utility == change.utility
            and row.document.key != change.key
            and row.fields.get(name) == change.fields.get(name) is not None
            for name in self.collection.unique
            for row in self._rows.values()
        )

    async def find(self, query: Query) -> list[Document[S]]:
        found = [
            row
            for row in self._rows.values()
            if row.document.utility == query.utility
            and (not query.known_only or row.schema <= self.collection.schema)
            and _fits(row, query.where)
        ]
        place = _place_of(query.order)
        found.sort(key=place, reverse=query.descending)
        if query.after is not None:
            last = _sortable(query.after)
            found = [row for row in found if (place(row) < last if query.descending else place(row) > last)]
        return [self._document(row) for row in found[: query.limit]]

    async def due(self, moment: datetime, limit: int) -> list[str]:
        waiting = [
            (row.wake_at, key) for key, row in self._known() if row.wake_at is not None and row.wake_at <= moment
        ]
        return [key for _, key in sorted(waiting)[:limit]]

    async def next_wake(self, after: datetime | None = None) -> datetime | None:
        moments = (row.wake_at for _, row in self._known() if row.wake_at is not None)
        return min((moment for moment in moments if after is None or moment > after), default=None)

    def _known(self) -> Iterator[tuple[str, _Row[S]]]:
        return ((key, row) for key, row in self._rows.items() if row.schema <= self.collection.schema)

    async def history(self, key: str) -> list[Event]:
        row = self._rows.get(key)
        return list(row.said) if row else []

    async def outbox(self, keys: Sequence[str]) -> dict[str, list[Event]]:
        rows = {key: row for key in keys if (row := self._rows.get(key)) is not None}
        tails = {key: [e for e in row.said if e.sequence > row.document.published] for key, row in rows.items()}
        return {key: tail for key, tail in tails.items() if tail}

    async def unpublished(self, said_before: datetime, limit: int) -> list[str]:
        waiting = [
            (row.said_at, key)
            for key, row in self._known()
            if row.document.published < row.document.sequence and row.said_at is not None and row.said_at < said_before
        ]
        return [key for _, key in sorted(waiting)[:limit]]

    async def waiting(self) -> int:
        return sum(row.document.published < row.document.sequence for row in self._rows.values())

    async def published(self, sequences: Mapping[str, int]) -> None:
        for key, sequence in sequences.items():
            row = self._rows[key]
            row.document = replace(row.document, published=max(row.document.published, sequence))

    async def said_since(self, moment: datetime, limit: int, after: tuple[str, int] | None = None) -> list[Event]:
        events = [
            event
            for _, row in sorted(self._rows.items())
            for event, said_at in zip(row.said, row.said_times, strict=True)
            if said_at is not None and said_at >= moment
        ]
        return [e for e in events if after is None or (e.subject, e.sequence) > after][:limit]

    async def answer(self, key: str, cause: str) -> Answer | None:
        row = self._rows.get(key)
        return row.answers.get(cause) if row else None

    async def increment(self, counter: str, by: int = 1) -> int:
        self._counters[counter] += by
        return self._counters[counter]

    async def ping(self) -> None:
        return None

    async def close(self) -> None:
        return None


def _remember(row: _Row[S], change: Change[S]) -> None:
    if change.events:
        row.said.extend(change.events)
        row.said_times.extend([change.said_at] * len(change.events))
        row.said_at = change.said_at
    if change.answer is not None:
        row.answers[change.answer.cause] = change.answer


def _fits(row: _Row[Any], where: tuple[Condition, ...]) -> bool:
    return all(_holds(row.fields.get(condition.field), condition) for condition in where)


def _holds(value: Any, condition: Condition) -> bool:
    if isinstance(condition, Equal):
        return bool(value == condition.value)
    if isinstance(condition, In):
        return value in condition.values
    if value is None:
        return False
    return (condition.low is None or value >= condition.low) and (condition.high is None or value < condition.high)


def _place_of(order: str) -> Callable[[_Row[Any]], Any]:
    if order == "key":
        return lambda row: _sortable((row.document.key, row.document.key))
    return lambda row: _sortable((row.fields.get(order), row.document.key))


def _sortable(place: tuple[FieldValue, str]) -> tuple[bool, Any, str]:
    value, key = place
    return (value is not None, 0 if value is None else value, key)
