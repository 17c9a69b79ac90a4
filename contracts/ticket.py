"""What happens to a ticket, from the first word of the customer to its close."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, AwareDatetime, Field

from contracts.fact import (
    CALENDAR,
    EARLIEST,
    LATEST,
    Actor,
    Ahead,
    Count,
    Fact,
    Few,
    Grade,
    Instant,
    Line,
    Open,
    Text,
    Value,
    Word,
)
from contracts.vocabulary import (
    Answers,
    CallPreference,
    Channel,
    Closure,
    ContactFailure,
    ExtensionDecider,
    LinkKind,
    Reviewer,
)


def _set(due: datetime | None) -> datetime | None:
    """A platform that must fill the field and has no deadline writes its first or last date."""
    return due if due is not None and EARLIEST < due < LATEST else None


class GovernmentOrder(Value):
    """An order of a 12345 platform, with the platform's own deadline where it sets one."""

    platform: Line
    order_no: Line
    due: Annotated[AwareDatetime | None, AfterValidator(_set), Field(json_schema_extra=CALENDAR)] = None


def came_by(channel: str | None, gov: GovernmentOrder | str | None) -> str:
    """One word for the way a ticket came, for lists: its platform, or, where none sent it, its channel."""
    platform = gov.platform if isinstance(gov, GovernmentOrder) else gov
    return f"channel/{channel or ''}" if platform is None else f"platform/{platform}"


class CallWish(Value):
    """What the customer asked of the callback: none, a time, or nothing in particular."""

    preference: Open[CallPreference] = CallPreference.DEFAULT
    at: Ahead | None = None


class Demand(Value):
    """One thing asked for; a reply must answer each. Its words stay in intake."""

    number: Count
    type: Word
    subtype: Line | None = None


class Attachment(Value):
    """A file kept by content hash, referred to by name, type and size in bytes."""

    sha256: Line
    name: Line
    media_type: Line
    size: Count


class TicketFact(Fact):
    """Something that happened to the ticket named by the event's subject, done by `by`.

    Routing says most of them; those that another says name it.
    """

    said_by: ClassVar[str] = "routing"
    about: ClassVar[tuple[str, ...]] = ("tkt",)
    by: Actor


class TicketOpened(TicketFact):
    """A request was accepted and became a ticket; `at` is the moment of receipt."""

    type: ClassVar[str] = "hotline.ticket.opened.v1"
    said_by: ClassVar[str] = "intake"
    procedure: Line
    number: Line
    channel: Open[Channel]
    ticket_type: Word
    subtype: Line | None = None
    grade: Grade | None = None
    area: Line | None = None
    customer_ref: Line
    first_owner: Line
    demands: Few[Demand] = ()
    proposed_unit: Line | None = None
    accused: Line | None = None
    call_ended_at: Instant | None = None
    call_wish: CallWish = CallWish()
    flags: Few[Word] = ()
    people: Count = 1
    fields: Annotated[Mapping[Word, Text], Field(max_length=50)] = Field(default_factory=dict)
    matter: Line | None = None
    gov: GovernmentOrder | None = None
    reason_explained: bool = True
    attachments: Few[Attachment] = ()
    call_id: Line | None = None

    @property
    def kinds(self) -> tuple[str, ...]:
        """The business types of everything that is asked for, the one that gave the ticket its type first."""
        return tuple(dict.fromkeys((self.ticket_type, *(demand.type for demand in self.demands))))


class TicketCallContinued(TicketFact):
    """The caller is still on the line when the ticket is opened: what runs from hang-up has to wait for it."""

    type: ClassVar[str] = "hotline.ticket.call_continued.v1"
    said_by: ClassVar[str] = "intake"
    call: Line


class TicketCallEnded(TicketFact):
    """The call in which the ticket was opened is over; `at` is the hang-up, as the phone switch saw it."""

    type: ClassVar[str] = "hotline.ticket.call_ended.v1"
    said_by: ClassVar[str] = "intake"
    call: Line


