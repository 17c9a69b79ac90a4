"""The call in which a ticket was opened, from then to its hang-up (design readings 5 and 28)."""

from contracts.refusal import Outcome
from contracts.ticket import TicketCallEnded
from kit.decide.steps import Command
from procedures.model import Procedure
from services.intake.rules.ticket import Ticket


class CallOver(Command):
    """The phone switch saw the hang-up of this call at `at`."""

    call: str


def hang_up(ticket: Ticket | None, command: CallOver, _: Procedure) -> Outcome[Ticket]:
    """Said once, and only of the call that the ticket was opened in: another changes nothing."""
    assert ticket is not None
    if ticket.in_call != command.call:
        return ticket, ()
    said = TicketCallEnded(at=command.at, by=command.by, call=command.call)
    return ticket.model_copy(update={"in_call": None}), (said,)
