"""Which fact goes to which rule of the callback desk."""

from collections.abc import Callable, Mapping

from contracts import ticket
from contracts.fact import Fact
from contracts.refusal import Outcome
from kit.decide.decider import Decider
from kit.decide.fold import Cause
from kit.decide.shell import Shell
from kit.store.port import Collection, Document
from services.callback.rules import line, planning
from services.callback.rules.line import PhoneCall
from services.callback.rules.lists import FIELDS, fields
from services.callback.rules.state import Calls

RULES: Mapping[type[Fact], Callable[..., Outcome[Calls]]] = {
    ticket.TicketOpened: planning.opened,
    ticket.TicketRegraded: planning.regraded,
    ticket.TicketDemandInvalidated: planning.demand_invalidated,
    ticket.TicketAmended: planning.amended,
    ticket.TicketReplied: planning.replied,
    ticket.TicketReplyApproved: planning.reply_approved,
    ticket.TicketReplyRejected: planning.reply_void,
    ticket.TicketSentBack: planning.reply_void,
    ticket.TicketRecheckAsked: planning.reply_void,
    ticket.TicketWithdrawn: planning.over,
    ticket.TicketClosed: planning.over,
}

DECIDER = Decider("callback", Collection("callback", Calls, FIELDS), RULES, fields=fields)
PHONE_CALLS = Decider("callback", Collection("dialled", PhoneCall), line.HEARS, follow_ups=line.follow_ups)
DECIDERS = (DECIDER, PHONE_CALLS)


def connect(calls: Shell[Calls], lines: Shell[PhoneCall]) -> None:
    """What the line told of a call is told to its ticket."""

    async def tell(document: Document[PhoneCall], name: str, cause: Cause) -> Callable[[PhoneCall], PhoneCall]:
        call = document.state
        command = line.command_of(document.key, call, name)
        await calls.do(call.ticket, command, utility=document.utility, cause=cause)
        return lambda state: line.told(state, name)

    lines.follow_ups.carried_out_by(tell)
