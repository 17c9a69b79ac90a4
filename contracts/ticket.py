"""What happens to a ticket, from the first word of the customer to its close."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from contracts.fact import Actor, Fact, Frozen, Grade, Instant
from contracts.vocabulary import (
    Answers,
    CallPreference,
    Channel,
    ClockName,
    Closure,
    ExtensionDecider,
    Flag,
    LinkKind,
    Mismatch,
    ReturnGround,
    Reviewer,
    TicketType,
)


class GovernmentOrder(Frozen):
    """An order of a 12345 platform, with the platform's own deadline where it sets one (R004-006, R004-075)."""

    platform: str
    order_no: str
    due: Instant | None = None


class CallWish(Frozen):
    """What the customer asked of the callback: none, a time, or nothing in particular (R004-091, R004-092)."""

    preference: CallPreference = CallPreference.DEFAULT
    at: Instant | None = None


class Demand(Frozen):
    """One thing asked for; a reply must answer each (R004-110, R004-127). Its words stay in intake."""

    number: int
    type: TicketType
    subtype: str | None = None


class Attachment(Frozen):
    """A file kept by content hash, referred to by name, type and size in bytes."""

    sha256: str
    name: str
    media_type: str
    size: int


class TicketFact(Fact):
    """Something that happened to the ticket named by the event's subject, done by `by`."""

    by: Actor


class TicketOpened(TicketFact):
    """A request was accepted and became a ticket (第十四条, R004-044); `at` is the moment of receipt."""

    type: ClassVar[str] = "hotline.ticket.opened.v1"
    procedure: str
    number: str
    channel: Channel
    ticket_type: TicketType
    subtype: str | None = None
    grade: Grade | None = None
    area: str | None = None
    customer_ref: str
    first_owner: str
    demands: tuple[Demand, ...] = ()
    proposed_unit: str | None = None
    accused: str | None = None
    call_ended_at: Instant | None = None
    call_wish: CallWish = CallWish()
    flags: tuple[Flag, ...] = ()
    people: int = 1
    matter: str | None = None
    gov: GovernmentOrder | None = None
    reason_explained: bool = True
    attachments: tuple[Attachment, ...] = ()
    call_id: str | None = None


class TicketAnswered(TicketFact):
    """Answered at first contact; the work order closes without a dispatch (R004-034, R004-043)."""

    type: ClassVar[str] = "hotline.ticket.answered.v1"
    article: str | None = None


class TicketPhoneNotified(TicketFact):
    """The unit was told by phone before the work order (第十四条(三), R004-053; R004-117)."""

    type: ClassVar[str] = "hotline.ticket.phone_notified.v1"
    unit: str


class TicketDispatched(TicketFact):
    """The work order went to a responsible unit; `round` counts dispatches from 1."""

    type: ClassVar[str] = "hotline.ticket.dispatched.v1"
    unit: str
    division: str | None = None
    round: int
    fixed: bool = False
    advisory: bool = False


class TicketSigned(TicketFact):
    """The unit took the order; `deemed` when its time to return it ran out (第十五条(三)1, R004-124)."""

    type: ClassVar[str] = "hotline.ticket.signed.v1"
    unit: str
    deemed: bool = False


class TicketContacted(TicketFact):
    """The unit reached the customer (R004-060, R004-065)."""

    type: ClassVar[str] = "hotline.ticket.contacted.v1"
    unit: str


class TicketAppointed(TicketFact):
    """A time for the visit was agreed with the customer (R004-061, R004-066)."""

    type: ClassVar[str] = "hotline.ticket.appointed.v1"
    unit: str
    appointed_for: Instant


class TicketArrived(TicketFact):
    """The unit is on site (第十四条(三) gives no limit, R004-055; the promise in the file does)."""

    type: ClassVar[str] = "hotline.ticket.arrived.v1"
    unit: str


class TicketCompleted(TicketFact):
    """The work itself is done; the reply still has to come."""

    type: ClassVar[str] = "hotline.ticket.completed.v1"
    unit: str


class TicketDeclined(TicketFact):
    """A service application is not accepted; the reason was explained (R004-067)."""

    type: ClassVar[str] = "hotline.ticket.declined.v1"
    unit: str
    reason: str


class TicketReturned(TicketFact):
    """The unit gave the order back with a ground and a reason (第十五条(三)1, R004-121, R004-123)."""

    type: ClassVar[str] = "hotline.ticket.returned.v1"
    unit: str
    ground: ReturnGround
    reason: str


