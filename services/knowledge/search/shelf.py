"""Entries under their terms in SQLite's FTS5, in memory; ranked by BM25."""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import orjson

from services.knowledge.search import words
from services.knowledge.search.entry import Entry

MOST_RANKED = 1_000
"""Entries that a question may make the index weigh, some 5 µs each; common terms, which tell least, go first."""

# A term in the title tells most, then the words callers use; the text has room for everything. `letters` holds title
# and keywords character by character: what the dictionary cut otherwise (煤气味 is 煤 and 气味) is found as a phrase.
_TABLES = """
CREATE VIRTUAL TABLE shelf USING fts5(title, keywords, text, letters, tokenize = 'porter unicode61');
INSERT INTO shelf (shelf, rank) VALUES ('rank', 'bm25(6.0, 4.0, 1.0, 3.0)');
CREATE VIRTUAL TABLE term USING fts5vocab(shelf, row);
"""
_FILE = "INSERT INTO shelf (rowid, title, keywords, text, letters) VALUES (?, ?, ?, ?, ?)"

# All rows in one: at every row SQLite hands the interpreter lock back, and in a busy process waits for it.
_COMMONNESS = "SELECT json_group_object(term, doc) FROM term WHERE term IN (SELECT value FROM json_each(?))"
_FIND = (
    "SELECT json_group_array(json_array(rowid, rank))"
    " FROM (SELECT rowid, rank FROM shelf WHERE shelf MATCH ? ORDER BY rank LIMIT ?)"
)


class Filing(NamedTuple):
    """An entry with its terms."""

    entry: Entry
    title: str
    keywords: str
    text: str
    letters: str

    @classmethod
    def of(cls, entry: Entry) -> "Filing":
        """Cuts the texts, which takes some 0.3 ms per 500 characters."""
        topic = (*entry.keywords, entry.category or "")
        letters = words.letters(entry.title, *topic)
        return cls(entry, words.filed(entry.title), words.filed(" ".join(topic)), words.filed(entry.text), letters)


class Hit(NamedTuple):
    """An entry found; the higher the score, the better it fits. Scores of different questions cannot be compared."""

    entry: Entry
    score: float


class Shelf:
    """Entries by id, one of each. May be used from any thread, from one at a time."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._entries: dict[int, Entry] = {}
        self._next = 1
        self._index = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._index.executescript(_TABLES)

    def __len__(self) -> int:
        return len(self._entries)

    def holds(self, entry: Entry) -> bool:
        """Whether this very entry stands here."""
        row = self._rows.get(entry.id)
        return row is not None and self._entries[row] == entry

    def put(self, filings: Iterable[Filing]) -> None:
        """File each in place of what stood there under its id."""
        self._index.execute("BEGIN")
        for filing in filings:
            self.remove(filing.entry.id)
            row, self._next = self._next, self._next + 1
            self._index.execute(_FILE, (row, *filing[1:]))
            self._rows[filing.entry.id], self._entries[row] = row, filing.entry
        self._index.execute("COMMIT")

    def remove(self, id_: str) -> None:
        """Nothing stands here under this id any more."""
        row = self._rows.pop(id_, None)
        if row is not None:
            del self._entries[row]
            self._index.execute("DELETE FROM shelf WHERE rowid = ?", (row,))

    def find(self, terms: tuple[str, ...], wanted: Callable[[Entry], bool], limit: int) -> list[Hit]:
        """The best entries among the wanted that hold any of the terms."""
        if not terms or limit <= 0:
            return []
        question = _expression(self._telling(terms))
        read = 5 * limit
        while True:
            rows = self._one(_FIND, (question, read))
            hits = [Hit(entry, round(-rank, 3)) for row, rank in rows if wanted(entry := self._entries[row])]
            if len(hits) >= limit or len(rows) < read:
                return hits[:limit]
            read = len(self._entries) + 1

    def _telling(self, terms: tuple[str, ...]) -> list[str]:
        """The rarest terms, as many as may be weighed, but one that stands somewhere at least."""
        commonness: dict[str, int] = self._one(_COMMONNESS, (orjson.dumps([term.lower() for term in terms]),))
        chosen, ranked = [], 0
        for count, term in sorted((commonness.get(term.lower(), 0), term) for term in terms):
            if ranked and ranked + count > MOST_RANKED:
                break
            chosen.append(term)
            ranked += count
        return chosen

    def _one(self, statement: str, parameters: tuple[str | int | bytes, ...]) -> Any:
        return orjson.loads(self._index.execute(statement, parameters).fetchone()[0])

    def close(self) -> None:
        """Let go of the memory."""
        self._index.close()


def _expression(terms: Iterable[str]) -> str:
    """Any of the terms as words, or their characters in a row."""
    quoted = " OR ".join('"{}"'.format(term.replace('"', '""')) for term in terms)
    phrases = (phrase for term in terms if (phrase := words.letters(term)))
    in_letters = "".join(f' OR letters : "{phrase}"' for phrase in phrases)
    return f"{{title keywords text}} : ({quoted}){in_letters}"