class TicketAnswered(TicketFact):
    """Answered at first contact; the work order closes without a dispatch."""

    type: ClassVar[str] = "hotline.ticket.answered.v1"
    said_by: ClassVar[str] = "intake"
    article: Line | None = None


class TicketPhoneNotified(TicketFact):
    """The unit was told by phone before the work order."""

    type: ClassVar[str] = "hotline.ticket.phone_notified.v1"
    unit: Line


class TicketDispatched(TicketFact):
    """The work order went to a responsible unit; `round` counts dispatches from 1."""

    type: ClassVar[str] = "hotline.ticket.dispatched.v1"
    unit: Line
    division: Line | None = None
    round: Count
    fixed: bool = False
    advisory: bool = False


class TicketSigned(TicketFact):
    """The unit took the order; `deemed` when its time to return it ran out."""

    type: ClassVar[str] = "hotline.ticket.signed.v1"
    unit: Line
    deemed: bool = False


class TicketContacted(TicketFact):
    """The unit reached the customer."""

    type: ClassVar[str] = "hotline.ticket.contacted.v1"
    unit: Line


class TicketAppointed(TicketFact):
    """A time for the visit was agreed with the customer."""

    type: ClassVar[str] = "hotline.ticket.appointed.v1"
    unit: Line
    appointed_for: Instant


class TicketArrived(TicketFact):
    """The unit is on site."""

    type: ClassVar[str] = "hotline.ticket.arrived.v1"
    unit: Line


class TicketCompleted(TicketFact):
    """The work itself is done; the reply still has to come."""

    type: ClassVar[str] = "hotline.ticket.completed.v1"
    unit: Line


class TicketMaterialAsked(TicketFact):
    """The customer was told, once and completely, which material is missing; `items` are words of the procedure."""

    type: ClassVar[str] = "hotline.ticket.material_asked.v1"
    unit: Line
    items: Few[Word] = ()


class TicketMaterialCompleted(TicketFact):
    """The customer has handed in everything that was asked for."""

    type: ClassVar[str] = "hotline.ticket.material_completed.v1"
    unit: Line


class TicketContactFailed(TicketFact):
    """The unit tried to reach or to visit the customer, in vain."""

    type: ClassVar[str] = "hotline.ticket.contact_failed.v1"
    told_apart_by = "outcome"
    unit: Line
    outcome: Open[ContactFailure]


class TicketHeld(TicketFact):
    """The matter lies with somebody outside, for a `reason` of the procedure; `until` where a moment was agreed."""

    type: ClassVar[str] = "hotline.ticket.held.v1"
    told_apart_by = "reason"
    unit: Line
    reason: Word
    until: Instant | None = None


class TicketResumed(TicketFact):
    """The matter is back with the unit."""

    type: ClassVar[str] = "hotline.ticket.resumed.v1"
    told_apart_by = "reason"
    unit: Line
    reason: Word


class TicketProgressed(TicketFact):
    """A step of the work was reached that the procedure has a word for."""

    type: ClassVar[str] = "hotline.ticket.progressed.v1"
    told_apart_by = "step"
    unit: Line
    step: Word


class TicketDeclined(TicketFact):
    """What was applied for is not accepted; the reason was explained."""

    type: ClassVar[str] = "hotline.ticket.declined.v1"
    unit: Line
    reason: Text


class TicketReturned(TicketFact):
    """The unit gave the order back with a ground and a reason."""

    type: ClassVar[str] = "hotline.ticket.returned.v1"
    told_apart_by = "ground"
    unit: Line
    ground: Word
    reason: Text


class TicketReturnAccepted(TicketFact):
    """The centre took the order back to correct and dispatch it again."""

    type: ClassVar[str] = "hotline.ticket.return_accepted.v1"
    unit: Line
    reason: Text | None = None


class TicketReturnRefused(TicketFact):
    """The centre did not take the order back; the unit keeps it."""

    type: ClassVar[str] = "hotline.ticket.return_refused.v1"
    unit: Line
    reason: Text | None = None


