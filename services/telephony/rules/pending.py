"""A number on its way to intake's vault; once it is there, it is known here no more."""

from contracts.refusal import Outcome
from kit.decide.state import State


class Pending(State):
    """`sealed` is None once the vault has it."""

    procedure: str
    sealed: str | None


def keep(pending: Pending | None, new: Pending) -> Outcome[Pending]:
    """One number, one place."""
    return pending or new, ()


def follow_ups(pending: Pending) -> tuple[str, ...]:
    """It is handed over, and nothing else is ever done with it."""
    return ("hand_over",) if pending.sealed is not None else ()


def handed_over(pending: Pending) -> Pending:
    """The vault has it."""
    return pending.model_copy(update={"sealed": None})
