"""Several demands in one contact: same unit one ticket of the highest type, other units a ticket each.

What accuses somebody who would learn from the ticket who called has a ticket of its own (第十三条(四), reading 19).
"""

from typing import NamedTuple

from procedures.model import Procedure
from services.intake.rules.grading import grade_at_sight, is_graded
from services.intake.rules.request import Item, Request


class Order(NamedTuple):
    """One ticket to be: the places of its demands in the request, its type and the unit proposed for it.

    `graded` is the type of the demand that has a grade, where one has.
    """

    items: tuple[int, ...]
    type: str
    subtype: str | None
    unit: str | None
    graded: str | None = None


def split(request: Request, procedure: Procedure) -> tuple[Order, ...]:
    """The tickets of a request, in the order their units were first named (第十五条(一)3, R004-109, R004-110)."""
    together: dict[tuple[str | None, bool], list[int]] = {}
    for place, item in enumerate(request.demands):
        unit = _unit_of(item, request, procedure)
        together.setdefault((unit, _is_apart(item, unit, request, procedure)), []).append(place)
    return tuple(_order(request, unit, places, procedure) for (unit, _), places in together.items())


def _is_apart(item: Item, unit: str | None, request: Request, procedure: Procedure) -> bool:
    """Whether this demand may not share a ticket with others of the unit: its accused may see their caller."""
    if request.accused is None or not procedure.types[item.type].has("hides_caller_from_accused"):
        return False
    division = procedure.division_of(unit) if unit is not None else None
    return request.accused in (unit, division.id if division else None, procedure.organisation.centre.id)


def _unit_of(item: Item, request: Request, procedure: Procedure) -> str | None:
    """The unit named by hand, else the one the organisation answers for (R004-002, R004-108)."""
    named = item.unit or request.unit
    if named is not None:
        return named
    found = procedure.unit_for(request.area, item.type, item.subtype)
    return found.id if found else None


def _order(request: Request, unit: str | None, places: list[int], procedure: Procedure) -> Order:
    demands = request.demands
    ranked = sorted((demands[place] for place in places), key=lambda item: _rank(item, request, procedure))
    graded = next((item.type for item in ranked if is_graded(item.type, procedure)), None)
    return Order(tuple(places), ranked[0].type, ranked[0].subtype, unit, graded)


def _rank(item: Item, request: Request, procedure: Procedure) -> int:
    return procedure.rank_of(item.type, grade_at_sight(item, request, procedure))
