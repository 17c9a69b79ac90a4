"""Is a well-formed procedure complete, and free of contradictions: pure checks that name the place and the cure."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.vocabulary import CallKind, ClockName, TicketType
from procedures.faults import Fault
from procedures.model.limits import Limit
from procedures.model.organisation import Organisation, Unit
from procedures.model.procedure import Procedure
from procedures.model.types import TypeRules
from procedures.yaml_lines import Path

_KNOWLEDGE_CLOCKS = (ClockName.TASK, ClockName.REVIEW, ClockName.NOTICE)
_TICKET_CLOCKS = tuple(clock for clock in ClockName if clock not in _KNOWLEDGE_CLOCKS)
_GRADES = (1, 2, 3)


def faults(procedure: Procedure) -> Iterator[Fault]:
    """Everything that is missing or contradicts something else."""
    yield from _missing_types(procedure)
    for ticket_type, rules in procedure.types.items():
        yield from _type_faults(procedure, ticket_type, rules)
    yield from _rank_faults(procedure)
    yield from _limit_faults(procedure)
    yield from _knowledge_faults(procedure)
    yield from _working_time_faults(procedure)
    yield from _organisation_faults(procedure)
    yield from _script_faults(procedure)


def _missing_types(procedure: Procedure) -> Iterator[Fault]:
    for each in TicketType:
        if each not in procedure.types:
            yield Fault(("types",), "missing", (f"{each}: …",), {"field": each})


def _type_faults(procedure: Procedure, ticket_type: TicketType, rules: TypeRules) -> Iterator[Fault]:
    here: Path = ("types", ticket_type.value)
    for clock in _owed(rules):
        if not _limited(procedure, rules, clock):
            yield Fault((*here, "limits"), "no_limit", _cures(clock), {"clock": clock})
    if ticket_type is TicketType.COMPLAINT:
        yield from _grade_faults(rules, here)
    if rules.identity and rules.identity.at_least > len(rules.identity.items):
        most = len(rules.identity.items)
        yield Fault((*here, "identity", "at_least"), "too_many_items", (f"1-{most}",), {"most": most})


def _owed(rules: TypeRules) -> Iterator[ClockName]:
    yield from (ClockName.DISPATCH, ClockName.SIGN, ClockName.REPLY, ClockName.URGE)
    if rules.callback.value is not CallKind.NONE:
        yield ClockName.CALLBACK


def _limited(procedure: Procedure, rules: TypeRules, clock: ClockName) -> bool:
    limited = {row.clock for row in (*rules.limits, *procedure.limits_for_all)}
    return clock in limited or any(row.clock is clock for row in rules.unlimited)


def _cures(clock: ClockName) -> tuple[str, ...]:
    return (f"limits: {{clock: {clock}, within: …}}", f"unlimited: {{clock: {clock}, source: …}}")


def _grade_faults(rules: TypeRules, here: Path) -> Iterator[Fault]:
    stated = {row.grade for row in rules.limits if row.clock is ClockName.HANDLE}
    for grade in _GRADES:
        if grade not in stated and None not in stated:
            row = f"{{clock: handle, grade: {grade}, within: …}}"
            yield Fault((*here, "limits"), "grade_without_limit", (row,), {"grade": grade})


def _rank_faults(procedure: Procedure) -> Iterator[Fault]:
    known = {each.value for each in TicketType} - {TicketType.COMPLAINT.value}
    known |= {f"{TicketType.COMPLAINT.value}/{grade}" for grade in _GRADES}
    here: Path = ("rank", "value")
    for place, name in enumerate(procedure.rank.value):
        if name not in known:
            yield Fault((*here, place), "unknown_word", tuple(sorted(known)), {"value": repr(name)})
    for name in sorted(known - set(procedure.rank.value)):
        yield Fault(here, "unranked", (name,), {"name": name})
    yield from _repeated((((*here, place), name) for place, name in enumerate(procedure.rank.value)), "named_twice")


def _limit_faults(procedure: Procedure) -> Iterator[Fault]:
    yield from _rows(("limits_for_all",), procedure.limits_for_all)
    for ticket_type, rules in procedure.types.items():
        yield from _rows(("types", ticket_type.value, "limits"), rules.limits)
        limited = {row.clock for row in rules.limits}
        for place, open_ in enumerate(rules.unlimited):
            if open_.clock in limited:
                here: Path = ("types", ticket_type.value, "unlimited", place)
                yield Fault(here, "limited_and_unlimited", params={"clock": open_.clock})


def _rows(here: Path, rows: tuple[Limit, ...]) -> Iterator[Fault]:
    seen: set[tuple[object, ...]] = set()
    for place, row in enumerate(rows):
        key = (row.clock, row.grade, row.subtype, row.declined)
        if key in seen:
            yield Fault((*here, place), "second_limit", params={"clock": row.clock})
        seen.add(key)
        if row.clock in _KNOWLEDGE_CLOCKS:
            yield Fault((*here, place, "clock"), "unknown_word", _TICKET_CLOCKS, {"value": repr(row.clock.value)})


def _knowledge_faults(procedure: Procedure) -> Iterator[Fault]:
    here: Path = ("knowledge", "limits")
    stated = {row.clock for row in procedure.knowledge.limits}
    for clock in _KNOWLEDGE_CLOCKS:
        if clock not in stated:
            yield Fault(here, "no_limit", (f"{{clock: {clock}, within: …}}",), {"clock": clock})
    for place, row in enumerate(procedure.knowledge.limits):
        if row.clock not in _KNOWLEDGE_CLOCKS:
            yield Fault((*here, place, "clock"), "unknown_word", _KNOWLEDGE_CLOCKS, {"value": repr(row.clock.value)})


def _working_time_faults(procedure: Procedure) -> Iterator[Fault]:
    here: Path = ("working_time",)
    hours = procedure.working_time
    if hours.closing <= hours.opening:
        params = {"opening": hours.opening.isoformat("minutes"), "closing": hours.closing.isoformat("minutes")}
        yield Fault((*here, "closing"), "closes_before_opening", (f"> {params['opening']}",), params)
    for day in sorted(set(hours.closed) & set(hours.open)):
        yield Fault((*here, "open"), "closed_and_open", params={"day": day})
    try:
        ZoneInfo(hours.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Fault((*here, "timezone"), "unknown_word", ("Asia/Shanghai",), {"value": repr(hours.timezone)})


def _organisation_faults(procedure: Procedure) -> Iterator[Fault]:
    organisation = procedure.organisation
    yield from _repeated(_ids(organisation), "named_twice")
    yield from _repeated(_areas(organisation), "area_served_twice")
    targets = {unit.id for unit in organisation.targets()}
    for place, assigned in enumerate(organisation.assignments):
        if assigned.to not in targets:
            here: Path = ("organisation", "assignments", place, "to")
            yield Fault(here, "unknown_word", tuple(sorted(targets)), {"value": repr(assigned.to)})


def _script_faults(procedure: Procedure) -> Iterator[Fault]:
    known = tuple(sorted(script.id for script in procedure.scripts))
    named = ((("scripts", place, "id"), script.id) for place, script in enumerate(procedure.scripts))
    yield from _repeated(named, "named_twice")
    for ticket_type, rules in procedure.types.items():
        here: Path = ("types", ticket_type.value)
        if rules.precautions and rules.precautions.value not in known:
            word = repr(rules.precautions.value)
            yield Fault((*here, "precautions", "value"), "unknown_word", known, {"value": word})
        for place, each in enumerate(rules.guidance):
            if each.script not in known:
                word = repr(each.script)
                yield Fault((*here, "guidance", place, "script"), "unknown_word", known, {"value": word})


def _targets(organisation: Organisation) -> Iterator[tuple[Path, Unit]]:
    for number, division in enumerate(organisation.divisions):
        for place, unit in enumerate(division.units):
            yield ("organisation", "divisions", number, "units", place), unit
    for place, department in enumerate(organisation.departments):
        yield ("organisation", "departments", place), department


def _ids(organisation: Organisation) -> Iterator[tuple[Path, str]]:
    yield ("organisation", "centre", "id"), organisation.centre.id
    for number, division in enumerate(organisation.divisions):
        yield ("organisation", "divisions", number, "id"), division.id
    for path, unit in _targets(organisation):
        yield (*path, "id"), unit.id


def _areas(organisation: Organisation) -> Iterator[tuple[Path, tuple[str, object]]]:
    """A unit for some types may share an area with one for others."""
    for path, unit in _targets(organisation):
        for place, area in enumerate(unit.areas):
            yield (*path, "areas", place), (area, unit.types)


def _repeated(named: Iterable[tuple[Path, object]], code: str) -> Iterator[Fault]:
    seen: set[object] = set()
    for path, name in named:
        if name in seen:
            yield Fault(path, code, params={"name": name[0] if isinstance(name, tuple) else name})
        seen.add(name)
