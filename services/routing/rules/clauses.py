"""Which clause each step of an order rests on, for its history."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from contracts import ticket
from contracts.fact import Fact
from contracts.vocabulary import ClockName, Reviewer
from procedures.model import Procedure
from procedures.model.part import Sourced
from services.routing.rules.state import WorkOrder

_Clause = Callable[[WorkOrder, Fact, Procedure], Sourced | None]


def clause_of(order: WorkOrder, fact: Fact, procedure: Procedure) -> Sourced:
    """The clause that foresees this step for an order of this type; with none of its own, that of the loop."""
    found = _CLAUSES.get(type(fact))
    return (found(order, fact, procedure) if found else None) or procedure.work_orders.loop


def _limited_by(clock: ClockName) -> _Clause:
    """A step that a clock waits for rests on the clause of the limit."""

    def clause(order: WorkOrder, _: Fact, procedure: Procedure) -> Sourced | None:
        return procedure.limit(order.ticket_type, clock, grade=order.grade, subtype=order.subtype, area=order.area)

    return clause


def _phoned(order: WorkOrder, _: Fact, procedure: Procedure) -> Sourced | None:
    return procedure.types[order.ticket_type].phone_first or procedure.work_orders.phone_notice


def _approved(order: WorkOrder, fact: Fact, procedure: Procedure) -> Sourced | None:
    by_division = isinstance(fact, ticket.TicketReplyApproved) and fact.reviewer is Reviewer.DIVISION
    return procedure.types[order.ticket_type].division_reviews if by_division else procedure.work_orders.review


_CLAUSES: Mapping[type[Fact], _Clause] = MappingProxyType(
    {
        ticket.TicketPhoneNotified: _phoned,
        ticket.TicketDispatched: _limited_by(ClockName.DISPATCH),
        ticket.TicketSigned: _limited_by(ClockName.SIGN),
        ticket.TicketContacted: _limited_by(ClockName.CONTACT),
        ticket.TicketAppointed: _limited_by(ClockName.CONTACT),
        ticket.TicketArrived: _limited_by(ClockName.ON_SITE),
        ticket.TicketCompleted: _limited_by(ClockName.REPLY),
        ticket.TicketDeclined: lambda order, _, procedure: procedure.types[order.ticket_type].may_be_declined,
        ticket.TicketReturned: lambda _o, _f, procedure: procedure.returns.grounds,
        ticket.TicketReturnAccepted: lambda _o, _f, procedure: procedure.returns.grounds,
        ticket.TicketReturnRefused: lambda _o, _f, procedure: procedure.returns.grounds,
        ticket.TicketExtensionRequested: lambda _o, _f, procedure: procedure.extension.clocks,
        ticket.TicketExtensionGranted: lambda _o, _f, procedure: procedure.extension.clocks,
        ticket.TicketExtensionRefused: lambda _o, _f, procedure: procedure.extension.clocks,
        ticket.TicketReplied: lambda order, _, procedure: procedure.types[order.ticket_type].reply.parts,
        ticket.TicketReplyApproved: _approved,
        ticket.TicketReplyRejected: lambda _o, _f, procedure: procedure.work_orders.rejection_grounds_required,
        ticket.TicketSentBack: lambda _o, _f, procedure: procedure.callback.send_back_grounds,
    }
)
