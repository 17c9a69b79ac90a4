"""The procedure a case is judged by: the one it names, under the readings it names, with the units it names."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from hotline.cases.model import Case, Step
from hotline.cases.steps import Dispatch, Knowledge, NewRequest
from procedures.loader import Procedures
from procedures.model import Procedure
from procedures.model.organisation import Unit
from procedures.model.part import Names


def procedure_of(case: Case, procedures: Procedures, start: datetime) -> Procedure:
    """`id@date` names one file, a bare id the newest in force at the first step. UnknownProcedureError otherwise."""
    found = procedures.find(case.procedure, start)
    if case.readings:
        found = found.with_readings(**case.readings)
    unknown = tuple(unit for unit in dict.fromkeys(_units(case)) if found.unit(unit) is None)
    return _with_units(found, unknown) if unknown else found


def _units(case: Case) -> Iterator[str]:
    """Units that accepted steps send work to; a case may tell of one that the file does not know yet."""
    for step in case.steps:
        if step.refused is None:
            yield from _units_of(step)


def _units_of(step: Step) -> Iterator[str]:
    if isinstance(step.body, Dispatch | Knowledge) and step.body.unit:
        yield step.body.unit
    if isinstance(step.body, NewRequest):
        yield from (item.unit for item in step.body.items if item.unit)
        if step.body.unit:
            yield step.body.unit


def _with_units(procedure: Procedure, names: tuple[str, ...]) -> Procedure:
    first, *others = procedure.organisation.divisions
    added = tuple(Unit(id=name, names=Names(zh=name, en=name)) for name in names)
    division = first.model_copy(update={"units": (*first.units, *added)})
    organisation = procedure.organisation.model_copy(update={"divisions": (division, *others)})
    fields: dict[str, Any] = {name: getattr(procedure, name) for name in type(procedure).model_fields}
    return Procedure.model_construct(**(fields | {"organisation": organisation}))
