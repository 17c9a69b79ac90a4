"""Who does the work: the centre, divisions with their units and areas, and head-office departments."""

from functools import cached_property
from typing import Literal

from procedures.model.limits import Enforcement
from procedures.model.part import Area, Names, Part, Slug, Sourced


class Unit(Part):
    """A responsible unit (责任单位) and the areas it serves; with `types`, only for those.

    `schedule` names the working hours that its own clocks run by, where they are not everybody's.
    """

    id: Slug
    names: Names
    areas: tuple[Area, ...] = ()
    types: tuple[Slug, ...] = ()
    enforcement: Enforcement = "mandatory"
    kind: Literal["unit", "department"] = "unit"
    schedule: Slug | None = None

    def takes(self, ticket_type: str) -> bool:
        """Whether it answers for this type."""
        return not self.types or ticket_type in self.types


class Division(Part):
    """A business division (事业部): supervises its units, reviews their major complaints (第十一条)."""

    id: Slug
    names: Names
    units: tuple[Unit, ...]


class Assignment(Sourced):
    """Requests of these types and subtypes go to one place whatever the area (第九条(四), R004-013)."""

    types: tuple[Slug, ...]
    subtypes: tuple[Slug, ...] = ()
    to: Slug


class Centre(Part):
    """The hotline centre (客服中心)."""

    id: Slug
    names: Names


class Organisation(Part):
    """The organisation tree: centre > division > unit, with departments beside (第四条, R004-002)."""

    centre: Centre
    divisions: tuple[Division, ...]
    departments: tuple[Unit, ...] = ()
    assignments: tuple[Assignment, ...] = ()

    def targets(self) -> tuple[Unit, ...]:
        """Everyone a work order can be dispatched to."""
        return (*(unit for division in self.divisions for unit in division.units), *self.departments)

    def unit(self, unit_id: str) -> Unit | None:
        """The unit or department with this id."""
        return self._by_id.get(unit_id)

    def division_of(self, unit_id: str) -> Division | None:
        """The division of a unit; None for a department or an unknown id."""
        return self._divisions.get(unit_id)

    def unit_for(self, area: str | None, ticket_type: str, subtype: str | None) -> Unit | None:
        """The assigned department, else the unit serving the longest prefix of the area; the more particular on a tie.

        `jinan` also answers for `jinan/lixia`, but not for `jinan-east`.
        """
        for assigned in self.assignments:
            if ticket_type in assigned.types and (subtype in assigned.subtypes or not assigned.subtypes):
                return self._by_id[assigned.to]
        while area:
            serving = [unit for unit in self._serving.get(area, ()) if unit.takes(ticket_type)]
            if serving:
                return max(serving, key=lambda unit: bool(unit.types))
            area = area.rpartition("/")[0]
        return None

    def levels(self) -> tuple[str, ...]:
        """Everyone who can be complained about: units, departments, divisions, the centre (design reading 24)."""
        divisions = (division.id for division in self.divisions)
        return (*(target.id for target in self.targets()), *divisions, self.centre.id)

    @cached_property
    def _by_id(self) -> dict[str, Unit]:
        return {unit.id: unit for unit in self.targets()}

    @cached_property
    def _divisions(self) -> dict[str, Division]:
        return {unit.id: division for division in self.divisions for unit in division.units}

    @cached_property
    def _serving(self) -> dict[str, tuple[Unit, ...]]:
        """The units of each area as written."""
        found: dict[str, tuple[Unit, ...]] = {}
        for unit in self.targets():
            for area in unit.areas:
                found[area] = (*found.get(area, ()), unit)
        return found
