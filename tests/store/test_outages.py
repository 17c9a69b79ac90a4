"""A store that is away says so, in a way that callers wait out; a kill loses nothing that was saved."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from kit.store.mongo import MongoDatabase, MongoStore
from kit.store.opening import open_stores
from kit.store.port import Equal, Query, StoreAway
from kit.store.sqlite import SqliteFile, SqliteStore
from tests.backends import LocalMongo
from tests.store.conftest import TICKETS, TicketStore, change

_SAVE_AND_DIE = """
import asyncio, os, signal, sys
from tests.store.conftest import TICKETS, change
from kit.store.sqlite import SqliteFile, SqliteStore

async def main():
    store = SqliteStore(TICKETS, SqliteFile(sys.argv[1]))
    for number in range(50):
        await store.save([change(f"tkt_{number:02}", said=1, sequence=1)])
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_a_locked_sqlite_file_is_an_outage_and_then_serves_again(tmp_path: Path) -> None:
    store = SqliteStore(TICKETS, SqliteFile(tmp_path / "a.db"))
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreAway):
        await store.save([change("tkt_1")])
    other.execute("ROLLBACK")
    assert await store.save([change("tkt_1")]) == set()
    other.close()
    await store.close()


async def test_a_directory_that_cannot_be_made_is_an_outage(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreAway):
        SqliteFile(tmp_path / "file" / "a.db")


async def test_a_question_about_an_undeclared_field_is_a_defect_and_no_outage(tmp_path: Path) -> None:
    store = SqliteStore(TICKETS, SqliteFile(tmp_path / "a.db"))
    with pytest.raises(ValueError, match="no declared field 'phone'"):
        await store.find(Query("gas", (Equal("phone", "1"),)))
    await store.close()


def test_a_kill_9_right_after_a_save_loses_nothing_in_sqlite(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _SAVE_AND_DIE, str(tmp_path / "a.db")], check=False)
    assert done.returncode == -signal.SIGKILL
    with sqlite3.connect(tmp_path / "a.db") as found:
        assert found.execute("SELECT count(*) FROM tickets").fetchone() == (50,)
        assert found.execute("SELECT count(*) FROM tickets_waiting").fetchone() == (50,)


async def test_a_sqlite_file_keeps_documents_when_a_field_is_declared_later(tmp_path: Path) -> None:
    stores = open_stores(f"sqlite:///{tmp_path}", "routing")
    before = stores.store_for(type(TICKETS)("tickets", TICKETS.state, ("unit",)))
    await before.save([change("tkt_1", fields={"unit": "jinan"})])
    await stores.close()
    assert os.listdir(tmp_path) == ["routing.db"]

    stores = open_stores(f"sqlite:///{tmp_path}", "routing")
    after: TicketStore = stores.store_for(TICKETS)
    assert [d.key for d in await after.find(Query("gas", (Equal("unit", "jinan"),), order="due"))] == ["tkt_1"]
    await after.save([change("tkt_1", 1, fields={"unit": "jinan", "urgent": True})])
    assert [d.key for d in await after.find(Query("gas", (Equal("urgent", True),)))] == ["tkt_1"]
    await stores.close()


async def test_a_killed_mongodb_is_an_outage_and_then_serves_again(tmp_path: Path) -> None:
    server = LocalMongo(tmp_path, durable=True)
    await server.start()
    store = MongoStore(TICKETS, MongoDatabase(server.url, "outage", serverSelectionTimeoutMS=500))
    try:
        await store.save([change("tkt_1")])
        await server.kill()
        with pytest.raises(StoreAway):
            await store.load(["tkt_1"])
        with pytest.raises(StoreAway):
            await store.save([change("tkt_1", 1)])
        with pytest.raises(StoreAway):
            await store.ping()
        await server.start()
        assert await store.save([change("tkt_1", 1)]) == set()
        assert (await store.load(["tkt_1"]))["tkt_1"].version == 2
    finally:
        await store.close()
        await server.stop()


async def test_each_service_has_a_mongodb_database_of_its_own(mongo_url: str) -> None:
    intake, routing = (open_stores(mongo_url, service, prefix="apart") for service in ("intake", "routing"))
    await intake.store_for(TICKETS).save([change("tkt_1")])
    assert await routing.store_for(TICKETS).load(["tkt_1"]) == {}
    assert list(await intake.store_for(TICKETS).load(["tkt_1"])) == ["tkt_1"]
    await intake.ping()
    for stores in (intake, routing):
        await stores.close()


def test_an_unknown_kind_of_store_is_refused() -> None:
    with pytest.raises(ValueError, match="not a store: postgres"):
        open_stores("postgres:///x", "intake")
