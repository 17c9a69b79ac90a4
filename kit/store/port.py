"""The store as rules and handlers see it: documents changed atomically, with what was said kept beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from contracts.envelope import Event

S = TypeVar("S", bound=BaseModel)
FieldValue = str | int | float | bool | datetime | None
Fields = Mapping[str, FieldValue]

ANSWERS_KEPT = 50
"""First answers to idempotent commands that a document remembers at least."""


class StoreAway(ConnectionError):
    """The store cannot be reached now: an outage, to be waited out, never a reason to drop a message."""


class ReplicaTooOld(ConnectionError):
    """Only a newer release can handle this: it is left alone, and waited for as for an outage."""


@dataclass(frozen=True, slots=True)
class Collection(Generic[S]):
    """What a store must know of one kind of document: its name, its state's type, the fields lists may ask for.

    `schema` is written into every document. It rises with a release whose states an older one would misread; fields
    that are only added leave it as it is. `durable`: a save is only done when a power cut cannot take it back.
    """

    name: str
    state: type[S]
    fields: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    schema: int = 1
    durable: bool = False

    def check(self, key: str, schema: int) -> None:
        """Raises ReplicaTooOld for a document of a newer schema."""
        if schema > self.schema:
            known = f"it knows {self.name} up to schema {self.schema}"
            raise ReplicaTooOld(f"this image is too old: {known}, {key} is of schema {schema}")


@dataclass(frozen=True, slots=True)
class Document(Generic[S]):
    """One ticket (article, person, …) in one service.

    `version` rises by one with every save; `sequence` is the number of the last event said about it, `published` that
    of the last one the bus confirmed; `seen` are the sequences heard from each source (kit.decide.heard).
    """

    key: str
    utility: str
    version: int
    state: S
    sequence: int = 0
    published: int = 0
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an idempotent command was answered: the same key with the same fingerprint gets `body` again."""

    cause: str
    fingerprint: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Change(Generic[S]):
    """Everything one atomic update writes: it holds only if the document still has `expected` (0: does not exist)."""

    key: str
    utility: str
    expected: int
    state: S
    wake_at: datetime | None
    fields: Fields
    sequence: int
    seen: Mapping[str, str]
    events: tuple[Event, ...] = ()
    answer: Answer | None = None
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Equal:
    """The field has this value."""

    field: str
    value: FieldValue


@dataclass(frozen=True, slots=True)
class In:
    """The field has one of these values."""

    field: str
    values: tuple[FieldValue, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The field lies in [low, high); either end may be open."""

    field: str
    low: FieldValue = None
    high: FieldValue = None


Condition = Equal | In | Range


@dataclass(frozen=True, slots=True)
class Query:
    """A closed question over declared fields of one utility's documents, in order, a page at a time.

    `order` is a declared field or "key"; `after` is the cursor of the last page: its (order value, key). With
    `known_only` documents of a newer schema are passed over: good enough to be looked at, never to decide by.
    """

    utility: str
    where: tuple[Condition, ...] = ()
    order: str = "key"
    descending: bool = False
    limit: int = 50
    after: tuple[FieldValue, str] | None = None
    known_only: bool = False


class Store(Protocol[S]):
    """One collection of documents; SQLite, MongoDB and memory keep it alike (tests/store holds them to it).

    Every method may raise StoreAway. Documents of a newer schema are left to newer replicas: `load` and `find` raise
    ReplicaTooOld, `due`, `next_wake` and `unpublished` pass them over.
    """

    async def load(self, keys: Sequence[str]) -> dict[str, Document[S]]:
        """The documents there are among these keys, in one query."""
        ...

    async def save(self, changes: Sequence[Change[S]]) -> set[str]:
        """Write each change atomically if its version still holds; the keys that lost a race come back unwritten.

        The keys of one call are distinct. A change that would repeat a `unique` field of another document also loses,
        and so does one that answers a cause that was answered before.
        """
        ...

    async def find(self, query: Query) -> list[Document[S]]:
        """At most `query.limit` documents that fulfil every condition, in the order asked for (ties by key)."""
        ...

    async def due(self, moment: datetime, limit: int) -> list[str]:
        """Keys of documents whose `wake_at` is at or before the moment, the earliest first."""
        ...

    async def next_wake(self, after: datetime | None = None) -> datetime | None:
        """The earliest `wake_at` there is, or the earliest later than a moment."""
        ...

    async def history(self, key: str) -> list[Event]:
        """Everything this service ever said about the document, in order."""
        ...

    async def outbox(self, keys: Sequence[str]) -> dict[str, list[Event]]:
        """The events of these documents that the bus has not confirmed, in order of sequence."""
        ...

    async def unpublished(self, said_before: datetime, limit: int) -> list[str]:
        """Keys of documents with unconfirmed events last said before this machine time, the oldest first."""
        ...

    async def waiting(self) -> int:
        """How many documents have events that the bus has not confirmed."""
        ...

    async def published(self, sequences: Mapping[str, int]) -> None:
        """The bus confirmed each document's events up to this sequence; never lowers what was confirmed."""
        ...

    async def said_since(self, moment: datetime, limit: int, after: tuple[str, int] | None = None) -> list[Event]:
        """Events said since this machine time, by key and sequence, to tell them again to a bus that forgot."""
        ...

    async def answer(self, key: str, cause: str) -> Answer | None:
        """The first answer to the idempotent command `cause` on this document."""
        ...

    async def increment(self, counter: str, by: int = 1) -> int:
        """Raise a named counter atomically and return its new value; counters start at 0."""
        ...

    async def ping(self) -> None:
        """Raise StoreAway unless the store answers."""
        ...

    async def close(self) -> None:
        """Release connections; the store is not used afterwards."""
        ...
