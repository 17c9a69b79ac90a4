"""Which fact goes to which rule, and how long the monitor waits for facts in flight before it calls a clock missed."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from contracts import callback, knowledge, ticket
from contracts.fact import Fact
from contracts.refusal import Outcome, Refusal
from kit.decide.decider import Decider, Rule
from kit.store.port import Collection
from procedures.model import Procedure
from services.sla_monitor.rules import knowledge as of_knowledge
from services.sla_monitor.rules import tickets as of_tickets
from services.sla_monitor.rules import watch
from services.sla_monitor.rules.lists import FIELDS, fields
from services.sla_monitor.rules.state import Sla

COLLECTION = Collection("sla", Sla, FIELDS)

RULES: Mapping[type[Fact], Callable[..., Outcome[Sla]]] = {
    ticket.TicketOpened: of_tickets.opened,
    ticket.TicketAnswered: of_tickets.answered,
    ticket.TicketWithdrawn: of_tickets.withdrawn,
    ticket.TicketClosed: of_tickets.closed,
    ticket.TicketPhoneNotified: of_tickets.phone_notified,
    ticket.TicketDispatched: of_tickets.dispatched,
    ticket.TicketSigned: of_tickets.signed,
    ticket.TicketReturned: of_tickets.returned,
    ticket.TicketReturnAccepted: of_tickets.return_accepted,
    ticket.TicketContacted: of_tickets.contacted,
    ticket.TicketAppointed: of_tickets.appointed,
    ticket.TicketArrived: of_tickets.arrived,
    ticket.TicketCompleted: of_tickets.completed,
    ticket.TicketDeclined: of_tickets.declined,
    ticket.TicketReplied: of_tickets.replied,
    ticket.TicketReplyRejected: of_tickets.reply_rejected,
    ticket.TicketSentBack: of_tickets.sent_back,
    ticket.TicketExtensionGranted: of_tickets.extension_granted,
    ticket.TicketRegraded: of_tickets.regraded,
    ticket.TicketUrged: of_tickets.urged,
    ticket.TicketSupplemented: of_tickets.urged,
    callback.CallbackAttempted: of_tickets.callback_attempted,
    knowledge.TaskRaised: of_knowledge.task_raised,
    knowledge.TaskDone: of_knowledge.task_done,
    knowledge.ArticleSubmitted: of_knowledge.article_submitted,
    knowledge.ArticleApproved: of_knowledge.article_approved,
    knowledge.ArticleRejected: of_knowledge.article_reviewed,
    knowledge.ArticlePublished: of_knowledge.article_reviewed,
    knowledge.ArticleExpired: of_knowledge.article_expired,
    knowledge.NoticeRaised: of_knowledge.notice_raised,
    knowledge.NoticePublished: of_knowledge.notice_published,
    knowledge.NoticeLifted: of_knowledge.notice_lifted,
}


def decider(grace: timedelta | None = None) -> Decider[Sla]:
    """The monitor that judges clocks `grace` after the moment; None takes each procedure's own (reading 13).

    In virtual time no fact is ever in flight: there it is built with no grace at all.
    """

    def first(rule: Rule[Sla]) -> Rule[Sla]:
        """A subject keeps the grace under which the monitor first heard of it."""

        def hear(state: Sla | None, fact: Any, procedure: Procedure) -> Outcome[Sla]:
            outcome = rule(state, fact, procedure)
            if state is not None or isinstance(outcome, Refusal):
                return outcome
            own = timedelta(seconds=procedure.grace) if grace is None else grace
            return outcome[0].model_copy(update={"grace": own}), outcome[1]

        return hear

    hears = {fact: first(rule) if "procedure" in fact.model_fields else rule for fact, rule in RULES.items()}
    return Decider("sla_monitor", COLLECTION, hears, watch.wake, fields)


DECIDER = decider()
