"""The topics, what is said on each, and who alone may say it."""

from collections.abc import Mapping
from types import MappingProxyType

from contracts import callback, clock, knowledge, ticket
from contracts.fact import Fact

TICKETS = "hotline.tickets"
KNOWLEDGE = "hotline.knowledge"
CALLS = "hotline.calls"
DEAD_LETTERS = "hotline.dead-letters"

TOPICS = (TICKETS, KNOWLEDGE, CALLS, DEAD_LETTERS)


def source_of(service: str) -> str:
    """The CloudEvents source of a service."""
    return f"/hotline/{service}"


SPEAKERS: Mapping[str, tuple[type[Fact], ...]] = MappingProxyType(
    {
        "intake": (
            ticket.TicketOpened,
            ticket.TicketAnswered,
            ticket.TicketUrged,
            ticket.TicketUrgeExplained,
            ticket.TicketSupervised,
            ticket.TicketGroupRaised,
            ticket.TicketSupplemented,
            ticket.TicketRegraded,
            ticket.TicketLinked,
            ticket.TicketWithdrawn,
        ),
        "routing": (
            ticket.TicketPhoneNotified,
            ticket.TicketDispatched,
            ticket.TicketSigned,
            ticket.TicketContacted,
            ticket.TicketAppointed,
            ticket.TicketArrived,
            ticket.TicketCompleted,
            ticket.TicketMaterialAsked,
            ticket.TicketMaterialCompleted,
            ticket.TicketContactFailed,
            ticket.TicketHeld,
            ticket.TicketResumed,
            ticket.TicketProgressed,
            ticket.TicketDeclined,
            ticket.TicketReturned,
            ticket.TicketReturnAccepted,
            ticket.TicketReturnRefused,
            ticket.TicketExtensionRequested,
            ticket.TicketExtensionGranted,
            ticket.TicketExtensionRefused,
            ticket.TicketReplied,
            ticket.TicketReplyApproved,
            ticket.TicketReplyRejected,
            ticket.TicketSentBack,
            ticket.TicketClosed,
        ),
        "sla_monitor": (
            clock.ClockStarted,
            clock.ClockPaused,
            clock.ClockResumed,
            clock.ClockWarned,
            clock.ClockMet,
            clock.ClockMissed,
            clock.ClockReminded,
            clock.ClockExempted,
            clock.ClockCancelled,
            ticket.TicketEscalated,
        ),
        "callback": (
            callback.CallbackPlanned,
            callback.CallbackAttempted,
            callback.CallbackCompleted,
            callback.CallbackExhausted,
        ),
        "knowledge": (
            knowledge.ArticleSubmitted,
            knowledge.ArticleApproved,
            knowledge.ArticleRejected,
            knowledge.ArticlePublished,
            knowledge.ArticleExpired,
            knowledge.TaskRaised,
            knowledge.TaskDone,
            knowledge.NoticeRaised,
            knowledge.NoticePublished,
            knowledge.NoticeLifted,
        ),
    }
)


_TOPIC_BY_PREFIX: Mapping[str, str] = MappingProxyType(
    {"tkt": TICKETS, "art": KNOWLEDGE, "tsk": KNOWLEDGE, "ntc": KNOWLEDGE, "call": CALLS}
)


def topic_of(subject: str) -> str:
    """Where events about this subject go; an id names its kind before the underscore (`tkt_01K…`).

    A clock of an article therefore runs on the article's topic, in order with what happens to it.
    """
    return _TOPIC_BY_PREFIX[subject.partition("_")[0]]


_TOPICS_BY_KIND: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ticket": (TICKETS,),
        "callback": (TICKETS,),
        "clock": (TICKETS, KNOWLEDGE),
        "article": (KNOWLEDGE,),
        "task": (KNOWLEDGE,),
        "notice": (KNOWLEDGE,),
        "call": (CALLS,),
    }
)


def topics_of(fact: type[Fact]) -> tuple[str, ...]:
    """Where this fact may lie, by what it happens to: a clock may be a ticket's or an article's.

    Raises KeyError for a kind of thing that nobody has given a topic.
    """
    return _TOPICS_BY_KIND[fact.short_type().partition(".")[0]]
