"""Reviewing replies (审核): the division first for major complaints, the centre always, then the call or the close."""

from contracts.fact import Actor
from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import TicketReplyApproved, TicketReplyRejected
from contracts.vocabulary import CallKind, CallPreference, Closure, Reviewer, Role, Stage
from procedures.model import Procedure, Sourced
from services.routing.rules.closing import again, closed
from services.routing.rules.commands import Review
from services.routing.rules.state import WorkOrder
from services.routing.rules.unit_work import unit_of


def division_owes_review(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether the division must still pass this reply (第十一条(二), R004-022); a department has none."""
    asked = division_review(order, procedure)
    by_somebody_else = order.division is not None and order.division != order.accused
    return asked is not None and by_somebody_else and not order.division_approved


def division_review(order: WorkOrder, procedure: Procedure) -> Sourced | None:
    """The rule by which the division reviews a reply on this order before the centre; None where it does not."""
    of_demands = order.circumstances(procedure)
    rules = ((each, of) for of in of_demands for each in procedure.types[of.type].reviewed_by)
    return next((each for each, of in rules if each.by is Reviewer.DIVISION and procedure.is_so(each.when, of)), None)


def review(order: WorkOrder, command: Review, procedure: Procedure) -> Outcome[WorkOrder]:
    """A reviewer passes the reply or sends it back with grounds (第十五条(三)3, R004-131, R004-132).

    Refused to the centre before the division where the division reviews first, to the division where it does not or
    has already, and a rejection without grounds.
    """
    reviewer = _speaking_as(command)
    refusal = _accused(order, command.by, procedure) or _out_of_turn(order, reviewer, procedure)
    if refusal is not None:
        return refusal
    if not command.approved:
        return _rejected(order, command, reviewer, procedure)
    return _approved(order, command, reviewer, procedure)


def _speaking_as(command: Review) -> Reviewer:
    """A division's token reviews for the division whatever it writes; a written case names the reviewer."""
    if command.by.role == Role.DIVISION.value:
        return Reviewer.DIVISION
    return Reviewer.CENTRE if command.by.role in (Role.AGENT.value, Role.SUPERVISOR.value) else command.reviewer


def _accused(order: WorkOrder, by: Actor, procedure: Procedure) -> Refusal | None:
    """Whoever is complained about does not review the reply; of the centre the supervisor does (design reading 24)."""
    centre = order.accused == procedure.organisation.centre.id and by.role == Role.AGENT.value
    division = by.role == Role.DIVISION.value and order.accused is not None and order.accused == order.division
    return refused("order_reviewer_accused", procedure.clause("review")) if centre or division else None


def _out_of_turn(order: WorkOrder, reviewer: Reviewer, procedure: Procedure) -> Refusal | None:
    owed = division_owes_review(order, procedure)
    if reviewer is Reviewer.CENTRE and owed:
        rule = division_review(order, procedure)
        assert rule is not None
        return refused("order_division_first", rule, accepts=(Reviewer.DIVISION.value,))
    if reviewer is Reviewer.DIVISION and not owed:
        return refused("order_division_not_asked", procedure.clause("review"), accepts=(Reviewer.CENTRE.value,))
    return None


def _rejected(order: WorkOrder, command: Review, reviewer: Reviewer, procedure: Procedure) -> Outcome[WorkOrder]:
    rule = procedure.work_orders.rejection_grounds_required
    if rule is not None and rule.value and not command.grounds:
        return refused("order_grounds_missing", rule, accepts=("grounds",))
    rejected = TicketReplyRejected(
        at=command.at, by=command.by, reviewer=reviewer, unit=unit_of(order), grounds=command.grounds or ""
    )
    return again(order, rejected, procedure), (rejected,)


def _approved(order: WorkOrder, command: Review, reviewer: Reviewer, procedure: Procedure) -> Outcome[WorkOrder]:
    assert order.replied_at is not None
    final = reviewer is Reviewer.CENTRE
    approved = TicketReplyApproved(
        at=command.at, by=command.by, reviewer=reviewer, final=final, replied_at=order.replied_at
    )
    if not final:
        return order.but(division_approved=True), (approved,)
    closure = _nothing_owed(order, procedure)
    if closure is None:
        return order.but(stage=Stage.CALLBACK), (approved,)
    done, facts = closed(order, closure, command.at, command.by)
    return done, (approved, *facts)


def _nothing_owed(order: WorkOrder, procedure: Procedure) -> Closure | None:
    """How the order closes without a call (第十四条(九), R004-090, R004-091); None when a call is owed."""
    if procedure.call_owed(order.types) is CallKind.NONE:
        return Closure.NO_CALLBACK_DUE
    return Closure.CALLBACK_WAIVED if order.call_wish is CallPreference.NONE else None
