"""A procedure as rows, one per decided value, and what differs between two of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from procedures.model.organisation import Unit
from procedures.model.part import Basis, Names, Part, Setting, Sourced, Text
from procedures.model.procedure import Procedure
from procedures.model.when import When


class Key(NamedTuple):
    """A word of the format under which something stands."""

    name: str


class Word(NamedTuple):
    """A word of the file itself under which something stands: the type `fault` under `types`."""

    under: str
    name: str


class Entry(NamedTuple):
    """An entry of a list, and what it is known by there, so that a moved line is no difference."""

    part: Part
    name: str


Place = tuple[Key | Word | Entry, ...]
"""Where something stands in the file."""


@dataclass(frozen=True)
class Row:
    """One value, where it stands, and its clause where it has one."""

    place: Place
    content: object
    source: str | None = None
    rule: str | None = None
    basis: Basis | None = None
    note: str | None = None

    @property
    def path(self) -> str:
        """The place in the words of the file: `types.fault.limits.reply`."""
        return ".".join(step.name for step in self.place)

    @property
    def section(self) -> str:
        """The first word of the place."""
        return self.place[0].name


class Change(StrEnum):
    """What happened to a row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """A row that is not the same in both."""

    change: Change
    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        """The row as it is now, or was."""
        found = self.after or self.before
        assert found is not None
        return found


def rows(procedure: Procedure) -> tuple[Row, ...]:
    """Every value of the file, in its order."""
    return tuple(_rows((), procedure))


def differences(before: Procedure, after: Procedure) -> tuple[Difference, ...]:
    """What `after` adds, removes or changes, in the order of the files."""
    old, new = ({row.path: row for row in rows(each)} for each in (before, after))
    paths = (*old, *(path for path in new if path not in old))
    pairs = ((old.get(path), new.get(path)) for path in paths)
    return tuple(_difference(one, other) for one, other in pairs if one is None or other is None or _differ(one, other))


def _difference(before: Row | None, after: Row | None) -> Difference:
    if before is None:
        return Difference(Change.ADDED, before, after)
    return Difference(Change.CHANGED if after else Change.REMOVED, before, after)


def _differ(one: Row, other: Row) -> bool:
    """Where it stands is the same already; a list's entry there may have changed, which its row says."""
    return (one.content, one.source, one.rule, one.basis, one.note) != (
        other.content,
        other.source,
        other.rule,
        other.basis,
        other.note,
    )


def _rows(place: Place, part: Part) -> Iterator[Row]:
    if isinstance(part, Setting) and not hasattr(part, "when"):
        yield Row(place, part.value, part.source, part.rule, part.basis, part.note)
    elif isinstance(part, Sourced):
        yield Row(place, part, part.source, part.rule, part.basis, part.note)
    elif isinstance(part, Unit | Names | Text | When):
        yield Row(place, part)
    else:
        for name, field in type(part).model_fields.items():
            yield from _value_rows((*place, Key(field.alias or name)), getattr(part, name))


def _value_rows(place: Place, value: Any) -> Iterator[Row]:
    if isinstance(value, Part):
        yield from _rows(place, value)
    elif isinstance(value, tuple) and value and _is_told_apart(value[0]):
        yield from (row for entry in _entries(value) for row in _rows((*place, entry), entry.part))
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _value_rows((*place, Word(place[-1].name, name)), each)
    elif value not in (None, (), False):
        yield Row(place, value)


def _is_told_apart(part: object) -> bool:
    """Entries with an id or a clause have rows of their own; lists of triggers, grades and hours are one value."""
    return isinstance(part, Sourced) or "id" in getattr(type(part), "model_fields", {})


_KNOWN_BY = ("clock", "grade", "script", "cause", "on", "role", "by", "kind")


def _entries(parts: tuple[Part, ...]) -> Iterator[Entry]:
    seen: dict[str, int] = {}
    for part in parts:
        name = _known_as(part)
        seen[name] = seen.get(name, 0) + 1
        yield Entry(part, name if seen[name] == 1 else f"{name}#{seen[name]}")


def _known_as(part: Part) -> str:
    """Its id, or what tells it from others of its kind."""
    own = getattr(part, "id", None)
    if own is not None:
        return str(own)
    known = (str(value) for name in _KNOWN_BY if (value := getattr(part, name, None)))
    when = getattr(part, "when", None)
    return "/".join((*known, *(conditions(when) if isinstance(when, When) else ())))


def conditions(when: When) -> tuple[str, ...]:
    """The stated conditions in words of the file: `grade 3`, `area_class country`."""
    said = when.model_dump(mode="json", exclude_defaults=True)
    return tuple(f"{name} {_plain(value)}" for name, value in said.items())


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    if isinstance(value, dict):
        return ",".join(f"{name}={_plain(each)}" for name, each in value.items())
    return str(value)
