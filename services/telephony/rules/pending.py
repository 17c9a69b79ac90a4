"""A number on its way to intake's vault; once it is there, it is known here no more."""

from contracts.refusal import Outcome
from kit.decide.state import State
from procedures.model import Procedure


class Pending(State):
    """`sealed` is None once the vault has it."""

    procedure: str
    sealed: str | None


def keep(pending: Pending | None, new: Pending) -> Outcome[Pending]:
    """One number, one place."""
    return pending or new, ()


def handed_over(pending: Pending | None, _: Procedure) -> Outcome[Pending]:
    """The vault has it."""
    assert pending is not None
    return pending.model_copy(update={"sealed": None}), ()
