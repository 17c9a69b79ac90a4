"""A number in the vault: kept once however often it calls, readable only by who may dial it."""

from contracts.refusal import Outcome
from kit.decide.state import State

FIELD = "number"
"""The place it is sealed for."""


class Number(State):
    """`index` is the blind index by which customers of the number are found."""

    procedure: str
    sealed: str
    index: str


def keep(number: Number | None, new: Number) -> Outcome[Number]:
    """Kept once."""
    return number or new, ()
