"""Has every clock its limits (each type, each grade, one for each case, knowledge too) and its warnings in order."""

from collections.abc import Iterator
from itertools import pairwise

from contracts.vocabulary import CallKind
from procedures.faults import Fault
from procedures.model.limits import Limit
from procedures.model.procedure import Procedure
from procedures.model.types import TypeRules
from procedures.yaml_lines import Path

_OF_KNOWLEDGE = ("article.", "task.", "notice.")


def faults(procedure: Procedure) -> Iterator[Fault]:
    """Missing, doubled and contradictory limits."""
    for name, rules in procedure.types.items():
        yield from _type_faults(procedure, name, rules)
    for here, rows in rows_of(procedure):
        yield from _doubled(here, rows)
        yield from _shares(here, rows, procedure)
    yield from _warnings(procedure)
    yield from _knowledge_faults(procedure)


def rows_of(procedure: Procedure) -> Iterator[tuple[Path, tuple[Limit, ...]]]:
    """Every list of limits with its place in the file."""
    yield ("limits_for_all",), procedure.limits_for_all
    yield ("promises",), procedure.promises
    yield ("government_standards",), procedure.government_standards
    for name, rules in procedure.types.items():
        yield ("types", name, "limits"), rules.limits
    if procedure.knowledge:
        yield ("knowledge", "limits"), procedure.knowledge.limits


def knowledge_clocks(procedure: Procedure) -> tuple[str, ...]:
    """The clocks that articles, tasks and notices start."""
    clocks = procedure.clocks.items()
    return tuple(name for name, row in clocks if any(start.on.startswith(_OF_KNOWLEDGE) for start in row.starts))


def _type_faults(procedure: Procedure, name: str, rules: TypeRules) -> Iterator[Fault]:
    here: Path = ("types", name)
    for clock in _owed(procedure, rules):
        if not _limited(procedure, rules, clock):
            yield Fault((*here, "limits"), "no_limit", _cures(clock), {"clock": clock})
    yield from _grade_faults(here, rules, procedure)
    limited = {row.clock for row in rules.limits}
    for place, open_ in enumerate(rules.unlimited):
        if open_.clock in limited:
            yield Fault((*here, "unlimited", place), "limited_and_unlimited", params={"clock": open_.clock})


def _owed(procedure: Procedure, rules: TypeRules) -> Iterator[str]:
    """The clocks that every type has; one that only starts for a call is not owed by a type without calls."""
    called = rules.callback is not None and rules.callback.value is not CallKind.NONE
    for name, row in procedure.clocks.items():
        for_calls = all(start.when.call_wanted for start in row.starts)
        if row.every_type and (called or not for_calls):
            yield name


def _limited(procedure: Procedure, rules: TypeRules, clock: str) -> bool:
    limited = {row.clock for row in (*rules.limits, *procedure.limits_for_all)}
    return clock in limited or any(row.clock == clock for row in rules.unlimited)


def _cures(clock: str) -> tuple[str, ...]:
    return (f"limits: {{clock: {clock}, within: …}}", f"unlimited: {{clock: {clock}, source: …}}")


def _grade_faults(here: Path, rules: TypeRules, procedure: Procedure) -> Iterator[Fault]:
    """A clock with a limit for one grade needs one for each, or one that holds for any, be it for all types."""
    for clock in dict.fromkeys(row.clock for row in rules.limits if row.when.grade):
        rows = [row for row in (*rules.limits, *procedure.limits_for_all) if row.clock == clock]
        if any(not row.when.stated for row in rows):
            continue
        stated = {grade for row in rows for grade in row.when.grade}
        for grade in range(1, len(rules.grades) + 1):
            if grade not in stated:
                row = f"{{clock: {clock}, when: {{grade: {grade}}}, within: …}}"
                yield Fault((*here, "limits"), "grade_without_limit", (row,), {"grade": grade, "clock": clock})


def _doubled(here: Path, rows: tuple[Limit, ...]) -> Iterator[Fault]:
    seen: set[object] = set()
    for place, row in enumerate(rows):
        key = (row.clock, row.when.model_dump_json(exclude_defaults=True))
        if key in seen:
            yield Fault((*here, place), "second_limit", params={"clock": row.clock})
        seen.add(key)


def _shares(here: Path, rows: tuple[Limit, ...], procedure: Procedure) -> Iterator[Fault]:
    """A share needs a first limit that it is a share of."""
    for place, row in enumerate(rows):
        beside = (*rows, *procedure.limits_for_all, *_of_types(here, procedure))
        if row.share is not None and not any(each.clock == row.clock and each.within for each in beside):
            yield Fault((*here, place, "share"), "no_limit", _cures(row.clock), {"clock": row.clock})


def _of_types(here: Path, procedure: Procedure) -> Iterator[Limit]:
    """What a row for all types may be a share of."""
    for rules in procedure.types.values() if here == ("limits_for_all",) else ():
        yield from rules.limits


def _warnings(procedure: Procedure) -> Iterator[Fault]:
    """Warnings come one after the other; the monitor gives them in the order of the list."""
    for name, row in procedure.clocks.items():
        for place, (one, other) in enumerate(pairwise(row.warns or ()), 1):
            if other.at <= one.at:
                here: Path = ("clocks", name, "warns", place, "at")
                yield Fault(here, "warning_not_later", (f"> {one.at}",), {"at": other.at, "before": one.at})


def _knowledge_faults(procedure: Procedure) -> Iterator[Fault]:
    if procedure.knowledge is None:
        return
    here: Path = ("knowledge", "limits")
    stated = {row.clock for row in procedure.knowledge.limits}
    for clock in knowledge_clocks(procedure):
        if clock not in stated:
            yield Fault(here, "no_limit", (f"{{clock: {clock}, within: …}}",), {"clock": clock})
