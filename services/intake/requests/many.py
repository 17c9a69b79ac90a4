"""How many requests there are like this one: repeats by their customer, requests of other customers, whole groups."""

from typing import NamedTuple

from kit.decide.fold import Cause
from kit.store.port import Equal, Query
from procedures.model import GradeRule, GroupRule, Procedure
from services.intake.matters.rules.group import GroupMember
from services.intake.matters.rules.matter import Member
from services.intake.matters.sighting import matter_id
from services.intake.people.rules.person import PersonalField, normal
from services.intake.requests.intake import Case, Intake
from services.intake.requests.rules.splitting import Order
from services.intake.rules.counting import Values, counts, is_valid, key_of, values_of
from services.intake.rules.grading import circumstances, counted_rules, graver, other_cluster_rules
from services.intake.rules.request import Item, Request


class Counted(NamedTuple):
    """A ticket that is about to be opened, with the values by which it is counted together with others."""

    utility: str
    ticket: str
    item: Item
    request: Request
    values: Values
    procedure: Procedure
    cause: Cause


def counted_as(intake: Intake, case: Case, ticket: str, order: Order, matter: str | None) -> Counted:
    """What a ticket is counted by. People's own fields are counted by their blind index, and never in the clear."""
    request = case.request
    hidden = {
        name: intake.vault.blind(case.utility, f"field.{name}", _plain(name, value, case.procedure))
        for name, value in request.personal.items()
    }
    fields = {**request.fields, **hidden}
    values = values_of(request.customer_ref, matter, order.type, order.subtype, request.area, fields)
    item = Item(type=order.graded or order.type, subtype=order.subtype)
    return Counted(case.utility, ticket, item, request, values, case.procedure, case.cause)


def _plain(name: str, value: str, procedure: Procedure) -> str:
    """One spelling for all of the same value."""
    is_phone = procedure.fields[name].kind == "phone"
    return normal(PersonalField.CONTACT if is_phone else PersonalField.NAME, value)


async def graded(intake: Intake, counted: Counted, grade: int | None) -> int | None:
    """The grade that a request has as one of many, at least as grave as its own; types without grades have none."""
    if grade is None or counted.request.anonymous:
        return grade
    for rule in counted_rules(counted.item.type, counted.procedure):
        if rule.repeats and await _earlier(intake, counted, rule) + 1 >= rule.repeats.at_least:
            grade = graver(grade, rule.grade)
    for rule in other_cluster_rules(counted.item.type, counted.procedure):
        grade = graver(grade, await _in_cluster(intake, counted, rule, grade))
    return grade


async def _earlier(intake: Intake, counted: Counted, rule: GradeRule) -> int:
    """How many earlier tickets are repeats of this one; what proved invalid is none."""
    assert rule.repeats is not None
    key = key_of(rule.repeats.same, counted.values)
    if key is None:
        return 0
    place = counted.procedure.ways_of_counting.index(rule.repeats.same) + 1
    query = Query(
        counted.utility, (Equal(f"same_{place}", key),), "opened_at", descending=True, limit=2 * rule.repeats.at_least
    )
    found = [each for each in await intake.tickets.store.find(query) if each.key != counted.ticket]
    at, procedure = counted.request.at, counted.procedure
    return sum(counts(each.state, rule, at, procedure) for each in found if is_valid(each.state, procedure))


async def _in_cluster(intake: Intake, counted: Counted, rule: GradeRule, grade: int | None) -> int | None:
    """The grade among the requests of many customers that agree in what the rule says."""
    key = key_of(rule.complainants.same, counted.values) if rule.complainants else None
    if key is None or grade is None:
        return None
    request = counted.request
    member = Member(ticket=counted.ticket, customer=request.customer_ref, at=request.at, grade=grade, told=True)
    matter = matter_id(counted.utility, f"cluster/{rule.grade}/{key}")
    joined = await intake.matters.join(
        counted.utility, matter, member, request.at, rule, counted.procedure, counted.cause
    )
    found = joined.member(counted.ticket)
    return found.grade if found else None


async def groups_raised(intake: Intake, counted: Counted) -> tuple[tuple[GroupRule, int], ...]:
    """The groups that this request completes."""
    of = circumstances(counted.item, counted.request, counted.procedure)
    member = GroupMember(ticket=counted.ticket, at=counted.request.at)
    return await intake.groups.raised_by(counted.utility, member, counted.values, of, counted.procedure, counted.cause)
