"""How intake says no: a refusal whose clause and rule id come from the procedure file."""

from contracts.refusal import Refusal
from procedures.model.part import Sourced


def refused(code: str, basis: Sourced, *, accepts: tuple[str, ...] = (), **params: object) -> Refusal:
    """A refusal resting on `basis`; `params` fill the places of its text."""
    return Refusal(code, basis.source, basis.rule, params, accepts)
