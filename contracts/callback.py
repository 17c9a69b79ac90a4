"""What happens when the centre calls the customer back."""

from typing import ClassVar

from contracts.fact import Actor, Count, Fact, Instant, Open, Score, Text, Word
from contracts.vocabulary import CallKind, CallOutcome


class CallbackFact(Fact):
    """Something that happened to the call that is owed on the ticket named by the event's subject."""

    said_by: ClassVar[str] = "callback"
    about: ClassVar[tuple[str, ...]] = ("tkt",)


class CallbackPlanned(CallbackFact):
    """A call is owed, not before and (for the first attempt) not after these moments."""

    type: ClassVar[str] = "hotline.callback.planned.v1"
    kind: Open[CallKind]
    not_before: Instant
    not_after: Instant | None = None
    appointed: bool = False
    attempt: Count = 1


class CallbackAttempted(CallbackFact):
    """One call was made, whatever came of it; `counts` says whether it is one of those to be made."""

    type: ClassVar[str] = "hotline.callback.attempted.v1"
    by: Actor
    outcome: Open[CallOutcome]
    attempt: Count
    counts: bool = True


class CallbackCompleted(CallbackFact):
    """The customer was reached and answered; `mismatch` sends the work order back.

    `recheck`: not satisfied, the customer wants the matter looked at again. Who `declined` to give a score counts
    neither among the satisfied nor among those who were asked.
    """

    type: ClassVar[str] = "hotline.callback.completed.v1"
    by: Actor
    kind: Open[CallKind]
    solved: Word | None = None
    satisfaction: Score | None = None
    mismatch: Word | None = None
    basis: Text | None = None
    satisfied: bool = True
    recheck: bool = False
    declined: bool = False


class CallbackProgressTold(CallbackFact):
    """The customer was called to be told how far it is: no answer to what they asked, and none of the attempts."""

    type: ClassVar[str] = "hotline.callback.progress_told.v1"
    by: Actor
    outcome: Open[CallOutcome]


class CallbackExhausted(CallbackFact):
    """The attempts are used up for the customer's own reasons; the ticket closes with the reason."""

    type: ClassVar[str] = "hotline.callback.exhausted.v1"
    attempts: Count
    reason: Text
