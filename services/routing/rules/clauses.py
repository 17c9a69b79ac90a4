"""Which clause each step of an order rests on, for its history."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from contracts import ticket
from contracts.fact import Fact
from contracts.vocabulary import Reviewer
from procedures.model import Procedure
from procedures.model.part import Sourced
from services.routing.rules.closing import invalidating
from services.routing.rules.reviewing import division_review
from services.routing.rules.state import WorkOrder

_Clause = Callable[[WorkOrder, Fact, Procedure], Sourced | None]


def clause_of(order: WorkOrder, fact: Fact, procedure: Procedure) -> Sourced:
    """The clause that foresees this step: its own, that of the limit it meets, or that of the loop."""
    own = _CLAUSES.get(type(fact))
    return (own(order, fact, procedure) if own else _limit_met(order, fact, procedure)) or procedure.clauses.loop


def _limit_met(order: WorkOrder, fact: Fact, procedure: Procedure) -> Sourced | None:
    """A step that a clock waits for rests on the clause of its limit: of several, the one nearest to the reply."""
    of = order.circumstances(procedure)
    clocks = reversed(procedure.met_by(fact.short_type()))
    limits = (procedure.limit(clock, each) for clock in clocks for each in of)
    return next((limit for limit in limits if limit is not None), None)


def _phoned(order: WorkOrder, _: Fact, procedure: Procedure) -> Sourced | None:
    asking = (procedure.types[each].phone_first for each in order.types)
    return next((each for each in asking if each), procedure.work_orders.phone_notice)


def _approved(order: WorkOrder, fact: Fact, procedure: Procedure) -> Sourced | None:
    by_division = isinstance(fact, ticket.TicketReplyApproved) and fact.reviewer is Reviewer.DIVISION
    return division_review(order, procedure) if by_division else procedure.clause("review")


def _returned(_: WorkOrder, __: Fact, procedure: Procedure) -> Sourced | None:
    return procedure.returns.grounds if procedure.returns else None


def _extended(_: WorkOrder, __: Fact, procedure: Procedure) -> Sourced | None:
    return procedure.extension.clocks if procedure.extension else None


def _replied(order: WorkOrder, _: Fact, procedure: Procedure) -> Sourced | None:
    rules = procedure.types[order.ticket_type].reply
    return rules.parts if rules else None


def _held(_: WorkOrder, fact: Fact, procedure: Procedure) -> Sourced | None:
    return procedure.holds.get(getattr(fact, "reason", ""))


def _told(_: WorkOrder, fact: Fact, procedure: Procedure) -> Sourced | None:
    return procedure.templates.get(getattr(fact, "template", ""))


def _forwarded(_: WorkOrder, fact: Fact, procedure: Procedure) -> Sourced | None:
    return procedure.forwarding.get(getattr(fact, "destination", ""))


def _warned(_: WorkOrder, fact: Fact, procedure: Procedure) -> Sourced | None:
    return procedure.early_warnings.get(getattr(fact, "warning", ""))


_CLAUSES: Mapping[type[Fact], _Clause] = MappingProxyType(
    {
        ticket.TicketPhoneNotified: _phoned,
        ticket.TicketDeclined: lambda order, _, procedure: procedure.types[order.ticket_type].declinable,
        ticket.TicketDemandInvalidated: lambda _o, _f, procedure: invalidating(procedure),
        ticket.TicketReturned: _returned,
        ticket.TicketReturnAccepted: _returned,
        ticket.TicketReturnRefused: _returned,
        ticket.TicketExtensionRequested: _extended,
        ticket.TicketExtensionGranted: _extended,
        ticket.TicketExtensionRefused: _extended,
        ticket.TicketReplied: _replied,
        ticket.TicketReplyApproved: _approved,
        ticket.TicketReplyRejected: lambda _o, _f, procedure: procedure.work_orders.rejection_grounds_required,
        ticket.TicketSentBack: lambda _o, _f, procedure: (
            procedure.callback.send_back_grounds if procedure.callback else None
        ),
        ticket.TicketMaterialAsked: lambda _o, _f, procedure: procedure.clause("material"),
        ticket.TicketMaterialCompleted: lambda _o, _f, procedure: procedure.clause("material"),
        ticket.TicketContactFailed: lambda _o, _f, procedure: procedure.clause("unreachable"),
        ticket.TicketHeld: _held,
        ticket.TicketResumed: _held,
        ticket.TicketTold: _told,
        ticket.TicketForwarded: _forwarded,
        ticket.TicketWarningRaised: _warned,
        ticket.TicketRecheckAsked: lambda _o, _f, procedure: procedure.recheck.times if procedure.recheck else None,
        ticket.TicketCompensated: lambda _o, _f, procedure: (
            procedure.compensation.payments if procedure.compensation else None
        ),
        ticket.TicketMediated: lambda _o, _f, procedure: procedure.mediation,
    }
)
