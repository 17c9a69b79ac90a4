"""Every step on a ticket at the front desk: its command and rule, whose it is, its clause, when it is heard."""

from contracts.vocabulary import CENTRE, Role
from kit.decide.steps import Step, steps
from kit.decide.steps import accepted_now as accepted
from procedures.model import Procedure
from procedures.model.part import Sourced
from services.intake.rules import commands
from services.intake.rules.grading import is_graded
from services.intake.rules.ticket import Ticket

FRONT_OFFICE = (*CENTRE, Role.INTEGRATION)
"""Who hears customers: the centre's people, and systems that customers use."""


def _first_contact(procedure: Procedure) -> Sourced:
    return procedure.clause("first_contact_answer")


def _open_order(procedure: Procedure) -> Sourced:
    return procedure.clause("new_order_only_for_new_request")


def _supplements(procedure: Procedure) -> Sourced:
    return procedure.clause("supplements")


def _grade_by_hand(procedure: Procedure) -> Sourced:
    return procedure.clause("grade_by_hand")


def _urging(procedure: Procedure) -> Sourced:
    return procedure.urging.past_share if procedure.urging else procedure.clauses.loop


def _has_urging(procedure: Procedure) -> bool:
    return procedure.urging is not None


def _matters(procedure: Procedure) -> Sourced:
    return procedure.matters.compare if procedure.matters else procedure.clauses.loop


def _goes_on(ticket: Ticket, _: Procedure) -> bool:
    return not ticket.over


def _has_a_grade(ticket: Ticket, procedure: Procedure) -> bool:
    return not ticket.over and any(is_graded(each, procedure) for each in ticket.types)


def _has_grades(procedure: Procedure) -> bool:
    return bool(procedure.grading)


def _has_a_matter(ticket: Ticket, _: Procedure) -> bool:
    return ticket.matter is not None


STEPS = steps(
    Step("answer", commands.Answer, commands.answer, CENTRE, _first_contact, open=commands.may_be_answered),
    Step("urge", commands.Urge, commands.urge, FRONT_OFFICE, _urging, open=_goes_on, offered=_has_urging, word="urges"),
    Step(
        "supplement",
        commands.Supplement,
        commands.supplement,
        FRONT_OFFICE,
        _supplements,
        open=_goes_on,
        word="supplements",
    ),
    Step(
        "withdraw",
        commands.Withdraw,
        commands.withdraw,
        FRONT_OFFICE,
        _open_order,
        open=_goes_on,
        word="withdrawal",
    ),
    Step("regrade", commands.Regrade, commands.regrade, CENTRE, _grade_by_hand, open=_has_a_grade, offered=_has_grades),
    Step("link", commands.LinkTo, commands.link, CENTRE, _matters, word="links"),
    Step(
        "leave_matter", commands.LeaveMatter, commands.leave_matter, CENTRE, _matters, open=_has_a_matter, word="matter"
    ),
)


def accepted_now(ticket: Ticket, procedure: Procedure) -> tuple[str, ...]:
    """What can be asked of the ticket now, whoever may ask it."""
    return accepted(STEPS, ticket, ticket.stage, procedure)
