"""What people ask of a work order: one frozen command per step, with the business moment and who asks."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from contracts.fact import Ahead, Count, Few, Instant, Known, Line, Typed, Word
from contracts.ticket import Attachment
from contracts.vocabulary import Answers, Channel, ContactFailure, ExtensionDecider, Reviewer
from kit.decide.steps import Command


class NotifyByPhone(Command):
    """Tell the unit by phone before the order."""

    unit: Line


class Dispatch(Command):
    """Send the order to a responsible unit or a head-office department."""

    unit: Line


class Sign(Command):
    """The unit takes the order."""


class Contact(Command):
    """The unit has reached the customer."""


class Appoint(Command):
    """The unit has agreed a time with the customer."""

    appointed_for: Ahead = Field(alias="for")


class Arrive(Command):
    """The unit is on site."""


class Complete(Command):
    """The work is done; the reply still has to come."""


class AskMaterial(Command):
    """The unit tells the customer, once and completely, which material is missing."""

    items: Few[Word] = ()


class CompleteMaterial(Command):
    """The customer has handed in what was asked for."""


class FailContact(Command):
    """The unit tried to reach or to visit the customer, in vain."""

    outcome: ContactFailure


class Hold(Command):
    """The matter lies with somebody outside, for a reason of the procedure."""

    reason: Word
    until: Ahead | None = None


class Resume(Command):
    """The matter is back with the unit."""


class Progress(Command):
    """A step of the work was reached that the procedure has a word for."""

    step: Word


class Decline(Command):
    """A service application is not accepted, and the reason was explained."""

    reason: Typed = ""


class Return(Command):
    """The unit gives the order back."""

    ground: Word
    reason: Typed = ""


class AcceptReturn(Command):
    """The centre takes the order back, to correct and dispatch it again."""

    reason: Typed | None = None


class RefuseReturn(Command):
    """The centre finds that the unit must keep the order."""

    reason: Typed | None = None


class RequestExtension(Command):
    """The unit asks for more time."""

    until: Instant
    reason: Typed = ""


class DecideExtension(Command):
    """The division, the platform or the centre decides; `until` may be another moment than was asked for."""

    granted: bool
    until: Instant | None = None
    decider: ExtensionDecider | None = None
    reason: Typed | None = None


class Reply(Command):
    """The unit's reply order.

    `answered` names demands by their numbers, `answers` says the same of all of them at once. None for
    `attachments` or `parts`: a written case does not say, and they are not judged.
    """

    opinion: Typed = ""
    result: Typed = ""
    attachments: Few[Known[Attachment]] | None = ()
    parts: Annotated[Mapping[Line, Typed], Field(max_length=50)] | None = Field(default_factory=dict)
    answers: Answers | None = None
    answered: Few[Count] | None = None
    public: bool = True


class Review(Command):
    """The division or the centre passes or rejects a reply."""

    approved: bool
    grounds: Typed | None = None
    reviewer: Reviewer = Reviewer.CENTRE


class Invalidate(Command):
    """A complaint was verified and is not valid; `demand` is its number among several."""

    reason: Typed = ""
    demand: Count | None = None


class Forward(Command):
    """The matter is not this utility's business and goes to somebody outside; then the customer is told."""

    destination: Word
    reason: Typed | None = None


class Tell(Command):
    """The customer is told in the words of a template; `channel` where another than the request's was asked for."""

    template: Word
    channel: Channel | None = None
    language: Literal["zh", "en"] = "zh"


class Compensate(Command):
    """Money for the customer, in fen: what kind of payment, and the basis it rests on."""

    payment: Word
    amount_fen: Annotated[int, Field(ge=1, le=10_000_000_000, strict=True)]
    basis: Word
    reason: Typed | None = None


class Mediate(Command):
    """Customer and utility were brought together about an appeal; `paper` when a mediation paper was issued."""

    outcome: Word
    paper: bool = False
    reason: Typed | None = None


class RaiseWarning(Command):
    """More may come of this ticket: the levels that the procedure names for this warning are told."""

    warning: Word
    reason: Typed = ""


class Close(Command):
    """The centre closes an order on which nobody is owed a word: a praise once verified."""

    reason: Typed | None = None
