"""What each service hears and which fields of it it relies on; tests hold it against the rules and the samples."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts import callback, clock, knowledge, ticket
from contracts.fact import Fact

Reliance = Mapping[type[Fact], tuple[str, ...]]

_INTAKE: Reliance = {
    ticket.TicketDispatched: ("division", "round", "unit"),
    ticket.TicketReplied: ("attachments",),
    ticket.TicketReplyRejected: (),
    ticket.TicketSentBack: (),
    ticket.TicketClosed: ("at", "closure"),
    clock.ClockStarted: ("at", "clock", "due", "limit", "restated", "round"),
    clock.ClockPaused: ("at", "clock"),
    clock.ClockResumed: ("at", "clock", "due"),
    clock.ClockMet: ("clock", "round"),
    clock.ClockCancelled: ("clock", "round"),
    clock.ClockMissed: ("clock", "late_by_s", "round"),
}
_ROUTING: Reliance = {
    ticket.TicketOpened: (
        "area",
        "at",
        "call_wish",
        "demands",
        "first_owner",
        "flags",
        "gov",
        "grade",
        "number",
        "procedure",
        "proposed_unit",
        "subtype",
        "ticket_type",
    ),
    ticket.TicketRegraded: ("grade",),
    ticket.TicketAnswered: ("at", "by"),
    ticket.TicketWithdrawn: ("at", "by", "reason"),
    ticket.TicketLinked: ("at", "by", "kind", "other"),
    ticket.TicketUrged: ("at", "count"),
    ticket.TicketSupplemented: ("at",),
    ticket.TicketSupervised: (),
    clock.ClockStarted: ("at", "clock", "due", "limit", "restated", "started_at"),
    clock.ClockResumed: ("clock", "due"),
    clock.ClockMet: ("clock",),
    clock.ClockCancelled: ("clock",),
    clock.ClockMissed: ("clock", "late_by_s"),
    callback.CallbackCompleted: ("at", "basis", "by", "kind", "mismatch", "satisfied"),
    callback.CallbackExhausted: ("at", "reason"),
}
_SLA_MONITOR: Reliance = {
    ticket.TicketOpened: (
        "area",
        "at",
        "call_ended_at",
        "call_wish",
        "channel",
        "flags",
        "gov",
        "grade",
        "procedure",
        "subtype",
        "ticket_type",
    ),
    ticket.TicketAnswered: ("at",),
    ticket.TicketWithdrawn: ("at",),
    ticket.TicketClosed: ("at",),
    ticket.TicketPhoneNotified: ("at", "unit"),
    ticket.TicketDispatched: ("advisory", "at", "division", "unit"),
    ticket.TicketSigned: ("at",),
    ticket.TicketReturned: ("at",),
    ticket.TicketReturnAccepted: (),
    ticket.TicketContacted: ("at",),
    ticket.TicketAppointed: ("appointed_for", "at"),
    ticket.TicketArrived: ("at",),
    ticket.TicketCompleted: ("at",),
    ticket.TicketDeclined: ("at",),
    ticket.TicketReplied: ("at",),
    ticket.TicketReplyRejected: ("at",),
    ticket.TicketSentBack: ("at",),
    ticket.TicketExtensionGranted: ("at", "decider", "until"),
    ticket.TicketRegraded: ("approved_by", "at", "grade"),
    ticket.TicketUrged: ("at",),
    ticket.TicketSupplemented: ("at",),
    callback.CallbackAttempted: ("at",),
    knowledge.TaskRaised: ("at", "division", "procedure"),
    knowledge.TaskDone: ("at",),
    knowledge.ArticleSubmitted: ("at", "division", "procedure", "unit"),
    knowledge.ArticleApproved: ("at", "level"),
    knowledge.ArticleRejected: ("at",),
    knowledge.ArticlePublished: ("at",),
    knowledge.ArticleExpired: ("at",),
    knowledge.NoticeRaised: ("at", "procedure", "unit"),
    knowledge.NoticePublished: ("at",),
    knowledge.NoticeLifted: ("at",),
}
_CALLBACK: Reliance = {
    ticket.TicketOpened: ("area", "call_wish", "grade", "procedure", "subtype", "ticket_type"),
    ticket.TicketRegraded: ("grade",),
    ticket.TicketReplied: ("at", "attachments", "opinion", "public", "result", "unit"),
    ticket.TicketReplyApproved: ("at", "final", "replied_at"),
    ticket.TicketReplyRejected: (),
    ticket.TicketSentBack: (),
    ticket.TicketWithdrawn: (),
    ticket.TicketClosed: (),
}

RELIES_ON: Mapping[str, Reliance] = MappingProxyType(
    {
        "intake": _INTAKE,
        "routing": _ROUTING,
        "sla_monitor": _SLA_MONITOR,
        "callback": _CALLBACK,
    }
)
"""By service; `at` is what an event is about, so whoever judges lateness relies on it too."""
