"""Who may be told who called: by role, reason and ticket, and never the party complained about (第十三条(四))."""

from datetime import datetime
from typing import NamedTuple

from contracts.refusal import Refusal, refused
from contracts.vocabulary import CENTRE, Role
from kit.decide.state import State
from procedures.model import Procedure
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
    if not asking.roles.isdisjoint(CENTRE):
        return None
    ticket = asking.ticket
    if ticket is None or ticket.customer_ref != customer or ticket.over or not _is_theirs(asking, ticket):
        return refused("not_your_customer", procedure.clause("scope"))
    if hidden_from(asking, ticket, procedure):
        return refused(
            "caller_hidden", procedure.types[ticket.type].hides_caller_from_accused or procedure.clauses.loop
        )
    return None


def hidden_from(asking: Asking, ticket: Ticket, procedure: Procedure) -> bool:
    """Whether the caller is hidden: a unit that is accused, or may be as long as nobody said who is (R004-040)."""
    if not asking.roles.isdisjoint(CENTRE) or not procedure.types[ticket.type].has("hides_caller_from_accused"):
        return False
    if Role.DIVISION in asking.roles and ticket.division in asking.divisions:
        return False
    return ticket.accused is None or ticket.accused in asking.units


def _is_theirs(asking: Asking, ticket: Ticket) -> bool:
    unit = Role.UNIT in asking.roles and ticket.unit in asking.units
    return unit or (Role.DIVISION in asking.roles and ticket.division in asking.divisions)


def _reasons(asking: Asking, procedure: Procedure) -> set[str]:
    return {reason for each in procedure.personal_data if each.role in asking.roles for reason in each.reasons}
