"""Who may be told who called: by role, reason and ticket, and never the party complained about (第十三条(四))."""

from datetime import datetime
from typing import NamedTuple

from contracts.refusal import Refusal, refused
from contracts.vocabulary import CENTRE, NO_ONE, Role
from kit.decide.state import State
from procedures.model import Procedure
from procedures.model.part import Sourced
from services.intake.people.rules.person import PersonalField
from services.intake.rules.grading import circumstances_of
from services.intake.rules.ticket import Ticket


class Audit(State):
    """One look at a customer's data, words or files; never changed.

    `reason` is None where only masked data was shown, and for words and files, which belong to the work itself;
    `number` is the index of the number that was looked up.
    """

    procedure: str
    at: datetime
    who: str
    role: str
    what: str
    customer: str | None = None
    reason: str | None = None
    ticket: str | None = None
    fields: tuple[str, ...] = ()
    number: str | None = None
    file: str | None = None


FIELDS = ("at", "who", "customer", "ticket", "number")


def audit_fields(audit: Audit) -> dict[str, str | datetime | None]:
    """What lists may ask for."""
    return {
        "at": audit.at,
        "who": audit.who,
        "customer": audit.customer,
        "ticket": audit.ticket,
        "number": audit.number,
    }


class Asking(NamedTuple):
    """Somebody who wants to know: their roles and scope, the reason they give and the ticket they name."""

    roles: frozenset[Role]
    units: frozenset[str]
    divisions: frozenset[str]
    reason: str
    ticket: Ticket | None


def may_know(asking: Asking, customer: str, procedure: Procedure) -> Refusal | None:
    """None when the customer's data may be shown in full; the refusal names the reasons this role may have."""
    allowed = _reasons(asking, procedure)
    if asking.reason not in allowed:
        rules = procedure.confidentiality
        basis = rules.protected_fields if rules else procedure.clauses.loop
        return refused("reason_not_allowed", basis, accepts=tuple(sorted(allowed)), reason=asking.reason)
    ticket, of_the_centre = asking.ticket, not asking.roles.isdisjoint(CENTRE)
    if ticket is None or (not of_the_centre and not _is_on(asking, ticket, customer)):
        return None if of_the_centre else refused("not_your_customer", procedure.clause("scope"))
    if hidden_from(asking, ticket, procedure):
        return refused("caller_hidden", _hiding(ticket, procedure) or procedure.clauses.loop)
    return None


def hidden_from(asking: Asking, ticket: Ticket, procedure: Procedure) -> bool:
    """Whether the caller is hidden: from whoever is accused, the next level up knows (R004-040, reading 24).

    As long as nobody said who is, from the handling unit, unless one of the demands has it reach the customer
    (reading 30).
    """
    if _hiding(ticket, procedure) is None or ticket.accused == NO_ONE:
        return False
    if not asking.roles.isdisjoint(CENTRE):
        return ticket.accused == procedure.organisation.centre.id and Role.SUPERVISOR not in asking.roles
    if ticket.accused is not None:
        return ticket.accused in asking.units or ticket.accused in asking.divisions
    if Role.DIVISION in asking.roles and ticket.division in asking.divisions:
        return False
    return not any(procedure.is_visited(of) for of in circumstances_of(ticket, procedure))


def _hiding(ticket: Ticket, procedure: Procedure) -> Sourced | None:
    """What says that the caller of such a ticket is hidden from somebody; None where nothing does."""
    asked = (procedure.types[each].hides_caller_from_accused for each in ticket.types)
    return next((setting for setting in asked if setting is not None and setting.value), None)


def _is_on(asking: Asking, ticket: Ticket, customer: str) -> bool:
    return ticket.customer_ref == customer and not ticket.over and _is_theirs(asking, ticket)


def _is_theirs(asking: Asking, ticket: Ticket) -> bool:
    unit = Role.UNIT in asking.roles and ticket.unit in asking.units
    return unit or (Role.DIVISION in asking.roles and ticket.division in asking.divisions)


def _reasons(asking: Asking, procedure: Procedure) -> set[str]:
    return {reason for each in procedure.personal_data if each.role in asking.roles for reason in each.reasons}


def field_hidden(field: str, procedure: Procedure) -> Refusal | None:
    """Whether somebody who gives no reason reads this field masked: what the file protects, and an id number always."""
    rules = procedure.confidentiality
    if rules is not None and field not in rules.protected_fields.value and field != PersonalField.ID_NUMBER:
        return None
    return refused("field_protected", rules.protected_fields if rules else procedure.clauses.loop)
