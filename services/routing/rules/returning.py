"""Giving an order back (退单): within the window, on a stated ground, until the centre has fixed the unit."""

from contracts.fact import is_late
from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketReturnAccepted, TicketReturned, TicketReturnRefused
from contracts.vocabulary import Stage
from procedures.model import Procedure
from procedures.model.part import stated
from procedures.wording import local_text
from services.routing.rules.commands import AcceptReturn, RefuseReturn, Return
from services.routing.rules.dispatching import return_window
from services.routing.rules.state import WorkOrder
from services.routing.rules.unit_work import signed, unit_of


def give_back(order: WorkOrder, command: Return, procedure: Procedure) -> Outcome[WorkOrder]:
    """The unit returns the order (第十五条(三)1, R004-121 to R004-124); the handling clocks run on (reading 6).

    Refused once the centre has fixed the unit, after the window's last instant, on a ground the procedure does not
    know, and without a reason.
    """
    refusal = _kept(order, command, procedure) or _unfounded(command, procedure)
    if refusal is not None:
        return refusal
    returned = TicketReturned(
        at=command.at, by=command.by, unit=unit_of(order), ground=command.ground, reason=command.reason
    )
    return _given_back(order), (returned,)


def _given_back(order: WorkOrder) -> WorkOrder:
    """Off the unit's desk; whether it gets more time is asked again only if it has to keep the order."""
    return order.but(stage=Stage.RETURNED, return_taken=False, wake_at=None)


def may_be_returned(order: WorkOrder, _: Procedure) -> bool:
    """Whether the centre has left open whose order it is, and its work is not done."""
    return not (order.fixed or order.kept or order.completed)


def is_undecided(order: WorkOrder, _: Procedure) -> bool:
    """Whether the centre has yet to say what becomes of a returned order."""
    return not order.return_taken


def _kept(order: WorkOrder, command: Return, procedure: Procedure) -> Refusal | None:
    """Why the unit cannot give it back any more."""
    if order.fixed:
        return refused(
            "order_unit_fixed",
            stated(procedure.returns).fixed_after_dispatches or procedure.clauses.loop,
            round=order.round,
        )
    grounds = stated(procedure.returns).grounds
    if order.kept:
        return refused("order_return_refused_before", grounds, accepts=("reply",))
    if order.completed:
        return refused("order_work_is_done", grounds, accepts=("reply",))
    if order.return_until is None or order.dispatched_at is None or not is_late(command.at, order.return_until):
        return None
    window = return_window(order, order.dispatched_at, procedure)
    assert window is not None
    return refused(
        "order_return_too_late", window.binding, until=local_text(order.return_until, procedure.calendar.zone)
    )


def _unfounded(command: Return, procedure: Procedure) -> Refusal | None:
    rules = stated(procedure.returns)
    if command.ground not in rules.grounds.value:
        accepts = tuple(rules.grounds.value)
        return refused("order_ground_unknown", rules.grounds, accepts=accepts, ground=command.ground)
    if rules.reason_required.value and not command.reason:
        return refused("order_reason_missing", rules.reason_required, accepts=("reason",))
    return None


def accept_return(order: WorkOrder, command: AcceptReturn, procedure: Procedure) -> Outcome[WorkOrder]:
    """The centre takes the order back; it is `returned` until dispatched again (R004-125)."""
    if order.return_taken:
        return refused("order_return_decided", stated(procedure.returns).grounds, accepts=("dispatch",))
    fact = TicketReturnAccepted(at=command.at, by=command.by, unit=unit_of(order), reason=command.reason)
    return order.but(return_taken=True), (fact,)


def refuse_return(order: WorkOrder, command: RefuseReturn, procedure: Procedure) -> Outcome[WorkOrder]:
    """The unit keeps the order, and has it signed for if it had not: the centre has judged that it is theirs."""
    if order.return_taken:
        return refused("order_return_decided", stated(procedure.returns).grounds, accepts=("dispatch",))
    fact = TicketReturnRefused(at=command.at, by=command.by, unit=unit_of(order), reason=command.reason)
    order = order.but(kept=True)
    if order.signed_at is not None:
        return order.but(stage=Stage.IN_PROGRESS), (fact,)
    kept, facts = signed(order.but(stage=Stage.DISPATCHED), command.at, command.by, deemed=True)
    return kept, (fact, *facts)
