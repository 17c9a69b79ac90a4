"""The store in SQLite: one file per service, or `:memory:` for tests; the embedded default.

A statement is run where it is asked for, in the event loop's thread: it takes some ten microseconds, while a hand-over
to a thread and back costs more than that and, in a busy process, waits for the interpreter lock at every row (measured:
19 changes a second through a thread of aiosqlite beside a loop at work, 830 without). What can take long, writing the
log back into the file and waiting for the disk, is done in a thread.

`synchronous=NORMAL` in WAL mode: what was saved survives `kill -9` of every process, since it is in the kernel's hands;
only a power cut may take the last saves with it (never leaving a damaged file), as it does from Kafka, which does not
wait for the disk either. What must not be taken back waits for it (4.5 ms where a plain save takes 0.1): a counter, so
that no number is given twice, and collections that say so; with them goes everything that was saved before.
"""

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Generic

import orjson

from contracts.envelope import Event, decode, encode
from kit.store.port import Answer, Change, Collection, Document, Query, S, StoreAway
from kit.store.sqlite_tables import Cell, Tables, to_cell, to_moment

_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
    }
)
_BEFORE_ALL = -(2**62)
_ROWS_PER_CHECKPOINT = 4_000
_LOCK_SECONDS = 0.2
"""How long a save waits for another process on the file; the whole process waits with it."""


class SqliteFile:
    """One open database file, shared by the stores of a service; `:memory:` is gone with it."""

    def __init__(self, path: Path | str) -> None:
        """Opens or makes the file and its directory; raises StoreAway when that cannot be done."""
        self._path = str(path)
        self._writing_back: asyncio.Future[None] | None = None
        self._written_back = 0
        with _outages():
            if self._path != ":memory:":
                Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.connection = _connect(self._path)

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """Everything inside is saved, or nothing; if `durable`, it is on the disk when this ends."""
        with _outages():
            self.connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
        self._write_back()

    def rows(self, statement: str, parameters: Sequence[Cell] = ()) -> list[Any]:
        """All rows of one query."""
        with _outages():
            return self.connection.execute(statement, parameters).fetchall()

    def script(self, statements: str) -> None:
        """Run statements that make tables."""
        with _outages():
            self.connection.executescript(statements)

    def _write_back(self) -> None:
        """Start moving the log into the file once enough is in it; readers and writers go on meanwhile."""
        changed = self.connection.total_changes
        busy = self._writing_back is not None and not self._writing_back.done()
        if busy or changed - self._written_back < _ROWS_PER_CHECKPOINT or self._path == ":memory:":
            return
        self._written_back = changed
        self._writing_back = asyncio.get_running_loop().run_in_executor(None, _checkpoint, self._path)

    async def ping(self) -> None:
        """Raises StoreAway unless the file can be read."""
        self.rows("SELECT count(*) FROM sqlite_master")

    async def close(self) -> None:
        """Write everything back and let go of the file; may be called again."""
        if self._writing_back is not None:
            await self._writing_back
        self.connection.close()


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_LOCK_SECONDS, isolation_level=None, cached_statements=512)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -16384")
    # Only a load that never pauses lets the log grow so far (40 MB) that a save must write it back itself.
    connection.execute("PRAGMA wal_autocheckpoint = 10000")
    return connection


def _checkpoint(path: str) -> None:
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        connection.close()


