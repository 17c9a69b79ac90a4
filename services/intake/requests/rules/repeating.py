"""What a customer brings who comes again: a supplement for the unit, or an urge (R004-138, R004-140)."""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from procedures.model import Procedure
from services.intake.rules.request import Request

Brought = Literal["urge", "supplement"]

_NOT_WORDS = re.compile(r"[\W_]+")


def brought_at_sight(request: Request, said: str) -> Brought | None:
    """What a repeat is whatever was said before; None where it depends on whether `said` is something new.

    Strong dissatisfaction presses whatever else it brings; otherwise attachments go to the unit.
    """
    if request.strong:
        return "urge"
    if request.attachments:
        return "supplement"
    return None if said else "urge"


def brought(said: str, before: Iterable[str], procedure: Procedure) -> Brought:
    """Something new is a supplement; so is whatever is said where the procedure compares no words."""
    matters = procedure.matters
    new = matters is None or brings_something_new(said, before, matters.new_share.value)
    return "supplement" if new else "urge"


def brings_something_new(said: str, known: Iterable[str], likeness: Fraction) -> bool:
    """Whether less than the share `likeness` of what is said was said before, by pairs of neighbouring characters."""
    pairs = _pairs(said)
    if not pairs:
        return False
    before: set[str] = set().union(*(_pairs(text) for text in known))
    return Fraction(len(pairs & before), len(pairs)) < likeness


def _pairs(text: str) -> set[str]:
    letters = _NOT_WORDS.sub("", text.casefold())
    return {letters[place : place + 2] for place in range(max(len(letters) - 1, min(len(letters), 1)))}