class TicketReturnAccepted(TicketFact):
    """The centre took the order back to correct and dispatch it again (R004-125)."""

    type: ClassVar[str] = "hotline.ticket.return_accepted.v1"
    unit: str
    reason: str | None = None


class TicketReturnRefused(TicketFact):
    """The centre did not take the order back; the unit keeps it."""

    type: ClassVar[str] = "hotline.ticket.return_refused.v1"
    unit: str
    reason: str | None = None


class TicketExtensionRequested(TicketFact):
    """More time was asked for before the deadline (第十五条(二)2, R004-119)."""

    type: ClassVar[str] = "hotline.ticket.extension_requested.v1"
    unit: str
    until: Instant
    reason: str
    decider: ExtensionDecider


class TicketExtensionGranted(TicketFact):
    """The limit now ends at `until`."""

    type: ClassVar[str] = "hotline.ticket.extension_granted.v1"
    until: Instant
    decider: ExtensionDecider


class TicketExtensionRefused(TicketFact):
    """The limit stays as it was."""

    type: ClassVar[str] = "hotline.ticket.extension_refused.v1"
    decider: ExtensionDecider
    reason: str | None = None


class TicketReplied(TicketFact):
    """The unit's reply order: opinion, result, further parts by name, enclosures (R004-028, R004-112, R004-113)."""

    type: ClassVar[str] = "hotline.ticket.replied.v1"
    unit: str
    opinion: str
    result: str
    parts: Mapping[str, str] = Field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    answers: Answers = Answers.ALL
    public: bool = True


class TicketReplyApproved(TicketFact):
    """A reviewer passed the reply; `final` when no further review follows (R004-022, R004-131)."""

    type: ClassVar[str] = "hotline.ticket.reply_approved.v1"
    reviewer: Reviewer
    final: bool
    replied_at: Instant


class TicketReplyRejected(TicketFact):
    """A reviewer sent the reply back to be set right (第十五条(三)3, R004-132)."""

    type: ClassVar[str] = "hotline.ticket.reply_rejected.v1"
    reviewer: Reviewer
    unit: str
    grounds: str


class TicketUrged(TicketFact):
    """An urging order went to the unit (第十五条(四), R004-134); `count` from 1; supplements do not count."""

    type: ClassVar[str] = "hotline.ticket.urged.v1"
    count: int
    strong: bool = False


class TicketUrgeExplained(TicketFact):
    """The customer was told how much time is left; no urging order (第十五条(四)1, R004-133)."""

    type: ClassVar[str] = "hotline.ticket.urge_explained.v1"
    due: Instant | None = None
    clock: str | None = None


class TicketSupplemented(TicketFact):
    """More material came and was passed on (第十五条(四)2, R004-138); the text stays in intake."""

    type: ClassVar[str] = "hotline.ticket.supplemented.v1"
    attachments: tuple[Attachment, ...] = ()


class TicketRegraded(TicketFact):
    """A complaint's grade changed; `approved_by` names who allowed a later deadline (R004-070, reading 10)."""

    type: ClassVar[str] = "hotline.ticket.regraded.v1"
    grade: Grade
    previous: Grade | None = None
    reason: str
    approved_by: str | None = None


class TicketLinked(TicketFact):
    """This ticket points at another one."""

    type: ClassVar[str] = "hotline.ticket.linked.v1"
    other: str
    kind: LinkKind
    matter: str | None = None


class TicketSentBack(TicketFact):
    """The callback found the reply wanting; the unit starts again (第十五条(三)2, R004-102, R004-130)."""

    type: ClassVar[str] = "hotline.ticket.sent_back.v1"
    unit: str
    ground: Mismatch
    basis: str


class TicketWithdrawn(TicketFact):
    """The customer took the request back."""

    type: ClassVar[str] = "hotline.ticket.withdrawn.v1"
    reason: str | None = None


class TicketClosed(TicketFact):
    """Nothing more is owed on this ticket."""

    type: ClassVar[str] = "hotline.ticket.closed.v1"
    closure: Closure
    reason: str | None = None


class TicketEscalated(TicketFact):
    """Brought to the next level's notice: grade 1 at once, an overdue limit to the division (R004-022, R004-036).

    `cause` is grade_1, urgent or clock_missed, with the `clock` then; `source` is the clause that asks for it.
    """

    type: ClassVar[str] = "hotline.ticket.escalated.v1"
    to: str
    cause: str
    clock: ClockName | None = None
    source: str | None = None


class TicketSupervised(TicketFact):
    """Under the centre's supervision (督办): the third urging call becomes this (R004-135)."""

    type: ClassVar[str] = "hotline.ticket.supervised.v1"
    cause: str
