"""What lies on the disk is its owner's, and what a customer was told a power cut does not take back."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline.up import under_way
from hotline.up_cli import settings_of
from kit.store.port import Change
from kit.store.sqlite import SqliteFile, SqliteStore
from services.intake.decider import CONTACTS
from tests.integration.bus_setup import Signatures, decider

PLAIN = decider("routing").collection


@pytest.fixture(autouse=True)
def _own_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_everything_under_var_is_closed_to_others(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    settings = settings_of(var, 0, None)
    file = SqliteFile(settings.embedded.path / "documents" / "intake.db")
    SqliteStore(PLAIN, file)
    (var / "kafka").mkdir()
    (var / "kafka" / "log").write_text("")
    file.connection.close()
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in (var, *var.rglob("*"))}
    assert len(found) > 4
    assert {path.name: oct(mode) for path, mode in found.items() if mode & 0o077} == {}


class _Watched:
    """Whether SQLite waited for the disk at each commit."""

    def __init__(self, file: SqliteFile) -> None:
        self.waited: list[bool] = []
        file.connection.set_trace_callback(self._see)

    def _see(self, statement: str) -> None:
        if statement.startswith("PRAGMA synchronous"):
            self._full = statement.endswith("FULL")
        if statement == "COMMIT":
            self.waited.append(self._full)


async def _saved(store: SqliteStore[Any]) -> None:
    assert not await store.save([Change("tkt_1", "gas", 0, Signatures(), None, {}, 0, {})])


async def test_numbers_and_contacts_wait_for_the_disk_and_nothing_else_does(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "a.db")
    store = SqliteStore(PLAIN, file)
    contacts = SqliteStore(replace(PLAIN, name="contacts", durable=CONTACTS.collection.durable), file)
    watched = _Watched(file)
    await _saved(store)
    await store.increment("numbers/2026-11-20")
    await _saved(contacts)
    assert watched.waited == [False, True, True]
    await file.close()


async def test_a_run_that_did_not_come_to_its_end_is_known_by_the_next(tmp_path: Path) -> None:
    async with under_way(tmp_path) as first:
        assert first
    cut_short = under_way(tmp_path)
    assert await cut_short.__aenter__()
    async with under_way(tmp_path) as third:
        assert not third
    async with under_way(tmp_path) as fourth:
        assert fourth
