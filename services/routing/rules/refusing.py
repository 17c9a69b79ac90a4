"""How a rule says no: a refusal whose clause and rule id come from the procedure file."""

from datetime import datetime

from contracts.refusal import Refusal
from procedures.model import Procedure
from procedures.model.part import Sourced


def refused(
    code: str, basis: Sourced, *, accepts: tuple[str, ...] = (), transient: bool = False, **params: object
) -> Refusal:
    """A refusal resting on `basis`; `params` fill the places of its text."""
    return Refusal(code, basis.source, basis.rule, params, accepts, transient)


def local(procedure: Procedure, moment: datetime) -> str:
    """A moment as a clerk reads it, in the utility's own time."""
    return f"{moment.astimezone(procedure.calendar.zone):%Y-%m-%d %H:%M:%S}"