@contextmanager
def _outages() -> Iterator[None]:
    """A lock, a full or broken disk is an outage; a wrong statement is a defect and stays what it is."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in _AWAY:
            raise StoreAway(f"SQLite: {error}") from error
        raise
    except OSError as error:
        raise StoreAway(f"SQLite: {error}") from error


class SqliteStore(Generic[S]):
    """One collection in a SQLite file (kit.store.port.Store says what each method promises)."""

    def __init__(self, collection: Collection[S], file: SqliteFile) -> None:
        self.collection = collection
        self._file = file
        self._tables = Tables(collection)
        file.script(self._tables.schema)
        columns = [row[1] for row in file.rows(f"PRAGMA table_info({collection.name})")]
        for statement in (*self._tables.columns_missing(columns), *self._tables.indexes):
            file.rows(statement)

    async def load(self, keys: Sequence[str]) -> dict[str, Document[S]]:
        found = self._file.rows(self._tables.load, (_json(keys),))
        return {row[0]: self._document(row) for row in found}

    def _document(self, row: Any) -> Document[S]:
        key, utility, version, schema, state, sequence, published, seen = row
        self.collection.check(key, schema)
        read = self.collection.state.model_validate_json(state)
        return Document(key, utility, version, read, sequence, published, orjson.loads(seen))

    async def save(self, changes: Sequence[Change[S]]) -> set[str]:
        try:
            with self._file.transaction(durable=self.collection.durable) as connection:
                return self._save(connection, changes)
        except sqlite3.IntegrityError:
            if len(changes) == 1:
                return {changes[0].key}
        # One of them repeats a unique field and took the others with it: each for itself then.
        return {key for change in changes for key in await self.save([change])}

    def _save(self, connection: sqlite3.Connection, changes: Sequence[Change[S]]) -> set[str]:
        keys = _json([change.key for change in changes])
        current = {row[0]: row for row in connection.execute(self._tables.current, (keys,))}
        held = [c for c in changes if (current[c.key][1] if c.key in current else 0) == c.expected]
        for statement, rows in self._writes(held, current).items():
            connection.executemany(statement, rows)
        self._say(connection, held)
        self._keep_answers(connection, held)
        return {change.key for change in changes} - {change.key for change in held}

    def _writes(self, changes: Sequence[Change[S]], current: Mapping[str, Any]) -> dict[str, list[tuple[Cell, ...]]]:
        """Rows by statement: an index is only touched by the columns that differ."""
        new: list[tuple[Cell, ...]] = []
        changed: dict[tuple[int, ...], list[tuple[Cell, ...]]] = {}
        schema = self.collection.schema
        for change in changes:
            always = (change.expected + 1, schema, change.sequence, _json(change.seen), change.state.model_dump_json())
            watched = self._watched(change)
            before = current.get(change.key)
            if before is None:
                new.append((*always, change.key, change.utility, *watched))
            else:
                places = tuple([i for i, cell in enumerate(watched) if cell != before[i + 2]])
                changed.setdefault(places, []).append((*always, *[watched[i] for i in places], change.key))
        writes = {self._tables.update(places): rows for places, rows in changed.items()}
        return {**writes, self._tables.insert: new} if new else writes

    def _watched(self, change: Change[S]) -> tuple[Cell, ...]:
        return (to_cell(change.wake_at), *[to_cell(change.fields.get(field)) for field in self._tables.fields])

    def _say(self, connection: sqlite3.Connection, changes: Sequence[Change[S]]) -> None:
        speaking = [(change, to_cell(change.said_at)) for change in changes if change.events]
        said = [(c.key, event.sequence, at, encode(event)) for c, at in speaking for event in c.events]
        if said:
            connection.executemany(self._tables.say, said)
            waiting = [(c.key, c.events[0].sequence - 1, at) for c, at in speaking]
            connection.executemany(self._tables.wait, waiting)

    def _keep_answers(self, connection: sqlite3.Connection, changes: Sequence[Change[S]]) -> None:
        for change in changes:
            if (answer := change.answer) is not None:
                row = (change.key, answer.cause, answer.fingerprint, answer.body)
                connection.execute(self._tables.keep_answer, row)
                connection.execute(self._tables.forget_answers, (change.key,))

    async def find(self, query: Query) -> list[Document[S]]:
        found: list[Document[S]] = []
        for statement, parameters in self._tables.find(query):
            if len(found) < query.limit:
                rows = self._file.rows(statement, [*parameters, query.limit - len(found)])
                found.extend(self._document(row) for row in rows)
        return found

    async def due(self, moment: datetime, limit: int) -> list[str]:
        return [row[0] for row in self._file.rows(self._tables.due, (to_cell(moment), limit))]

    async def next_wake(self, after: datetime | None = None) -> datetime | None:
        found = self._file.rows(self._tables.next_wake, (_BEFORE_ALL if after is None else to_cell(after),))
        return to_moment(found[0][0]) if found else None

    async def history(self, key: str) -> list[Event]:
        return [decode(row[0]) for row in self._file.rows(self._tables.history, (key,))]

    async def outbox(self, keys: Sequence[str]) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = {}
        for key, body in self._file.rows(self._tables.outbox, (_json(keys),)):
            found.setdefault(key, []).append(decode(body))
        return found

    async def unpublished(self, said_before: datetime, limit: int) -> list[str]:
        return [row[0] for row in self._file.rows(self._tables.unpublished, (to_cell(said_before), limit))]

    async def waiting(self) -> int:
        return int(self._file.rows(self._tables.waiting)[0][0])

    async def published(self, sequences: Mapping[str, int]) -> None:
        rows = list(sequences.items())
        with self._file.transaction() as connection:
            if connection.executemany(self._tables.confirm_all, rows).rowcount < len(rows):
                connection.executemany(self._tables.confirm_some, rows)

    async def said_since(self, moment: datetime, limit: int, after: tuple[str, int] | None = None) -> list[Event]:
        key, sequence = after or ("", 0)
        rows = self._file.rows(self._tables.said_since, (to_cell(moment), key, sequence, limit))
        return [decode(row[0]) for row in rows]

    async def answer(self, key: str, cause: str) -> Answer | None:
        found = self._file.rows(self._tables.answer, (key, cause))
        return Answer(*found[0]) if found else None

    async def increment(self, counter: str, by: int = 1) -> int:
        with self._file.transaction(durable=True) as connection:
            [(value,)] = connection.execute(self._tables.increment, (counter, by)).fetchall()
        return int(value)

    async def ping(self) -> None:
        await self._file.ping()

    async def close(self) -> None:
        await self._file.close()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
