"""What each service hears and which fields of it it relies on; tests hold it against the rules and the samples."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts import callback, calls, clock, knowledge, ticket
from contracts.fact import Fact
from contracts.topics import SPEAKERS

Reliance = Mapping[type[Fact], tuple[str, ...]]

_INTAKE: Reliance = {
    ticket.TicketDispatched: ("at", "by", "division", "round", "unit"),
    ticket.TicketReturned: (),
    ticket.TicketReturnRefused: (),
    ticket.TicketSigned: (),
    ticket.TicketContacted: (),
    ticket.TicketAppointed: (),
    ticket.TicketDeclined: (),
    ticket.TicketArrived: (),
    ticket.TicketCompleted: (),
    ticket.TicketDemandInvalidated: ("demands", "subtype", "ticket_type"),
    ticket.TicketReplied: ("attachments",),
    ticket.TicketReplyRejected: (),
    ticket.TicketSentBack: (),
    ticket.TicketRecheckAsked: (),
    ticket.TicketClosed: ("at", "closure"),
    clock.ClockStarted: ("at", "clock", "due", "limit", "restated", "round", "started_at"),
    clock.ClockPaused: ("at", "clock"),
    clock.ClockResumed: ("at", "clock", "due"),
    clock.ClockMet: ("clock", "round"),
    clock.ClockCancelled: ("clock", "round"),
    clock.ClockExempted: ("clock", "round"),
    clock.ClockMissed: ("clock", "late_by_s", "round"),
    calls.CallArrived: ("agent", "at", "direction", "number_index", "number_ref", "procedure", "station", "ticket"),
    calls.CallAnswered: ("agent", "at", "party", "queue", "station"),
    calls.CallEnded: (
        "agent",
        "answered_at",
        "at",
        "outcome",
        "queue",
        "rang_ms",
        "recording",
        "station",
        "talked_ms",
        "waited_ms",
    ),
    calls.CallRecordingReady: ("recording",),
}
_ROUTING: Reliance = {
    ticket.TicketOpened: (
        "accused",
        "area",
        "at",
        "call_wish",
        "channel",
        "demands",
        "fields",
        "first_owner",
        "flags",
        "gov",
        "grade",
        "number",
        "people",
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
    ticket.TicketUrgeQueued: ("at",),
    ticket.TicketAmended: ("accused", "at", "by", "call_wish", "flags", "gov", "people"),
    ticket.TicketSupplemented: ("at",),
    ticket.TicketSupervised: (),
    clock.ClockStarted: ("at", "clock", "due", "limit", "restated", "started_at"),
    clock.ClockResumed: ("clock", "due"),
    clock.ClockMet: ("clock",),
    clock.ClockCancelled: ("clock",),
    clock.ClockExempted: ("clock",),
    clock.ClockMissed: ("clock", "late_by_s"),
    callback.CallbackCompleted: ("at", "basis", "by", "declined", "kind", "mismatch", "recheck", "satisfied"),
    callback.CallbackExhausted: ("at", "reason"),
}
_OF_ANY_EVENT = ("appointed_for", "approved_by", "at", "reason", "until")
"""What the monitor's clock table may ask of whatever event a row names, where the event carries it."""

_OF_SOME_EVENTS: Reliance = {
    ticket.TicketOpened: (
        "area",
        "call_ended_at",
        "call_wish",
        "channel",
        "demands",
        "fields",
        "flags",
        "gov",
        "grade",
        "people",
        "procedure",
        "subtype",
        "ticket_type",
    ),
    ticket.TicketPhoneNotified: ("unit",),
    ticket.TicketDispatched: ("advisory", "division", "unit"),
    ticket.TicketDemandInvalidated: ("demands", "subtype", "ticket_type"),
    ticket.TicketAmended: ("call_wish", "flags", "gov", "people"),
    ticket.TicketExtensionGranted: ("decider",),
    ticket.TicketRegraded: ("grade",),
    ticket.TicketGroupRaised: ("cause", "source", "to"),
    ticket.TicketWarningRaised: ("source", "to", "warning"),
    knowledge.TaskRaised: ("division", "procedure"),
    knowledge.ArticleSubmitted: ("division", "procedure", "unit"),
    knowledge.ArticleApproved: ("level",),
    knowledge.NoticeRaised: ("procedure", "unit"),
}
_SLA_MONITOR: Reliance = {
    fact: tuple(sorted({*_OF_SOME_EVENTS.get(fact, ()), *(set(_OF_ANY_EVENT) & fact.model_fields.keys())}))
    for service, facts in SPEAKERS.items()
    if service not in ("sla_monitor", "telephony")
    for fact in facts
}
"""A clock may hang on anything that others say of tickets and articles: which, says each procedure's table."""

_CALLBACK: Reliance = {
    ticket.TicketOpened: (
        "area",
        "call_wish",
        "channel",
        "demands",
        "gov",
        "grade",
        "procedure",
        "subtype",
        "ticket_type",
    ),
    ticket.TicketRegraded: ("grade",),
    ticket.TicketDemandInvalidated: ("demands", "subtype", "ticket_type"),
    ticket.TicketAmended: ("at", "call_wish"),
    ticket.TicketReplied: ("at", "attachments", "opinion", "public", "result", "unit"),
    ticket.TicketReplyApproved: ("at", "final", "replied_at"),
    ticket.TicketReplyRejected: (),
    ticket.TicketSentBack: (),
    ticket.TicketRecheckAsked: (),
    ticket.TicketWithdrawn: (),
    ticket.TicketClosed: (),
    calls.CallEnded: ("at", "outcome"),
    calls.CallSurveyScored: ("at", "score"),
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
