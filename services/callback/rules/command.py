"""What the callback desk can be asked to record."""

from typing import Literal

from pydantic import Field

from contracts.fact import Ahead, Score, Word
from contracts.vocabulary import CallOutcome
from kit.decide.steps import Command

Declined = Literal["declined"]
"""The customer was asked and gives no score (design reading 25)."""


class CallBack(Command):
    """One call: the customer's answers when connected, otherwise the time agreed for the next, if one was.

    What the answer shows is what follows: done, or when the next call may be made. A new request raised in the call is
    not part of it: post it to `/intake/requests` with this ticket as `parent`; the original is handled first.

    `mismatch` sends the work order back and needs its `basis`; `reason` is why nobody was reached, for the
    close after the last attempt, by default the outcome itself.
    """

    outcome: CallOutcome
    solved: Word | None = Field(default=None, description="诉求是否得到解决; asked in every satisfaction call")
    satisfaction: Score | Declined | None = Field(
        default=None, description="on the procedure's scale, or `declined`; asked in every satisfaction call"
    )
    mismatch: Word | None = Field(default=None, description="the ground on which the work order is sent back")
    recheck: bool = Field(default=False, description="not satisfied, the customer wants it looked at again")
    basis: str | None = Field(default=None, max_length=2000, description="needed with a mismatch")
    appointment: Ahead | None = Field(default=None, description="needed when it was not convenient")
    reason: str | None = Field(default=None, max_length=500, description="why nobody was reached")
    new_request: bool = Field(default=False, description="the customer raised something new, posted as told above")


class TellProgress(Command):
    """A call to say how far it is, before there is a reply to call about or beside it.

    It answers nothing: the call that is owed stays owed, no attempt is counted and nothing closes.
    """

    outcome: CallOutcome = CallOutcome.CONNECTED
