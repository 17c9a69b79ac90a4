"""The stores under the contract: memory, a SQLite file, SQLite in memory, MongoDB (or what stands in for it)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.envelope import Event
from contracts.fact import SYSTEM
from contracts.ticket import TicketContacted
from kit.decide.state import State
from kit.store.counted import CountedStore
from kit.store.gathered import GatheredStore
from kit.store.memory import MemoryStore
from kit.store.mongo import MongoDatabase, MongoStore
from kit.store.port import Change, Collection, Fields, Store
from kit.store.sqlite import SqliteFile, SqliteStore

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


class Step(State):
    name: str
    at: datetime


class Ticket(State):
    procedure: str = "p@2026-01-01"
    count: int = 0
    note: str | None = None
    steps: tuple[Step, ...] = ()
    wake_at: datetime | None = None


TICKETS = Collection("tickets", Ticket, fields=("unit", "due", "urgent"), unique=("number",))

TicketStore = Store[Ticket]


@pytest.fixture(params=["memory", "gathered", "sqlite-file", "sqlite-memory", "mongo"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> TicketStore:
    if request.param == "memory":
        return MemoryStore(TICKETS)
    if request.param == "gathered":
        return GatheredStore(MemoryStore(TICKETS), "routing", TICKETS.name)
    if request.param == "mongo":
        url, options = request.getfixturevalue("mongo_url"), request.getfixturevalue("mongo_options")
        return MongoStore(TICKETS, MongoDatabase(url, f"store_{uuid4().hex[:12]}", **options))
    path = ":memory:" if request.param == "sqlite-memory" else tmp_path / "deep" / "routing.db"
    return CountedStore(SqliteStore(TICKETS, SqliteFile(path)), "routing", TICKETS.name)


@pytest.fixture
async def store(made: TicketStore) -> AsyncIterator[TicketStore]:
    yield made
    await made.close()


def event(key: str, sequence: int, unit: str = "jinan") -> Event:
    fact = TicketContacted(at=NOON, by=SYSTEM, unit=unit)
    return Event(f"{key}-{sequence}", "/hotline/routing", key, sequence, "gas", fact, "00-trace")


def change(
    key: str,
    expected: int = 0,
    *,
    utility: str = "gas",
    state: Ticket | None = None,
    fields: Fields | None = None,
    said: int = 0,
    sequence: int = 0,
    said_at: datetime = NOON,
) -> Change[Ticket]:
    """A change that says `said` events, the last of which has number `sequence`."""
    kept = state or Ticket(count=expected + 1)
    return Change(
        key=key,
        utility=utility,
        expected=expected,
        state=kept,
        wake_at=kept.wake_at,
        fields=fields or {},
        sequence=sequence,
        seen={"/hotline/intake": expected + 1},
        events=tuple(event(key, number) for number in range(sequence - said + 1, sequence + 1)),
        said_at=said_at,
    )
