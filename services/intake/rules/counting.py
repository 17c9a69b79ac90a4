"""What requests are counted together by: the values that agree, as one key for each way of counting."""

from collections.abc import Mapping
from datetime import datetime

from contracts.vocabulary import Closure
from procedures.model import GradeRule, Procedure
from procedures.model.grading import Repeats
from services.intake.rules.ticket import Ticket

IN_ONE_MATTER = ("customer", "matter")
"""What a ticket itself counts: how often its customer came with its matter, on open tickets, too."""

Values = Mapping[str, str | None]
"""What a request has under each name that `same` may hold: `customer`, `matter`, `area`, `field.device_number`."""


def values_of(
    customer: str,
    matter: str | None,
    ticket_type: str,
    subtype: str | None,
    area: str | None,
    fields: Mapping[str, str],
) -> Values:
    """The values of one request; `region` is the first part of its area."""
    own = {f"field.{name}": value for name, value in fields.items()}
    region = area.partition("/")[0] if area else None
    shared = {"customer": customer, "matter": matter, "type": ticket_type, "subtype": subtype}
    return {**shared, "area": area, "region": region, **own}


def key_of(same: tuple[str, ...], values: Values) -> str | None:
    """The values that must agree, in one text; None where one is not known, and nothing is counted."""
    found = [values.get(name) for name in same]
    return "|".join(f"{name}={value}" for name, value in zip(same, found, strict=True)) if all(found) else None


def keys_of(values: Values, procedure: Procedure) -> tuple[str | None, ...]:
    """One key for each way in which repeats are counted."""
    return tuple(key_of(same, values) for same in procedure.ways_of_counting)


def is_counted_by_the_ticket(rule: Repeats) -> bool:
    """Whether the count that every ticket keeps is the one that is asked for."""
    return rule.same == IN_ONE_MATTER and rule.within is None


def is_valid(ticket: Ticket, procedure: Procedure) -> bool:
    """Whether a request counts with others: not once it proved invalid; one withdrawn as the reading says."""
    if ticket.struck or ticket.closure is Closure.INVALID:
        return False
    return ticket.closure is not Closure.WITHDRAWN or procedure.reading("withdrawn_counts") == "yes"


def times_complained(ticket: Ticket, procedure: Procedure) -> int:
    """How often its customer validly complained of its matter, up to and with this ticket."""
    return ticket.complaints if is_valid(ticket, procedure) else ticket.complaints_before


def counts(earlier: Ticket, rule: GradeRule, at: datetime, procedure: Procedure) -> bool:
    """Whether an earlier ticket is one of the repeats of a request at `at`; one still open always is."""
    if rule.repeats is None or earlier.opened_at > at:
        return False
    if rule.repeats.within is None:
        return True
    since = earlier.closed_at if rule.repeats.since == "closing" else earlier.opened_at
    return since is None or procedure.calendar.add(since, rule.repeats.within) >= at