class TicketExtensionRequested(TicketFact):
    """More time was asked for before the deadline."""

    type: ClassVar[str] = "hotline.ticket.extension_requested.v1"
    unit: Line
    until: Instant
    reason: Text
    decider: Open[ExtensionDecider]


class TicketExtensionGranted(TicketFact):
    """The limit now ends at `until`."""

    type: ClassVar[str] = "hotline.ticket.extension_granted.v1"
    until: Instant
    decider: Open[ExtensionDecider]


class TicketExtensionRefused(TicketFact):
    """The limit stays as it was."""

    type: ClassVar[str] = "hotline.ticket.extension_refused.v1"
    decider: Open[ExtensionDecider]
    reason: Text | None = None


class TicketReplied(TicketFact):
    """The unit's reply order: opinion, result, further parts by name, enclosures."""

    type: ClassVar[str] = "hotline.ticket.replied.v1"
    unit: Line
    opinion: Text
    result: Text
    parts: Annotated[Mapping[Line, Text], Field(max_length=50)] = Field(default_factory=dict)
    attachments: Few[Attachment] = ()
    answers: Open[Answers] = Answers.ALL
    public: bool = True


class TicketReplyApproved(TicketFact):
    """A reviewer passed the reply; `final` when no further review follows."""

    type: ClassVar[str] = "hotline.ticket.reply_approved.v1"
    reviewer: Open[Reviewer]
    final: bool
    replied_at: Instant


class TicketReplyRejected(TicketFact):
    """A reviewer sent the reply back to be set right."""

    type: ClassVar[str] = "hotline.ticket.reply_rejected.v1"
    reviewer: Open[Reviewer]
    unit: Line
    grounds: Text


class TicketUrged(TicketFact):
    """An urging order went to the unit; `count` from 1; supplements do not count."""

    type: ClassVar[str] = "hotline.ticket.urged.v1"
    said_by: ClassVar[str] = "intake"
    count: Count
    strong: bool = False


class TicketUrgeExplained(TicketFact):
    """The customer was told how much time is left; no urging order."""

    type: ClassVar[str] = "hotline.ticket.urge_explained.v1"
    said_by: ClassVar[str] = "intake"
    due: Instant | None = None
    clock: Word | None = None


class TicketUrgeQueued(TicketFact):
    """The customer presses while no unit holds the order: the centre's desk has it, it goes out with the dispatch."""

    type: ClassVar[str] = "hotline.ticket.urge_queued.v1"
    said_by: ClassVar[str] = "intake"
    strong: bool = False


class TicketUrgeDelivered(TicketFact):
    """An urging order, or what the customer added, lies with the unit."""

    type: ClassVar[str] = "hotline.ticket.urge_delivered.v1"
    unit: Line


class TicketAmended(TicketFact):
    """A later contact on the open ticket brought more: how things are now. `gov` is the platform's newest order."""

    type: ClassVar[str] = "hotline.ticket.amended.v1"
    said_by: ClassVar[str] = "intake"
    flags: Few[Word] = ()
    people: Count = 1
    call_wish: CallWish = CallWish()
    accused: Line | None = None
    gov: GovernmentOrder | None = None


class TicketSupplemented(TicketFact):
    """More material came and was passed on; the text stays in intake."""

    type: ClassVar[str] = "hotline.ticket.supplemented.v1"
    said_by: ClassVar[str] = "intake"
    attachments: Few[Attachment] = ()


class TicketRegraded(TicketFact):
    """A complaint's grade changed; `approved_by` names who allowed a later deadline (reading 10)."""

    type: ClassVar[str] = "hotline.ticket.regraded.v1"
    said_by: ClassVar[str] = "intake"
    grade: Grade
    previous: Grade | None = None
    reason: Text
    approved_by: Line | None = None


class TicketLinked(TicketFact):
    """This ticket points at another one."""

    type: ClassVar[str] = "hotline.ticket.linked.v1"
    said_by: ClassVar[str] = "intake"
    other: Line
    kind: Open[LinkKind]
    matter: Line | None = None


