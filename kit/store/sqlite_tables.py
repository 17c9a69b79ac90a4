"""The tables of one collection in SQLite and the statements over them, as text."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from kit.auth.keyset import Bound, pages_after
from kit.store.port import ANSWERS_KEPT, Collection, Condition, Equal, FieldValue, In, Query

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Cell = str | int | float | bytes | None


def to_cell(value: FieldValue) -> Cell:
    """A moment is kept as microseconds since 1970 in UTC, everything else as it is."""
    return (value - _EPOCH) // _MICROSECOND if isinstance(value, datetime) else value


def to_moment(cell: int) -> datetime:
    """The moment a cell holds."""
    return _EPOCH + cell * _MICROSECOND


_SCHEMA = """
CREATE TABLE IF NOT EXISTS {name} (
  key TEXT PRIMARY KEY, utility TEXT NOT NULL, version INT NOT NULL, schema INT NOT NULL, sequence INT NOT NULL,
  seen TEXT NOT NULL, wake_at INT, state TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS {name}_by_wake_at ON {name} (wake_at) WHERE wake_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS {name}_said (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, sequence INT NOT NULL, said_at INT NOT NULL, event BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS {name}_said_by_key ON {name}_said (key, sequence);
CREATE TABLE IF NOT EXISTS {name}_waiting (
  key TEXT PRIMARY KEY, published INT NOT NULL, said_at INT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS {name}_answers (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, cause TEXT NOT NULL, fingerprint TEXT NOT NULL, body BLOB NOT NULL,
  UNIQUE (key, cause)
);
CREATE TABLE IF NOT EXISTS {name}_counters (name TEXT PRIMARY KEY, value INT NOT NULL) WITHOUT ROWID;
"""


class Tables:
    """SQL for one collection; every list of keys or values comes as one JSON parameter, so that texts stay few.

    `X` holds the documents, each declared field a column of its own behind `f_`. `X_said` is only ever appended to:
    the history, whose tail after `published` is the outbox. `X_waiting` has a row only while the bus has not confirmed
    everything, so confirming touches neither the document nor its indexes.
    """

    def __init__(self, collection: Collection[Any]) -> None:
        names = (collection.name, *collection.fields, *collection.unique)
        wrong = [name for name in names if not (name.isidentifier() and name.isascii())]
        if wrong:
            raise ValueError(f"not a name for a table or column: {', '.join(wrong)}")
        self.name = collection.name
        self.fields = tuple(dict.fromkeys((*collection.fields, *collection.unique)))
        self._unique = collection.unique
        self._known = f"schema <= {collection.schema:d}"
        self.watched = ("wake_at", *(f"f_{field}" for field in self.fields))
        """Columns under an index, which a change writes only if they differ."""

    @property
    def schema(self) -> str:
        return _SCHEMA.format(name=self.name)

    def columns_missing(self, present: Iterable[str]) -> list[str]:
        """Columns for fields declared since the file was made; old rows get theirs with their next change."""
        known = set(present)
        return [f"ALTER TABLE {self.name} ADD COLUMN f_{field}" for field in self.fields if f"f_{field}" not in known]

    @property
    def indexes(self) -> list[str]:
        name = self.name
        plain = [
            f"CREATE INDEX IF NOT EXISTS {name}_by_{field} ON {name} (utility, f_{field}, key)"
            for field in self.fields
            if field not in self._unique
        ]
        return plain + [
            f"CREATE UNIQUE INDEX IF NOT EXISTS {name}_one_{field} ON {name} (utility, f_{field})"
            for field in self._unique
        ]

    @cached_property
    def _select(self) -> str:
        return (
            "SELECT d.key, d.utility, d.version, d.schema, d.state, d.sequence, coalesce(w.published, d.sequence),"
            f" d.seen FROM {self.name} d LEFT JOIN {self.name}_waiting w ON w.key = d.key"
        )

    @cached_property
    def load(self) -> str:
        return f"{self._select} WHERE d.key IN (SELECT value FROM json_each(?))"

    @cached_property
    def current(self) -> str:
        """What a change is compared with: the version and the watched columns."""
        columns = ", ".join(self.watched)
        return f"SELECT key, version, {columns} FROM {self.name} WHERE key IN (SELECT value FROM json_each(?))"

    @cached_property
    def insert(self) -> str:
        columns = ("version", "schema", "sequence", "seen", "state", "key", "utility", *self.watched)
        return f"INSERT INTO {self.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"

    def update(self, changed: Sequence[int]) -> str:
        """Writes what always changes, and of the watched columns those at these places."""
        columns = ("version", "schema", "sequence", "seen", "state", *(self.watched[place] for place in changed))
        return f"UPDATE {self.name} SET {', '.join(f'{column} = ?' for column in columns)} WHERE key = ?"

    @cached_property
    def say(self) -> str:
        return f"INSERT INTO {self.name}_said (key, sequence, said_at, event) VALUES (?, ?, ?, ?)"

    @cached_property
    def wait(self) -> str:
        return (
            f"INSERT INTO {self.name}_waiting (key, published, said_at) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET said_at = excluded.said_at"
        )

    @cached_property
    def confirm_all(self) -> str:
        """Parameters: key, sequence."""
        return (
            f"DELETE FROM {self.name}_waiting WHERE key = ?1"
            f" AND (SELECT sequence FROM {self.name} WHERE key = ?1) <= ?2"
        )

    @cached_property
    def confirm_some(self) -> str:
        """Parameters: key, sequence."""
        return f"UPDATE {self.name}_waiting SET published = max(published, ?2) WHERE key = ?1"

    @cached_property
    def outbox(self) -> str:
        return (
            f"SELECT s.key, s.event FROM {self.name}_waiting w JOIN {self.name}_said s"
            " ON s.key = w.key AND s.sequence > w.published"
            " WHERE w.key IN (SELECT value FROM json_each(?)) ORDER BY s.key, s.sequence"
        )

    @cached_property
    def unpublished(self) -> str:
        return (
            f"SELECT key FROM {self.name}_waiting JOIN {self.name} USING (key)"
            f" WHERE said_at < ? AND {self._known} ORDER BY said_at, key LIMIT ?"
        )

    @cached_property
    def waiting(self) -> str:
        return f"SELECT count(*) FROM {self.name}_waiting"

    @cached_property
    def history(self) -> str:
        return f"SELECT event FROM {self.name}_said WHERE key = ? ORDER BY sequence"

    @cached_property
    def said_since(self) -> str:
        """Parameters: moment, key, sequence, limit. Rows stand in the order of time, so only the end is read."""
        return (
            f"SELECT event FROM {self.name}_said"
            f" WHERE id > coalesce((SELECT id FROM {self.name}_said WHERE said_at < ?1 ORDER BY id DESC LIMIT 1), 0)"
            " AND said_at >= ?1 AND (key, sequence) > (?2, ?3) ORDER BY key, sequence LIMIT ?4"
        )

    @cached_property
    def due(self) -> str:
        return f"SELECT key FROM {self.name} WHERE wake_at <= ? AND {self._known} ORDER BY wake_at, key LIMIT ?"

    @cached_property
    def next_wake(self) -> str:
        return f"SELECT wake_at FROM {self.name} WHERE wake_at > ? AND {self._known} ORDER BY wake_at LIMIT 1"

    @cached_property
    def answer(self) -> str:
        return f"SELECT cause, fingerprint, body FROM {self.name}_answers WHERE key = ? AND cause = ?"

    @cached_property
    def keep_answer(self) -> str:
        return f"INSERT INTO {self.name}_answers (key, cause, fingerprint, body) VALUES (?, ?, ?, ?)"

    @cached_property
    def forget_answers(self) -> str:
        """Parameter: key."""
        return (
            f"DELETE FROM {self.name}_answers WHERE key = ?1 AND id <= (SELECT id FROM {self.name}_answers"
            f" WHERE key = ?1 ORDER BY id DESC LIMIT 1 OFFSET {ANSWERS_KEPT})"
        )

    @cached_property
    def increment(self) -> str:
        return (
            f"INSERT INTO {self.name}_counters (name, value) VALUES (?1, ?2)"
            " ON CONFLICT (name) DO UPDATE SET value = value + ?2 RETURNING value"
        )

    def find(self, query: Query) -> list[tuple[str, list[Cell]]]:
        """Statements and parameters (a limit is still to be added), to be read one after the other."""
        return [self._page(query, bounds) for bounds in pages_after(query)]

    def _page(self, query: Query, bounds: tuple[Bound, ...]) -> tuple[str, list[Cell]]:
        terms, cells = ["d.utility = ?"], [to_cell(query.utility)]
        if query.known_only:
            terms.append(f"d.{self._known}")
        for condition in query.where:
            term, values = self._condition(condition)
            terms.append(term)
            cells.extend(values)
        for field, comparison, value in bounds:
            terms.append(f"{self._column(field)} {comparison} ?")
            cells.append(to_cell(value))
        direction = "DESC" if query.descending else "ASC"
        order = ", ".join(f"{column} {direction}" for column in dict.fromkeys((self._column(query.order), "d.key")))
        return f"{self._select} WHERE {' AND '.join(terms)} ORDER BY {order} LIMIT ?", cells

    def _condition(self, condition: Condition) -> tuple[str, list[Cell]]:
        column = self._column(condition.field)
        if isinstance(condition, Equal):
            return f"{column} IS ?", [to_cell(condition.value)]
        if isinstance(condition, In):
            cells = [to_cell(value) for value in condition.values if value is not None]
            term = f"{column} IN ({', '.join('?' * len(cells))})"
            return (f"({term} OR {column} IS NULL)" if None in condition.values else term), cells
        ends = (("{} >= ?", condition.low), ("{} < ?", condition.high))
        given = [(term.format(column), to_cell(value)) for term, value in ends if value is not None]
        return " AND ".join([f"{column} IS NOT NULL", *(term for term, _ in given)]), [cell for _, cell in given]

    def _column(self, field: str) -> str:
        if field == "key":
            return "d.key"
        if field not in self.fields:
            raise ValueError(f"{self.name} has no declared field {field!r}; declared: {', '.join(self.fields)}")
        return f"d.f_{field}"
