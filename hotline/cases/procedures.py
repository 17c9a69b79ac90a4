"""The procedure a case is judged by: the one it names, under its readings, with the units and divisions it tells of."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from hotline.cases.model import Case, Step
from hotline.cases.steps import Dispatch, Knowledge, NewRequest
from procedures.loader import Procedures
from procedures.model import Procedure
from procedures.model.organisation import Division, Organisation, Unit
from procedures.model.part import Names


def procedure_of(case: Case, procedures: Procedures, start: datetime) -> Procedure:
    """`id@date` names one file, a bare id the newest in force at the first step. UnknownProcedureError otherwise.

    A case may tell of a unit or division that the file does not know yet; where the step is refused it stays unknown.
    """
    found = procedures.find(case.procedure, start)
    if case.readings:
        found = found.with_readings(**case.readings)
    known = {division.id for division in found.organisation.divisions}
    units = tuple(unit for unit in _named(case, _units_of) if found.unit(unit) is None)
    divisions = tuple(division for division in _named(case, _divisions_of) if division not in known)
    return _with(found, units, divisions) if units or divisions else found


def _named(case: Case, names_of: Callable[[Step], Iterator[str | None]]) -> list[str]:
    """Each name once, out of steps that are to be accepted."""
    accepted = (step for step in case.steps if step.refused is None)
    return list(dict.fromkeys(name for step in accepted for name in names_of(step) if name))


def _units_of(step: Step) -> Iterator[str | None]:
    if isinstance(step.body, Dispatch | Knowledge):
        yield step.body.unit
    if isinstance(step.body, NewRequest):
        yield from (step.body.unit, step.body.accused, *(item.unit for item in step.body.items))


def _divisions_of(step: Step) -> Iterator[str | None]:
    if isinstance(step.body, Knowledge):
        yield step.body.division


def _with(procedure: Procedure, units: tuple[str, ...], divisions: tuple[str, ...]) -> Procedure:
    first, *others = procedure.organisation.divisions
    joined = tuple(Unit(id=name, names=_called(name)) for name in units)
    founded = tuple(Division(id=name, names=_called(name), units=()) for name in divisions)
    grown = first.model_copy(update={"units": (*first.units, *joined)})
    organisation: Organisation = procedure.organisation.model_copy(update={"divisions": (grown, *others, *founded)})
    fields: dict[str, Any] = {name: getattr(procedure, name) for name in type(procedure).model_fields}
    return Procedure.model_construct(**(fields | {"organisation": organisation}))


def _called(name: str) -> Names:
    return Names(zh=name, en=name)
