"""Who does the work: the centre, divisions with their units and areas, and head-office departments."""

from typing import Literal

from contracts.vocabulary import TicketType
from procedures.model.limits import Enforcement
from procedures.model.part import Names, Part, Slug, Sourced


class Unit(Part):
    """A responsible unit (责任单位) and the areas it serves; with `types`, only for those."""

    id: Slug
    names: Names
    areas: tuple[str, ...] = ()
    types: tuple[TicketType, ...] = ()
    enforcement: Enforcement = "mandatory"
    kind: Literal["unit", "department"] = "unit"

    def serves(self, area: str, ticket_type: TicketType) -> int:
        """How many path segments of `area` it answers for, 0 when none."""
        if self.types and ticket_type not in self.types:
            return 0
        return max((_shared(own, area) for own in self.areas), default=0)


class Division(Part):
    """A business division (事业部): supervises its units, reviews their major complaints (第十一条)."""

    id: Slug
    names: Names
    units: tuple[Unit, ...]


class Assignment(Sourced):
    """Requests of these types and subtypes go to one place whatever the area (第九条(四), R004-013)."""

    types: tuple[TicketType, ...]
    subtypes: tuple[Slug, ...]
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


def _shared(own: str, area: str) -> int:
    """Segments of `own` when it is a path prefix of `area`: jinan serves jinan/lixia, not jinan-east."""
    return own.count("/") + 1 if area == own or area.startswith(own + "/") else 0
