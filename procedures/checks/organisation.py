"""Is the organisation sound: nobody named twice, every area with one unit, every place and hour that is named known."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from procedures.checks.words import repeated, unknown
from procedures.faults import Fault
from procedures.model.organisation import Organisation, Unit
from procedures.model.procedure import Procedure
from procedures.model.working_time import Schedule
from procedures.yaml_lines import Path


def faults(procedure: Procedure) -> Iterator[Fault]:
    """What is wrong with units, areas and working time."""
    yield from _organisation_faults(procedure)
    yield from _working_time_faults(procedure)


def _working_time_faults(procedure: Procedure) -> Iterator[Fault]:
    here: Path = ("working_time",)
    hours = procedure.working_time
    for day in sorted(set(hours.closed) & set(hours.open)):
        yield Fault((*here, "open"), "closed_and_open", params={"day": day})
    yield from _weekdays_twice(here, hours)
    for name, schedule in hours.schedules.items():
        yield from _weekdays_twice((*here, "schedules", name), schedule)
    try:
        ZoneInfo(hours.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Fault((*here, "timezone"), "unknown_word", ("Asia/Shanghai",), {"value": repr(hours.timezone)})


def _weekdays_twice(here: Path, hours: Schedule) -> Iterator[Fault]:
    """A weekday has one set of hours, all year and in each season."""
    lists = {(*here, "days"): hours.days}
    lists |= {(*here, "seasons", place, "days"): season.days or () for place, season in enumerate(hours.seasons)}
    for path, days in lists.items():
        yield from repeated(
            (((*path, place, "weekdays"), name) for place, each in enumerate(days) for name in each.weekdays),
            "named_twice",
        )


def _organisation_faults(procedure: Procedure) -> Iterator[Fault]:
    organisation = procedure.organisation
    yield from repeated(_ids(organisation), "named_twice")
    yield from repeated(_areas(organisation), "area_served_twice")
    targets = [unit.id for unit in organisation.targets()]
    for place, assigned in enumerate(organisation.assignments):
        here: Path = ("organisation", "assignments", place)
        yield from unknown((*here, "to"), [assigned.to], targets)
        yield from unknown((*here, "types"), assigned.types, procedure.types)
    for path, unit in _targets(organisation):
        yield from unknown((*path, "types"), unit.types, procedure.types)
        if unit.schedule is not None:
            yield from unknown((*path, "schedule"), [unit.schedule], procedure.working_time.schedules)


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
