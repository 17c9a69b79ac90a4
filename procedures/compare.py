"""A procedure as rows, one per decided value, and what differs between two of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any

from procedures.model.limits import Limit, Promise
from procedures.model.organisation import Unit
from procedures.model.part import Basis, Names, Part, Setting, Sourced
from procedures.model.procedure import Procedure
from procedures.model.types import Subtype

_BESIDE = frozenset({"id", *Sourced.model_fields})


@dataclass(frozen=True)
class Row:
    """One value at a dotted path, as the file writes it and as it is, and its clause where it has one."""

    path: str
    value: str
    content: object
    source: str | None = None
    rule: str | None = None
    basis: Basis | None = None
    note: str | None = None


class Change(StrEnum):
    """What happened to a row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """A row that is not the same in both."""

    change: Change
    path: str
    before: Row | None
    after: Row | None


def rows(procedure: Procedure) -> tuple[Row, ...]:
    """Every value of the file, in its order."""
    return tuple(_rows("", procedure))


def differences(before: Procedure, after: Procedure) -> tuple[Difference, ...]:
    """What `after` adds, removes or changes, in the order of the files."""
    old, new = ({row.path: row for row in rows(each)} for each in (before, after))
    paths = (*old, *(path for path in new if path not in old))
    return tuple(_difference(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path))


def _difference(path: str, before: Row | None, after: Row | None) -> Difference:
    if before is None:
        return Difference(Change.ADDED, path, before, after)
    return Difference(Change.CHANGED if after else Change.REMOVED, path, before, after)


def _rows(path: str, part: Part) -> Iterator[Row]:
    if isinstance(part, Limit):
        yield Row(path, str(part.within), part, part.source, part.rule, part.basis, part.note)
    elif isinstance(part, Setting):
        yield Row(path, written(part.value), part.value, part.source, part.rule, part.basis, part.note)
    elif isinstance(part, Unit | Subtype | Names):
        yield Row(path, _own_words(part), part)
    elif isinstance(part, Sourced):
        yield Row(path, _own_words(part), part, part.source, part.rule, part.basis, part.note)
    else:
        for name in type(part).model_fields:
            yield from _value_rows(f"{path}.{name}" if path else name, getattr(part, name))


def _value_rows(path: str, value: Any) -> Iterator[Row]:
    if isinstance(value, Part):
        yield from _rows(path, value)
    elif isinstance(value, tuple) and value and isinstance(value[0], Part):
        for place, each in enumerate(value):
            yield from _rows(f"{path}.{_key(each, place)}", each)
    elif hasattr(value, "items"):
        for name, each in value.items():
            yield from _value_rows(f"{path}.{name}", each)
    elif value not in (None, ()):
        yield Row(path, written(value), value)


def _own_words(part: Part) -> str:
    """What an entry says beside its id and citation: `script: meter-battery, subtype: meter`."""
    if isinstance(part, Names):
        return f"{part.zh} / {part.en}"
    own = ((name, getattr(part, name)) for name in type(part).model_fields if name not in _BESIDE)
    return ", ".join(f"{name}: {written(value)}" for name, value in own if value not in (None, ()))


def _key(part: Part, place: int) -> str:
    """What a list's entry is known by, so that a moved line is no difference."""
    if isinstance(part, Limit):
        return _circumstances(part)
    named = getattr(part, "id", None) or getattr(part, "script", None)
    return str(named) if named else f"{place + 1}"


def _circumstances(limit: Limit) -> str:
    parts: list[str] = [limit.clock.value]
    if limit.grade is not None:
        parts.append(f"grade {limit.grade}")
    if limit.subtype is not None:
        parts.append(limit.subtype)
    if limit.declined:
        parts.append("declined")
    parts += [area for area in (getattr(limit, "area", None),) if area]
    parts += [each.value for each in limit.types] if isinstance(limit, Promise) else []
    return "/".join(parts)


def written(value: Any) -> str:
    """A value as the file writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, tuple):
        return ", ".join(written(each) for each in value)
    if isinstance(value, Names):
        return _own_words(value)
    if isinstance(value, Part):
        return ", ".join(f"{name} {written(getattr(value, name))}" for name in type(value).model_fields)
    return str(value)
