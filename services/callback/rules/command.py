"""What the callback desk can be asked to record."""

from contracts.fact import Actor, Frozen, Instant, Score, Word
from contracts.vocabulary import CallOutcome


class CallBack(Frozen):
    """One call: the customer's answers when connected, otherwise the time agreed for the next, if one was.

    `mismatch` sends the work order back and needs its `basis` (R004-130); `reason` is why nobody was reached, for the
    close after the last attempt (R004-101), by default the outcome itself.
    """

    at: Instant
    by: Actor
    outcome: CallOutcome
    solved: Word | None = None
    satisfaction: Score | None = None
    mismatch: Word | None = None
    basis: str | None = None
    appointment: Instant | None = None
    reason: str | None = None
