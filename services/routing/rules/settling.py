"""What settles a matter beside the reply: money, a mediation; and the warning that more is coming."""

from contracts.refusal import Outcome, refused
from contracts.ticket import TicketCompensated, TicketMediated, TicketWarningRaised
from contracts.vocabulary import Closure
from procedures.model import Procedure
from procedures.model.part import stated
from services.routing.rules.closing import closed
from services.routing.rules.commands import Compensate, Mediate, RaiseWarning
from services.routing.rules.state import WorkOrder


def compensate(order: WorkOrder, command: Compensate, procedure: Procedure) -> Outcome[WorkOrder]:
    """Money for the customer. Refused for words that the procedure does not know, and past the most of one order."""
    rules = stated(procedure.compensation)
    if command.payment not in rules.payments.value:
        accepts = rules.payments.value
        return refused("order_payment_unknown", rules.payments, accepts=accepts, payment=command.payment)
    if command.basis not in rules.bases.value:
        return refused("order_basis_unknown", rules.bases, accepts=rules.bases.value, word=command.basis)
    most, total = rules.at_most_fen, order.compensated_fen + command.amount_fen
    if most is not None and total > most.value:
        left = max(most.value - order.compensated_fen, 0)
        return refused("order_payment_too_high", most, accepts=(f"<= {left}",), most=yuan(most.value))
    paid = TicketCompensated(
        at=command.at,
        by=command.by,
        payment=command.payment,
        amount_fen=command.amount_fen,
        basis=command.basis,
        reason=command.reason,
    )
    return order.but(compensated_fen=total), (paid,)


def yuan(fen: int) -> str:
    """As people write money: 1234 fen are 12.34."""
    return f"{fen // 100}.{fen % 100:02d}"


def mediate(order: WorkOrder, command: Mediate, procedure: Procedure) -> Outcome[WorkOrder]:
    """What came of a mediation. Refused for types that are not mediated, and for an outcome nobody has a word for."""
    rules = stated(procedure.mediation)
    if not may_be_mediated(order, procedure):
        return refused("order_not_mediated", rules, accepts=rules.types)
    outcome = rules.outcomes.get(command.outcome)
    if outcome is None:
        return refused("order_mediation_unknown", rules, accepts=rules.outcomes, outcome=command.outcome)
    said = TicketMediated(
        at=command.at, by=command.by, outcome=command.outcome, paper=command.paper, reason=command.reason
    )
    if not outcome.ends:
        return order, (said,)
    done, facts = closed(order, Closure.MEDIATED, command.at, command.by)
    return done, (said, *facts)


def may_be_mediated(order: WorkOrder, procedure: Procedure) -> bool:
    """Whether orders of this type are mediated."""
    return procedure.mediation is not None and order.ticket_type in procedure.mediation.types


def raise_warning(order: WorkOrder, command: RaiseWarning, procedure: Procedure) -> Outcome[WorkOrder]:
    """An early warning by level. Refused for a level that the procedure does not know, and without a reason."""
    level = procedure.early_warnings.get(command.warning)
    if level is None:
        accepts = procedure.early_warnings
        return refused("order_warning_unknown", procedure.clauses.loop, accepts=accepts, warning=command.warning)
    if not command.reason:
        return refused("order_reason_missing", level, accepts=("reason",))
    raised = TicketWarningRaised(
        at=command.at,
        by=command.by,
        warning=command.warning,
        to=tuple(level.to),
        reason=command.reason,
        source=level.source,
    )
    return order, (raised,)
