"""Is a well-formed procedure complete, and free of contradictions: pure checks that name the place and the cure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.vocabulary import CallKind, ClockName, TicketType
from procedures.faults import Fault
from procedures.model.limits import Limit
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
    for ticket_type in TicketType:
        if ticket_type not in procedure.types:
            yield Fault(("types",), f"type {ticket_type} is missing", (f"{ticket_type}: …",))


def _type_faults(procedure: Procedure, ticket_type: TicketType, rules: TypeRules) -> Iterator[Fault]:
    here: Path = ("types", ticket_type.value)
    for clock in _owed(rules):
        if not _limited(procedure, rules, clock):
            yield Fault((*here, "limits"), f"the {clock} clock has no limit", _cures(clock))
    if ticket_type is TicketType.COMPLAINT:
        yield from _grade_faults(rules, here)
    if rules.identity and rules.identity.at_least > len(rules.identity.items):
        most = len(rules.identity.items)
        yield Fault((*here, "identity", "at_least"), f"only {most} items can be compared", (f"1 to {most}",))


def _owed(rules: TypeRules) -> Iterator[ClockName]:
    yield from (ClockName.DISPATCH, ClockName.SIGN, ClockName.REPLY, ClockName.URGE)
    if rules.callback.value is not CallKind.NONE:
        yield ClockName.CALLBACK


def _limited(procedure: Procedure, rules: TypeRules, clock: ClockName) -> bool:
    limited = {row.clock for row in (*rules.limits, *procedure.limits_for_all)}
    return clock in limited or any(row.clock is clock for row in rules.unlimited)


def _cures(clock: ClockName) -> tuple[str, ...]:
    return (f"{{clock: {clock}, within: …}} under limits", f"{{clock: {clock}, source: …}} under unlimited")


def _grade_faults(rules: TypeRules, here: Path) -> Iterator[Fault]:
    stated = {row.grade for row in rules.limits if row.clock is ClockName.HANDLE}
    for grade in _GRADES:
        if grade not in stated and None not in stated:
            row = f"{{clock: handle, grade: {grade}, within: …}}"
            yield Fault((*here, "limits"), f"grade {grade} has no handle limit", (row,))


def _rank_faults(procedure: Procedure) -> Iterator[Fault]:
    known = {ticket_type.value for ticket_type in TicketType} - {TicketType.COMPLAINT.value}
    known |= {f"{TicketType.COMPLAINT.value}/{grade}" for grade in _GRADES}
    here: Path = ("rank", "value")
    for place, name in enumerate(procedure.rank.value):
        if name not in known:
            yield Fault((*here, place), f"unknown word {name!r}", tuple(sorted(known)))
    for name in sorted(known - set(procedure.rank.value)):
        yield Fault(here, f"{name} has no rank", (name,))
    yield from _repeated(here, procedure.rank.value, "is ranked twice")


def _limit_faults(procedure: Procedure) -> Iterator[Fault]:
    yield from _rows(("limits_for_all",), procedure.limits_for_all)
    for ticket_type, rules in procedure.types.items():
        yield from _rows(("types", ticket_type.value, "limits"), rules.limits)
        limited = {row.clock for row in rules.limits}
        for place, open_ in enumerate(rules.unlimited):
            if open_.clock in limited:
                here: Path = ("types", ticket_type.value, "unlimited", place)
                yield Fault(here, f"the {open_.clock} clock is both limited and unlimited", ("one of the two",))


def _rows(here: Path, rows: tuple[Limit, ...]) -> Iterator[Fault]:
    seen: set[tuple[object, ...]] = set()
    for place, row in enumerate(rows):
        key = (row.clock, row.grade, row.subtype, row.declined)
        if key in seen:
            yield Fault((*here, place), f"a second {row.clock} limit for the same circumstances", ("one row",))
        seen.add(key)
        if row.clock in _KNOWLEDGE_CLOCKS:
            yield Fault((*here, place, "clock"), f"{row.clock} is a knowledge clock", _TICKET_CLOCKS)


def _knowledge_faults(procedure: Procedure) -> Iterator[Fault]:
    here: Path = ("knowledge", "limits")
    stated = {row.clock for row in procedure.knowledge.limits}
    for clock in _KNOWLEDGE_CLOCKS:
        if clock not in stated:
            yield Fault(here, f"the {clock} clock has no limit", (f"{{clock: {clock}, within: …}}",))
    for place, row in enumerate(procedure.knowledge.limits):
        if row.clock not in _KNOWLEDGE_CLOCKS:
            yield Fault((*here, place, "clock"), f"{row.clock} is not a knowledge clock", _KNOWLEDGE_CLOCKS)


def _working_time_faults(procedure: Procedure) -> Iterator[Fault]:
    here: Path = ("working_time",)
    hours = procedure.working_time
    if hours.closing <= hours.opening:
        yield Fault(
            (*here, "closing"), f"closes at {hours.closing}, not after opening", (f"later than {hours.opening}",)
        )
    for day in sorted(set(hours.closed) & set(hours.open)):
        yield Fault((*here, "open"), f"{day} is both closed and open", ("one of the two",))
    try:
        ZoneInfo(hours.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Fault((*here, "timezone"), f"unknown time zone {hours.timezone!r}", ("Asia/Shanghai",))


def _organisation_faults(procedure: Procedure) -> Iterator[Fault]:
    organisation = procedure.organisation
    ids = [unit.id for unit in organisation.targets()] + [division.id for division in organisation.divisions]
    yield from _repeated(("organisation",), [*ids, organisation.centre.id], "is named twice in the organisation")
    served = [(area, unit.types) for unit in organisation.targets() for area in unit.areas]
    yield from _repeated(("organisation", "divisions"), served, "is served by two units")
    targets = {unit.id for unit in organisation.targets()}
    for place, assigned in enumerate(organisation.assignments):
        if assigned.to not in targets:
            here: Path = ("organisation", "assignments", place, "to")
            yield Fault(here, f"no unit or department {assigned.to!r}", tuple(sorted(targets)))


def _script_faults(procedure: Procedure) -> Iterator[Fault]:
    known = tuple(sorted(script.id for script in procedure.scripts))
    yield from _repeated(("scripts",), known, "is named twice")
    for ticket_type, rules in procedure.types.items():
        here: Path = ("types", ticket_type.value)
        if rules.precautions and rules.precautions.value not in known:
            yield Fault((*here, "precautions"), f"no script {rules.precautions.value!r}", known)
        for place, each in enumerate(rules.guidance):
            if each.script not in known:
                yield Fault((*here, "guidance", place, "script"), f"no script {each.script!r}", known)


def _repeated(path: Path, names: Iterable[object], message: str) -> Iterator[Fault]:
    for name, times in Counter(names).items():
        if times > 1:
            spelt = name[0] if isinstance(name, tuple) else name
            yield Fault(path, f"{spelt} {message}", ("each once",))
