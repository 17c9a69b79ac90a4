"""Which ticket may be closed into which: nobody loses what they asked for, and nothing gets lighter or starts anew."""

from contracts.refusal import Refusal, refused
from procedures.model import Procedure
from services.intake.rules.ticket import Ticket


def not_merged(ticket: Ticket, other: Ticket, procedure: Procedure) -> Refusal | None:
    """Why `ticket` is not closed into `other`; None where it may be.

    Both are the same customer's or about the same matter, the one that stays is no lighter, and what a unit works on
    does not end in what none has.
    """
    basis = procedure.clause("several_demands")
    if other.over:
        return Refusal("merged_into_closed", params={"number": other.number})
    same_matter = ticket.matter is not None and ticket.matter == other.matter
    if ticket.customer_ref != other.customer_ref and not same_matter:
        return refused("merged_strangers", basis, number=other.number)
    if _rank(ticket, procedure) < _rank(other, procedure):
        return refused("merged_into_lighter", basis, type=procedure.name_of("type", other.type))
    if ticket.round > 0 and other.round == 0:
        return refused("merged_into_waiting", basis, number=other.number)
    return None


def _rank(ticket: Ticket, procedure: Procedure) -> int:
    return min(procedure.rank_of(each, ticket.grade) for each in ticket.types)
