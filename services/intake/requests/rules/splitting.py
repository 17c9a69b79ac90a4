"""Several demands in one contact: same unit one ticket of the highest type, other units a ticket each."""

from typing import NamedTuple

from procedures.model import Procedure
from services.intake.rules.grading import grade_at_sight
from services.intake.rules.request import Item, Request


class Order(NamedTuple):
    """One ticket to be: the places of its demands in the request, its type and the unit proposed for it."""

    items: tuple[int, ...]
    type: str
    subtype: str | None
    unit: str | None


def split(request: Request, procedure: Procedure) -> tuple[Order, ...]:
    """The tickets of a request, in the order their units were first named (第十五条(一)3, R004-109, R004-110)."""
    by_unit: dict[str | None, list[int]] = {}
    for place, item in enumerate(request.demands):
        by_unit.setdefault(_unit_of(item, request, procedure), []).append(place)
    return tuple(_order(request, unit, places, procedure) for unit, places in by_unit.items())


def _unit_of(item: Item, request: Request, procedure: Procedure) -> str | None:
    """The unit named by hand, else the one the organisation answers for (R004-002, R004-108)."""
    named = item.unit or request.unit
    if named is not None:
        return named
    found = procedure.unit_for(request.area, item.type, item.subtype)
    return found.id if found else None


def _order(request: Request, unit: str | None, places: list[int], procedure: Procedure) -> Order:
    demands = request.demands
    highest = min((demands[place] for place in places), key=lambda item: _rank(item, request, procedure))
    return Order(tuple(places), highest.type, highest.subtype, unit)


def _rank(item: Item, request: Request, procedure: Procedure) -> int:
    return procedure.rank_of(item.type, grade_at_sight(item, request, procedure))
