"""Which fact goes to which rule of the callback desk."""

from collections.abc import Callable, Mapping

from contracts import ticket
from contracts.fact import Fact
from contracts.refusal import Outcome
from kit.decide.decider import Decider
from kit.store.port import Collection
from services.callback.rules import planning
from services.callback.rules.lists import FIELDS, fields
from services.callback.rules.state import Calls

RULES: Mapping[type[Fact], Callable[..., Outcome[Calls]]] = {
    ticket.TicketOpened: planning.opened,
    ticket.TicketRegraded: planning.regraded,
    ticket.TicketReplied: planning.replied,
    ticket.TicketReplyApproved: planning.reply_approved,
    ticket.TicketReplyRejected: planning.reply_void,
    ticket.TicketSentBack: planning.reply_void,
    ticket.TicketRecheckAsked: planning.reply_void,
    ticket.TicketWithdrawn: planning.over,
    ticket.TicketClosed: planning.over,
}

DECIDER = Decider("callback", Collection("callback", Calls, FIELDS), RULES, fields=fields)
DECIDERS = (DECIDER,)
