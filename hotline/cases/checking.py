"""What a well-formed case gets wrong: labels that nothing introduces, and words that its procedure does not know."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from hotline.cases.model import Case
from hotline.cases.moments import ACCEPTED, is_duration
from hotline.cases.steps import introduced, spoken_of
from hotline.cases.words import Of
from procedures.faults import Fault
from procedures.model import Procedure
from procedures.model.procedure import Named
from procedures.model.readings import CHOICES, choices
from procedures.yaml_lines import Path


def faults(case: Case) -> Iterator[Fault]:
    """What is wrong whatever the procedure."""
    if is_duration(case.steps[0].at):
        yield Fault(("steps", 0, "at"), "nothing_before", ACCEPTED[:1], {"value": repr(case.steps[0].at)})
    known = {label for step in case.steps for label in introduced(step.body)}
    for path, label in _spoken_of(case):
        if label not in known:
            # Of nothing, `never` would hold.
            yield Fault(path, "unknown_label", tuple(sorted(known)), {"value": repr(label)})


def word_faults(case: Case, procedure: Procedure) -> Iterator[Fault]:
    """Every word that the procedure does not know, with those it does."""
    yield from _readings(case, procedure)
    for place, step in enumerate(case.steps):
        yield from _words(("steps", place, step.kind), step.body, procedure)
    for place, expected in enumerate(case.expect):
        yield from _words(("expect", place), expected, procedure)


def _spoken_of(case: Case) -> Iterator[tuple[Path, str]]:
    for place, step in enumerate(case.steps):
        yield from ((("steps", place, step.kind, "ticket"), label) for label in spoken_of(step.body))
    for place, each in enumerate(case.expect):
        yield ("expect", place, "ticket"), each.ticket
        if each.linked_to:
            yield ("expect", place, "linked_to"), each.linked_to


def _readings(case: Case, procedure: Procedure) -> Iterator[Fault]:
    for name, word in case.readings.items():
        accepted = choices(name, procedure.readings)
        if not accepted:
            known = tuple(dict.fromkeys((*procedure.readings, *CHOICES)))
            yield Fault(("readings", name), "unknown_word", known, {"value": repr(name)})
        elif word not in accepted:
            yield Fault(("readings", name), "unknown_word", accepted, {"value": repr(word)})


def _words(path: Path, part: BaseModel, procedure: Procedure) -> Iterator[Fault]:
    for name, field in type(part).model_fields.items():
        value, here = getattr(part, name), (*path, field.alias or name)
        for mark in field.metadata:
            if isinstance(mark, Of):
                yield from _unknown(here, value, mark.kind, procedure)
        for place, each in _parts(value):
            yield from _words((*here, *place), each, procedure)


def _parts(value: Any) -> Iterator[tuple[Path, BaseModel]]:
    if isinstance(value, BaseModel):
        yield (), value
    elif isinstance(value, tuple):
        yield from (((place,), each) for place, each in enumerate(value) if isinstance(each, BaseModel))


def _unknown(path: Path, value: Any, kind: Named, procedure: Procedure) -> Iterator[Fault]:
    """A kind of which the procedure has no word at all is for the services to refuse."""
    known = procedure.words(kind)
    for place, word in _said(value):
        if known and word not in known:
            yield Fault((*path, *place), "unknown_word", tuple(known), {"value": repr(word)})


def _said(value: Any) -> list[tuple[Path, str]]:
    """The words of a field, one or several, with their places."""
    match value:
        case str():
            return [((), value)]
        case tuple():
            return [((place,), word) for place, word in enumerate(value)]
        case dict():
            return [((word,), word) for word in value]
        case _:
            return []
