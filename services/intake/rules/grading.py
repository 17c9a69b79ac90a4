"""Complaint grades (第十四条(六)): 1 major, 2 general, 3 light; the criteria of the text, and clusters."""

from collections.abc import Iterable
from datetime import datetime

from contracts.vocabulary import TicketType
from procedures.model import Procedure
from services.intake.rules.request import Request

MAJOR, GENERAL = 1, 2
"""重大 and 一般: what the criteria of the text are criteria for."""


def grade_at_sight(ticket_type: TicketType, request: Request, procedure: Procedure) -> int | None:
    """What the request itself says: a clerk's judgement may be graver than the criteria, not lighter (R004-070)."""
    if ticket_type is not TicketType.COMPLAINT:
        return None
    rules = procedure.grading
    found = [rules.default.value] if request.grade is None else [request.grade]
    if any(flag in rules.major_flags.value for flag in request.flags):
        found.append(MAJOR)
    if request.people >= rules.collective_people.value:
        found.append(GENERAL)
    return min(found)


def repeated_too_often(complaints: int, procedure: Procedure) -> bool:
    """The same customer has complained of the same matter often enough to make it major (R004-082)."""
    return complaints >= procedure.grading.repeats_by_one_customer.value


def is_cluster(complainants: Iterable[str], procedure: Procedure) -> bool:
    """So many different people complained of the matter within the window that it is general (R004-078)."""
    return len(set(complainants)) >= procedure.grading.cluster_complainants.value


def within_a_month(earlier: datetime, moment: datetime, procedure: Procedure) -> bool:
    """Whether a complaint counts together with one at `moment`: the window before it, or the same calendar month."""
    if earlier > moment:
        return False
    if procedure.readings.within_a_month == "calendar_month":
        zone = procedure.calendar.zone
        then, now = earlier.astimezone(zone), moment.astimezone(zone)
        return (then.year, then.month) == (now.year, now.month)
    return procedure.calendar.add(earlier, procedure.grading.cluster_window.value) >= moment