class TicketDemandInvalidated(TicketFact):
    """One demand of several proved not valid; `demands` are those that are left, `ticket_type` the highest of them."""

    type: ClassVar[str] = "hotline.ticket.demand_invalidated.v1"
    demand: Count
    reason: Text
    ticket_type: Word
    subtype: Line | None = None
    demands: Few[Demand]


class TicketSentBack(TicketFact):
    """The callback found the reply wanting; the unit starts again."""

    type: ClassVar[str] = "hotline.ticket.sent_back.v1"
    told_apart_by = "ground"
    unit: Line
    ground: Word
    basis: Text


class TicketForwarded(TicketFact):
    """The matter is not this utility's business: it went to `destination`; the customer is told on `channel`."""

    type: ClassVar[str] = "hotline.ticket.forwarded.v1"
    told_apart_by = "destination"
    destination: Word
    channel: Open[Channel] | None = None
    reason: Text | None = None


class TicketTold(TicketFact):
    """The customer was told something on `channel`, in the words of a template of the procedure."""

    type: ClassVar[str] = "hotline.ticket.told.v1"
    told_apart_by = "template"
    template: Word
    channel: Open[Channel]
    text: Text


class TicketRecheckAsked(TicketFact):
    """The customer is not satisfied with the result and wants it looked at again; `count` from 1."""

    type: ClassVar[str] = "hotline.ticket.recheck_asked.v1"
    unit: Line
    count: Count


class TicketCompensated(TicketFact):
    """Money was given to the customer: what kind of `payment`, how much in fen, on which `basis`, and by whom."""

    type: ClassVar[str] = "hotline.ticket.compensated.v1"
    told_apart_by = "payment"
    payment: Word
    amount_fen: Count
    basis: Word
    reason: Text | None = None


class TicketMediated(TicketFact):
    """Customer and utility were brought together about an appeal; `paper` when a mediation paper was issued."""

    type: ClassVar[str] = "hotline.ticket.mediated.v1"
    outcome: Word
    paper: bool = False
    reason: Text | None = None


class TicketWarningRaised(TicketFact):
    """Somebody sees more coming of this ticket and warns the levels that the procedure names for this `warning`."""

    type: ClassVar[str] = "hotline.ticket.warning_raised.v1"
    told_apart_by = "warning"
    warning: Word
    to: Few[Word]
    reason: Text
    source: Line | None = None


class TicketWithdrawn(TicketFact):
    """The customer took the request back."""

    type: ClassVar[str] = "hotline.ticket.withdrawn.v1"
    said_by: ClassVar[str] = "intake"
    reason: Text | None = None


class TicketClosed(TicketFact):
    """Nothing more is owed on this ticket."""

    type: ClassVar[str] = "hotline.ticket.closed.v1"
    closure: Open[Closure]
    reason: Text | None = None


class TicketEscalated(TicketFact):
    """Brought to the next level's notice: grade 1 at once, an overdue limit to the division.

    `cause` is grade_1, urgent or clock_missed, with the `clock` then; `source` is the clause that asks for it;
    `warning` is how grave an early warning it is, in a word of the procedure; `division` is which one, where it is `to`
    a division, and where a ticket has none it is `to` the centre.
    """

    type: ClassVar[str] = "hotline.ticket.escalated.v1"
    said_by: ClassVar[str] = "sla_monitor"
    to: Word
    division: Line | None = None
    cause: Word
    clock: Word | None = None
    source: Line | None = None
    warning: Word | None = None


class TicketGroupRaised(TicketFact):
    """This request makes so many that agree that somebody is to know: `count` of them, for the rule called `cause`."""

    type: ClassVar[str] = "hotline.ticket.group_raised.v1"
    said_by: ClassVar[str] = "intake"
    cause: Word
    to: Word
    count: Count
    source: Line | None = None


class TicketSupervised(TicketFact):
    """Under the centre's supervision (督办): the third urging call becomes this."""

    type: ClassVar[str] = "hotline.ticket.supervised.v1"
    said_by: ClassVar[str] = "intake"
    cause: Word
