"""Which fact goes to which rule, and how long the monitor waits for facts in flight before it calls a clock missed."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from prometheus_client import Counter

from contracts import knowledge, ticket
from contracts.catalogue import BY_SHORT_TYPE
from contracts.clock import ClockMissed
from contracts.fact import Fact
from contracts.refusal import Outcome, Refusal
from kit.decide.decider import Decider, Rule
from kit.store.port import Collection
from procedures.model import Procedure
from procedures.model.clocks import FACT_NAMES
from services.sla_monitor.rules import knowledge as of_knowledge
from services.sla_monitor.rules import rejudging, watch
from services.sla_monitor.rules import tickets as of_tickets
from services.sla_monitor.rules.lists import FIELDS, fields
from services.sla_monitor.rules.state import Sla

COLLECTION = Collection("sla", Sla, FIELDS)

_OWN_RULES: Mapping[type[Fact], Callable[..., Outcome[Sla]]] = {
    ticket.TicketOpened: of_tickets.opened,
    ticket.TicketExtensionGranted: of_tickets.extension_granted,
    ticket.TicketDemandInvalidated: rejudging.demand_invalidated,
    ticket.TicketAmended: rejudging.amended,
    ticket.TicketGroupRaised: of_tickets.group_raised,
    ticket.TicketWarningRaised: of_tickets.warning_raised,
    knowledge.TaskRaised: of_knowledge.task_raised,
    knowledge.ArticleSubmitted: of_knowledge.article_submitted,
    knowledge.ArticleApproved: of_knowledge.article_approved,
    knowledge.NoticeRaised: of_knowledge.notice_raised,
}
"""Facts with a rule of their own."""

RULES: Mapping[type[Fact], Callable[..., Outcome[Sla]]] = {
    fact: _OWN_RULES.get(fact, of_tickets.heard) for name, fact in BY_SHORT_TYPE.items() if name in FACT_NAMES
}
"""Whatever a clock table may name; what a procedure's table does not name changes nothing."""


CLOCKS_MISSED = Counter("hotline_clocks_missed", "Limits of the procedure that passed unmet", ("clock",))


def _count_missed(fact: ClockMissed) -> None:
    CLOCKS_MISSED.labels(fact.clock).inc()


def decider(grace: timedelta | None = None) -> Decider[Sla]:
    """The monitor that judges clocks `grace` after the moment; None takes each procedure's own (reading 13).

    In virtual time no fact is ever in flight: there it is built with no grace at all.
    """
    hears = RULES if grace is None else {fact: _with_grace(fact, rule, grace) for fact, rule in RULES.items()}
    return Decider("sla_monitor", COLLECTION, hears, watch.wake, fields, counts={ClockMissed: _count_missed})


def _with_grace(fact: type[Fact], rule: Rule[Sla], grace: timedelta) -> Rule[Sla]:
    """The rule that may be the first to hear of a subject gives it this grace, which it keeps."""

    def hear(state: Sla | None, fact: Any, procedure: Procedure) -> Outcome[Sla]:
        outcome = rule(state, fact, procedure)
        if state is not None or isinstance(outcome, Refusal):
            return outcome
        return outcome[0].model_copy(update={"grace": grace}), outcome[1]

    return hear if "procedure" in fact.model_fields else rule


DECIDER = decider()

DECIDERS = (decider(timedelta(0)),)
"""For virtual time: no fact is in flight there, so a clock is judged at its moment."""
