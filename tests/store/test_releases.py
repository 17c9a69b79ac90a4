"""Two releases of a service on one store: what the newer wrote survives the older, or is left alone by it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kit.store.memory import MemoryStore
from kit.store.mongo import MongoDatabase, MongoStore
from kit.store.port import Collection, Query, ReplicaTooOld, Store
from kit.store.sqlite import SqliteFile, SqliteStore
from tests.store.conftest import NOON, TICKETS, Step, Ticket, change

LATER = NOON + timedelta(hours=1)


class NewStep(Step):
    room: str = "front"


class NewTicket(Ticket):
    """As the next release keeps it."""

    steps: tuple[NewStep, ...] = ()
    priority: str = "none"


ADDED = Collection("tickets", NewTicket, TICKETS.fields, TICKETS.unique)
CHANGED = replace(ADDED, schema=2)
WRITTEN = NewTicket(count=1, priority="high", steps=(NewStep(name="受理", at=NOON, room="back"),), wake_at=NOON)


class Shelf:
    """One place for documents, opened by several releases."""

    def __init__(self, path: Path, mongo: MongoDatabase | None, kind: str) -> None:
        self._memory = MemoryStore(TICKETS)
        self._file = SqliteFile(path / "tickets.db") if kind == "sqlite" else None
        self._mongo = mongo

    def opened_by(self, release: Collection[Any]) -> Store[Any]:
        if self._file is not None:
            return SqliteStore(release, self._file)
        return MongoStore(release, self._mongo) if self._mongo is not None else self._memory.as_read_by(release)

    async def close(self) -> None:
        for place in filter(None, (self._file, self._mongo)):
            await place.close()


@pytest.fixture(params=["memory", "sqlite", "mongo"])
async def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shelf]:
    mongo = None
    if request.param == "mongo":
        options = request.getfixturevalue("mongo_options")
        mongo = MongoDatabase(request.getfixturevalue("mongo_url"), f"store_{uuid4().hex[:12]}", **options)
    made = Shelf(tmp_path, mongo, request.param)
    yield made
    await made.close()


async def test_a_field_that_an_older_release_does_not_know_survives_its_save(shelf: Shelf) -> None:
    newer, older = shelf.opened_by(ADDED), shelf.opened_by(TICKETS)
    await newer.save([change("tkt_1", state=WRITTEN)])
    found = (await older.load(["tkt_1"]))["tkt_1"].state
    steps = (found.steps[0].model_copy(update={"name": "改"}),)
    assert not await older.save([change("tkt_1", 1, state=found.model_copy(update={"count": 2, "steps": steps}))])
    kept = (await newer.load(["tkt_1"]))["tkt_1"].state
    assert (kept.count, kept.priority, kept.steps) == (2, "high", (NewStep(name="改", at=NOON, room="back"),))


async def test_a_document_of_a_newer_schema_is_left_alone_aloud(shelf: Shelf) -> None:
    newer, older = shelf.opened_by(CHANGED), shelf.opened_by(TICKETS)
    await newer.save([change("tkt_1", state=WRITTEN)])
    await older.save([change("tkt_2")])
    with pytest.raises(ReplicaTooOld, match="it knows tickets up to schema 1, tkt_1 is of schema 2"):
        await older.load(["tkt_1", "tkt_2"])
    with pytest.raises(ReplicaTooOld, match="tkt_1"):
        await older.find(Query("gas"))
    assert list(await older.load(["tkt_2"])) == ["tkt_2"]
    assert [each.key for each in await older.find(Query("gas", known_only=True))] == ["tkt_2"]


async def test_the_tick_and_the_sweep_pass_a_newer_schema_over(shelf: Shelf) -> None:
    newer, older = shelf.opened_by(CHANGED), shelf.opened_by(TICKETS)
    await newer.save([change("tkt_1", state=WRITTEN, said=1, sequence=1)])
    await older.save([change("tkt_2", state=Ticket(wake_at=LATER), said=1, sequence=1)])
    assert await older.due(LATER, 10) == ["tkt_2"]
    assert await older.next_wake() == LATER
    assert await older.unpublished(LATER, 10) == ["tkt_2"]
    assert await newer.due(LATER, 10) == ["tkt_1", "tkt_2"]
    assert await newer.next_wake() == NOON
    assert set(await newer.unpublished(LATER, 10)) == {"tkt_1", "tkt_2"}


async def test_a_newer_release_takes_over_what_an_older_one_wrote(shelf: Shelf) -> None:
    newer, older = shelf.opened_by(CHANGED), shelf.opened_by(TICKETS)
    await older.save([change("tkt_1", state=Ticket(count=1))])
    found = (await newer.load(["tkt_1"]))["tkt_1"].state
    assert found == NewTicket(count=1)
    await newer.save([change("tkt_1", 1, state=found)])
    with pytest.raises(ReplicaTooOld):
        await older.load(["tkt_1"])
