"""Whether the moments that somebody states lie where such moments can lie, seen from the moment of saying."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from contracts.fact import Window
from contracts.refusal import Refusal


def misplaced(stated: BaseModel, at: datetime) -> Refusal | None:
    """The refusal of the first moment that lies outside of its window, or None; `accepts` has the window's ends."""
    for name, window in _windows(type(stated)):
        moment = getattr(stated, name)
        if moment is not None and not _holds(window, moment, at):
            first, last = (end.isoformat() for end in window.around(at))
            return Refusal("moment_misplaced", params={"field": name}, accepts=(f">= {first}", f"<= {last}"))
    for name in _parts(type(stated)):
        part = getattr(stated, name)
        if isinstance(part, BaseModel) and (found := misplaced(part, at)) is not None:
            return found
    return None


def _holds(window: Window, moment: datetime, at: datetime) -> bool:
    first, last = window.around(at)
    return first <= moment <= last


@cache
def _windows(model: type[BaseModel]) -> tuple[tuple[str, Window], ...]:
    found = ((name, next(_marks(field), None)) for name, field in model.model_fields.items())
    return tuple((name, window) for name, window in found if window is not None)


@cache
def _parts(model: type[BaseModel]) -> tuple[str, ...]:
    """Fields that are models of their own, with windows in them."""
    return tuple(name for name, field in model.model_fields.items() if any(map(_windows, _models(field.annotation))))


def _marks(field: Any) -> Iterator[Window]:
    """Marks of the field itself, or of a branch of `… | None`."""
    marks = (*field.metadata, *(mark for branch in get_args(field.annotation) for mark in get_args(branch)[1:]))
    return (mark for mark in marks if isinstance(mark, Window))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and issubclass(each, BaseModel):
            yield each
