"""The procedure a case is judged by: the one it names or a draft, under its readings, with the units it tells of."""

from collections.abc import Callable, Iterator
from typing import Any

from hotline.cases.checking import word_faults
from hotline.cases.model import Case, Step
from hotline.cases.moments import moment
from hotline.cases.reading import WrittenCase
from hotline.cases.steps import Dispatch, Knowledge, NewRequest
from procedures.faults import Fault
from procedures.loader import Procedures, UnknownProcedureError
from procedures.model import Procedure
from procedures.model.organisation import Division, Unit
from procedures.model.part import Names

Choose = Callable[[Case], Procedure]
"""Which file a case is judged by."""


def by_name(procedures: Procedures) -> Choose:
    """`id@date` names one file, a bare id the newest in force at the first step. UnknownProcedureError otherwise."""
    return lambda case: procedures.find(case.procedure, moment(case.steps[0].at, None))


def for_all(draft: Procedure) -> Choose:
    """A draft, whatever the cases name and whenever they happen."""
    return lambda _: draft


def procedure_of(written: WrittenCase, choose: Choose) -> Procedure:
    """What to play the case by. FileError where there is none, or where it does not know a word of the case."""
    case = written.case
    try:
        found = choose(case)
    except UnknownProcedureError as unknown:
        fault = Fault(("procedure",), "no_such_procedure", unknown.known, {"name": case.procedure})
        raise written.error([fault]) from unknown
    wrong = list(word_faults(case, found))
    if wrong:
        raise written.error(wrong)
    return _prepared(case, found)


def _prepared(case: Case, found: Procedure) -> Procedure:
    """The file under the case's readings, with the promises and standards that it tells of.

    A case may tell of a unit or division that the file does not know yet; where the step is refused it stays unknown.
    """
    if case.readings:
        found = found.with_readings(**case.readings)
    if case.promises or case.government_standards:
        found = with_sections(
            found,
            promises=(*found.promises, *case.promises),
            government_standards=(*found.government_standards, *case.government_standards),
        )
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
    organisation = procedure.organisation
    joined = tuple(Unit(id=name, names=_called(name)) for name in units)
    founded = tuple(Division(id=name, names=_called(name), units=()) for name in divisions)
    if organisation.divisions:
        first, *others = organisation.divisions
        founded = (first.model_copy(update={"units": (*first.units, *joined)}), *others, *founded)
        joined = ()
    organisation = organisation.model_copy(
        update={"divisions": founded, "departments": (*organisation.departments, *joined)}
    )
    return with_sections(procedure, organisation=organisation)


def with_sections(procedure: Procedure, **sections: Any) -> Procedure:
    """The same file with other sections, and nothing remembered of those it had."""
    fields: dict[str, Any] = {name: getattr(procedure, name) for name in type(procedure).model_fields}
    return Procedure.model_construct(**(fields | sections))


def _called(name: str) -> Names:
    return Names(zh=name, en=name)
