"""Whose knowledge something is, and who may speak for it (第十八条(一)(二), R004-144, R004-145)."""

from typing import NamedTuple

from contracts.fact import Actor
from contracts.refusal import Refusal, refused
from contracts.vocabulary import Role
from procedures.model import Procedure
from procedures.model.part import stated


class Owner(NamedTuple):
    """A unit with its division, a division, a department (a unit without division), or, with neither, the centre."""

    unit: str | None
    division: str | None


def owner(unit: str | None, division: str | None, procedure: Procedure) -> Owner | Refusal:
    """The owner by name; a unit's division is the file's, whatever was written beside it."""
    basis = stated(procedure.knowledge).two_level_review
    if unit is not None:
        if procedure.unit(unit) is None:
            known = (each.id for each in procedure.organisation.targets())
            return refused("knowledge_unit_unknown", basis, accepts=known, unit=unit)
        found = procedure.division_of(unit)
        return Owner(unit, found.id if found else None)
    known_divisions = tuple(each.id for each in procedure.organisation.divisions)
    if division is not None and division not in known_divisions:
        return refused("division_unknown", basis, accepts=known_divisions, division=division)
    return Owner(None, division)


def meant_by(by: Actor, unit: str | None, division: str | None) -> tuple[str | None, str | None]:
    """Who names nobody and speaks for one unit or division alone means that one."""
    alone = by.within[0] if len(by.within) == 1 else None
    if unit is not None or division is not None or alone is None:
        return unit, division
    return (alone if by.role == Role.UNIT else None), (alone if by.role == Role.DIVISION else None)


def not_theirs(by: Actor, procedure: Procedure, *owners: Owner) -> Refusal | None:
    """A unit speaks for its own knowledge, a division for that of its units and its own; the centre for all."""
    theirs = by.within
    basis = stated(procedure.knowledge).two_level_review
    if by.role == Role.UNIT and any(each.unit not in theirs for each in owners):
        return refused("out_of_scope", basis, accepts=theirs)
    if by.role == Role.DIVISION and any(each.division not in theirs for each in owners):
        return refused("out_of_scope", basis, accepts=theirs)
    return None


def not_the_centres(category: str | None, owned: Owner, procedure: Procedure) -> Refusal | None:
    """Some categories are the centre's own to write: no unit, department or division hands them in (R004-144)."""
    rule = stated(procedure.knowledge).centre_only
    if rule is None or owned == Owner(None, None):
        return None
    found = next((names for word, names in rule.value.items() if category in (word, names.zh, names.en)), None)
    return refused("knowledge_of_the_centre", rule, accepts=("centre",), category=found) if found else None
