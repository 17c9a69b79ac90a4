"""What becomes of a rule's cases when the rule is taken away: one that still holds shows nothing.

A rule is taken away in the file (a value removed, or written otherwise) or in the code (a function that answers the
same whatever it is asked), in memory only. `python -m hotline.coverage` lists on the page what was tried.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from types import FunctionType
from typing import Any, cast

from pydantic import BaseModel, ConfigDict

from contracts.refusal import Refusal
from hotline.cases.play import play
from hotline.cases.procedures import for_all, procedure_of
from hotline.cases.reading import WrittenCase
from procedures.faults import FileError
from procedures.loader import checked
from procedures.model import Procedure
from procedures.yaml_lines import Lined

_REMOVED = object()


class Taken(BaseModel):
    """One way in which a rule is not there: `procedure` is a place of the file, or several, `code` a function.

    A function answers what it `returns`, or, where it is a rule, `refuses`, or `ignores` what it is told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    procedure: str | tuple[str, ...] = ()
    becomes: Any = None
    code: str | None = None
    returns: Any = None
    refuses: bool = False
    ignores: bool = False

    def __str__(self) -> str:
        """As the page tells it."""
        if self.code is not None:
            does = "refuses" if self.refuses else "ignores what it is told" if self.ignores else None
            return f"`{self.code}` {does or f'answers {self.returns!r}'}"
        places = " and ".join(f"`{place}`" for place in self.places)
        return f"{places} becomes {self.becomes!r}" if "becomes" in self.model_fields_set else f"{places} removed"

    @property
    def instead(self) -> FunctionType:
        """What stands in the function's place."""
        found = _refusing if self.refuses else _ignoring if self.ignores else _answering
        return cast(FunctionType, found)

    @property
    def places(self) -> tuple[str, ...]:
        """Each place of the file."""
        return (self.procedure,) if isinstance(self.procedure, str) else self.procedure


class NothingTaken(ValueError):
    """There is no such place or function, or without it the file is refused and no case is played."""


def is_missed(taken: Taken, lined: Lined, cases: Sequence[WrittenCase]) -> bool:
    """Whether a case fails without it, or is in words that the file no longer knows. Raises NothingTaken."""
    procedure = _without(taken, lined)
    with _away(taken.code, taken) if taken.code else nullcontext():
        return any(not _holds(each, procedure) for each in cases)


def _holds(written: WrittenCase, procedure: Procedure) -> bool:
    try:
        ready = procedure_of(written, for_all(procedure))
    except FileError:
        return False
    return asyncio.run(play(written.case, ready)).holds


def _without(taken: Taken, lined: Lined) -> Procedure:
    value, after = lined.value, taken.becomes if "becomes" in taken.model_fields_set else _REMOVED
    for place in taken.places:
        value = _changed(value, list(_steps(value, place)), after)
    procedure, wrong = checked(Lined(value, lined.lines))
    if procedure is None or wrong:
        raise NothingTaken(f"{taken}: the file is refused, so no case is played")
    return procedure


def _steps(node: Any, path: str) -> Iterator[str | int]:
    """Keys of mappings; in a list a number, or the entry whose id, clock, cause or script is so called."""
    for part in path.split("."):
        if isinstance(node, list):
            named = (place for place, each in enumerate(node) if part in _names_of(each))
            step: str | int | None = int(part) if part.isdigit() else next(named, None)
        else:
            step = part if isinstance(node, dict) and part in node else None
        if step is None:
            raise NothingTaken(f"{path}: {part} is not there")
        node = node[step]
        yield step


def _names_of(entry: Any) -> tuple[object, ...]:
    return tuple(entry.get(name) for name in ("id", "clock", "cause", "script")) if isinstance(entry, dict) else ()


def _changed(value: Any, place: list[str | int], after: object) -> Any:
    """The content with another value at the place; what is not on the way there is shared."""
    first, *rest = place
    copy: Any = list(value) if isinstance(value, list) else dict(value)
    if rest:
        copy[first] = _changed(value[first], rest, after)
    elif after is _REMOVED:
        del copy[first]
    else:
        copy[first] = after
    return copy


@contextmanager
def _away(name: str, taken: Taken) -> Iterator[None]:
    """Something else stands in the function's place, also where it was imported before or stands in a table."""
    found = _function(name)
    was = found.__code__, found.__defaults__, found.__kwdefaults__
    found.__code__, found.__defaults__ = taken.instead.__code__, None
    found.__kwdefaults__ = {"_answer": taken.returns, "_refusal": Refusal("not_in_procedure")}
    try:
        yield
    finally:
        found.__code__, found.__defaults__, found.__kwdefaults__ = was


def _answering(*_: object, _answer: object = None, _refusal: object = None, **__: object) -> object:
    return _answer


def _refusing(*_: object, _answer: object = None, _refusal: object = None, **__: object) -> object:
    return _refusal


def _ignoring(state: object, *_: object, _answer: object = None, _refusal: object = None, **__: object) -> object:
    return state, ()


def _function(name: str) -> FunctionType:
    module, _, function = name.rpartition(".")
    try:
        found: Any = getattr(import_module(module), function, None)
    except ModuleNotFoundError:
        owner, _, kind = module.rpartition(".")
        found = getattr(getattr(import_module(owner), kind, None), function, None)
    if not isinstance(found, FunctionType) or found.__closure__:
        raise NothingTaken(f"{name}: no function to take away")
    return found
