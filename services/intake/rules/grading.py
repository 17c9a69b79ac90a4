"""How grave a request is, by the rules of its type: circumstances, repeats by one customer, complaints by many."""

from collections.abc import Iterable
from datetime import datetime

from procedures.model import Circumstances, GradeRule, Procedure
from services.intake.rules.counting import is_counted_by_the_ticket
from services.intake.rules.request import Item, Request
from services.intake.rules.ticket import Ticket


def circumstances(item: Item, request: Request, procedure: Procedure) -> Circumstances:
    """What the procedure's conditions are held against, for one demand of a request."""
    return procedure.circumstances(
        item.type,
        subtype=item.subtype,
        grade=request.grade,
        flags=request.flags,
        channel=request.channel,
        area=request.area,
        fields=tuple(request.fields.items()),
        people=request.people,
        platform=request.gov.platform if request.gov else None,
    )


def circumstances_of(ticket: Ticket, procedure: Procedure) -> tuple[Circumstances, ...]:
    """The same of each demand of a ticket; its subtype is that of the demand that gave it its type."""
    return tuple(
        procedure.circumstances(
            kind,
            subtype=ticket.subtype if kind == ticket.type else None,
            grade=procedure.grade_of(kind, ticket.grade),
            flags=ticket.flags,
            channel=ticket.channel,
            area=ticket.area,
            people=ticket.people,
        )
        for kind in ticket.types
    )


def is_graded(ticket_type: str, procedure: Procedure) -> bool:
    """Whether requests of this type have a grade."""
    return ticket_type in procedure.grading


def grade_at_sight(item: Item, request: Request, procedure: Procedure) -> int | None:
    """What the request itself says: a clerk's judgement may be graver than the rules, not lighter.

    The default is for a request that neither a clerk nor a rule has judged.
    """
    rules = procedure.grading.get(item.type)
    if rules is None:
        return None
    judged = judged_in(circumstances(item, request, procedure), request.grade, procedure)
    return rules.default.value if judged is None else judged


def judged_in(of: Circumstances, by_hand: int | None, procedure: Procedure) -> int | None:
    """The grade by these circumstances, at least as grave as the clerk judged; None where nothing was judged."""
    rules = procedure.grading.get(of.type)
    if rules is None:
        return None
    graver_ones = procedure.grade_rules(of.type)
    plain = (rule for rule in graver_ones if rule.repeats is None and rule.complainants is None)
    judged = [] if by_hand is None else [by_hand]
    return min([*judged, *(rule.grade for rule in plain if rule.when.holds(of))], default=None)


def grade_of_repeats(ticket_type: str, complaints: int, procedure: Procedure) -> int | None:
    """The gravest grade for so many requests of one customer in one matter; None where no rule makes any of them."""
    rules = (
        rule for rule in procedure.grade_rules(ticket_type) if rule.repeats and is_counted_by_the_ticket(rule.repeats)
    )
    return min((rule.grade for rule in rules if rule.repeats and complaints >= rule.repeats.at_least), default=None)


def cluster_rule(ticket_type: str, procedure: Procedure) -> GradeRule | None:
    """The rule that makes requests of many customers in one matter graver than each of them."""
    rules = (rule for rule in procedure.grade_rules(ticket_type) if rule.complainants)
    return next((rule for rule in rules if rule.complainants and rule.complainants.same == ("matter",)), None)


def other_cluster_rules(ticket_type: str, procedure: Procedure) -> tuple[GradeRule, ...]:
    """The rules for requests of many customers that agree in something else than the matter."""
    rules = procedure.grade_rules(ticket_type)
    return tuple(rule for rule in rules if rule.complainants and rule.complainants.same != ("matter",))


def counted_rules(ticket_type: str, procedure: Procedure) -> tuple[GradeRule, ...]:
    """The rules about repeats for which earlier tickets have to be looked up."""
    rules = procedure.grade_rules(ticket_type)
    return tuple(rule for rule in rules if rule.repeats and not is_counted_by_the_ticket(rule.repeats))


def is_cluster(complainants: Iterable[str], rule: GradeRule) -> bool:
    """So many different people within the window."""
    return rule.complainants is not None and len(set(complainants)) >= rule.complainants.at_least


def counts_together(earlier: datetime, moment: datetime, rule: GradeRule, procedure: Procedure) -> bool:
    """Whether a request counts together with one at `moment`: the window before it, or the same calendar month."""
    if earlier > moment or rule.complainants is None:
        return False
    if procedure.reading("within_a_month") == "calendar_month":
        zone = procedure.calendar.zone
        then, now = earlier.astimezone(zone), moment.astimezone(zone)
        return (then.year, then.month) == (now.year, now.month)
    return procedure.calendar.add(earlier, rule.complainants.within) >= moment


def graver(*grades: int | None) -> int | None:
    """The gravest of some grades, where there are any."""
    return min((grade for grade in grades if grade is not None), default=None)
