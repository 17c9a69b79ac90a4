"""What becomes of each demand of a request: a ticket of its own, or more on the open ticket it repeats."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, NamedTuple

from contracts.fact import Fact
from contracts.ids import derived_id
from contracts.numbering import Number
from contracts.refusal import Refusal
from contracts.vocabulary import LinkKind
from kit.decide.fold import Cause
from kit.decide.shell import Done, Idempotency
from kit.store.port import Document, Equal, Query
from procedures.model import Procedure
from services.intake.calls.rules.call import CALL
from services.intake.matters.rules.matter import Matter, Member
from services.intake.matters.sighting import Sighting, matter_id
from services.intake.requests.intake import Case, Intake, own_key, words_of
from services.intake.requests.many import counted_as, graded, groups_raised
from services.intake.requests.rules.contact import Contact, Placed, Words
from services.intake.requests.rules.opening import Opening, facts_of, open_ticket
from services.intake.requests.rules.repeating import Brought, brought, brought_at_sight
from services.intake.requests.rules.splitting import Order, split
from services.intake.rules.commands import Repeat, repeat
from services.intake.rules.counting import keys_of, times_complained
from services.intake.rules.explaining import explain
from services.intake.rules.grading import cluster_rule, grade_at_sight, grade_of_repeats, graver
from services.intake.rules.request import Request
from services.intake.rules.ticket import Link, Ticket

MOST_EARLIER = 10
"""Of one customer's tickets in one matter only the latest can still be open."""


class Decision(NamedTuple):
    """What is to become of one order: a new ticket, or more on an open one; `earlier` is the same customer's last.

    `complaints` is how often the customer validly complained of the matter, this time included.
    """

    order: Order
    ticket: str
    matter: str | None
    earlier: Document[Ticket] | None
    repeats: Document[Ticket] | None = None
    complaints: int = 1


async def place(intake: Intake, document: Document[Contact], _: str, cause: Cause) -> Callable[[Contact], Contact]:
    """The tickets of a contact, and how it learns of them.

    All demands are decided about first, so that tickets of one contact can point at each other.
    """
    case = _case_of(intake, document, cause)
    orders = split(case.request, case.procedure)
    decisions = [await _decide(intake, case, number, order) for number, order in enumerate(orders)]
    placed = tuple([await _carry_out(intake, case, decision, decisions) for decision in decisions])
    await _tell_call(intake, case, placed)
    return lambda contact: contact.model_copy(update={"placed": placed})


async def _tell_call(intake: Intake, case: Case, placed: Sequence[Placed]) -> None:
    """The call in which it was said knows the tickets that came of it; a call of no switch of ours is a mere label."""
    call = case.request.call_id
    if call is not None and call.startswith(CALL):
        tickets = tuple(each.ticket for each in placed)
        await intake.calls.led_to(case.utility, call, tickets, case.procedure.ref, case.cause)


def _case_of(intake: Intake, document: Document[Contact], cause: Cause) -> Case:
    contact = document.state
    assert contact.request is not None
    request = words_of(document, own_key(intake, document.utility)).back_into(contact.request)
    return Case(document.utility, document.key, request, intake.procedure_of(contact.procedure), cause)


async def _decide(intake: Intake, case: Case, number: int, order: Order) -> Decision:
    ticket = _ticket_id(case.request, case.key, number)
    matter = await _matter_of(intake, case, ticket, order)
    same_order = await _of_the_order(intake, case, ticket)
    alike = await _alike(intake, case, order, ticket, matter)
    candidates = alike if case.request.gov is None else [each for each in same_order if each.state.type == order.type]
    goes_on = [each for each in candidates if _goes_on(each.state, case.procedure)]
    times = (times_complained(each.state, case.procedure) for each in alike)
    return Decision(
        order,
        ticket,
        matter,
        earlier=max(same_order, key=_nearness, default=None) or max(alike, key=_nearness, default=None),
        repeats=max(goes_on, key=_nearness, default=None),
        complaints=max(times, default=0) + 1,
    )


def _ticket_id(request: Request, contact: str, number: int) -> str:
    return derived_id("tkt", request.at, contact, str(number))


def demands_on(ticket: str, contact: Document[Contact], procedure: Procedure) -> tuple[int, ...]:
    """The places of the demands of a contact that are a ticket's; all, where the contact led to one ticket alone."""
    request = contact.state.request
    orders = split(request, procedure) if request is not None else ()
    if len(orders) == 1:
        return orders[0].items
    found = ((_ticket_id(request, contact.key, number), order) for number, order in enumerate(orders) if request)
    return next((order.items for key, order in found if key == ticket), ())


def _goes_on(ticket: Ticket, procedure: Procedure) -> bool:
    """Whether the customer can be told of this ticket when they come again; once attended, an emergency is over."""
    return not ticket.over and not (ticket.attended and _is_emergency(ticket, procedure))


def _is_emergency(ticket: Ticket, procedure: Procedure) -> bool:
    return any(procedure.types[each].has("emergency") for each in ticket.types)


async def _matter_of(intake: Intake, case: Case, ticket: str, order: Order) -> str | None:
    """A clerk's word stands above the index, which learns it; without words and without a clerk nobody knows."""
    request, said = case.request, Words.of(case.request)
    told = _told_by_clerk(case, ticket)
    if intake.matters.index is None or case.procedure.matters is None or not (said.spoken or said.subject):
        return told
    sighting = Sighting(
        utility=case.utility,
        ticket=ticket,
        at=request.at,
        customer=request.customer_ref,
        type=order.type,
        subtype=order.subtype,
        area=request.area,
        subject=said.subject or "",
        text=said.spoken,
    )
    found = await intake.matters.index.matter_of(sighting, case.procedure)
    if told is None or told == found:
        return found
    await intake.matters.index.assign(case.utility, ticket, told)
    return told


def _told_by_clerk(case: Case, ticket: str) -> str | None:
    if case.request.matter is not None:
        return matter_id(case.utility, case.request.matter)
    return matter_id(case.utility, ticket) if case.request.separate else None


async def _of_the_order(intake: Intake, case: Case, ticket: str) -> list[Document[Ticket]]:
    """The tickets of the same order of a platform, whatever their type: it may be sent again, set right."""
    order = case.request.gov_order
    return [] if order is None else await _latest(intake, case, ticket, Equal("gov_order", order))


async def _alike(intake: Intake, case: Case, order: Order, ticket: str, matter: str | None) -> list[Document[Ticket]]:
    """The tickets of the same customer in the same matter, by whatever way they came."""
    request = case.request
    alone = matter in (None, matter_id(case.utility, ticket)) or request.parent or request.appeals or request.separate
    if alone or request.anonymous:
        return []
    where = [Equal("matter", matter), Equal("customer", request.customer_ref)]
    if case.procedure.matters is None or "type" in case.procedure.matters.compare.value:
        where.append(Equal("type", order.type))
    return await _latest(intake, case, ticket, *where)


async def _latest(intake: Intake, case: Case, ticket: str, *where: Equal) -> list[Document[Ticket]]:
    query = Query(case.utility, where, "opened_at", descending=True, limit=MOST_EARLIER)
    return [document for document in await intake.tickets.store.find(query) if document.key != ticket]


def _nearness(document: Document[Ticket]) -> tuple[bool, datetime, int]:
    ticket = document.state
    return (not ticket.over, ticket.opened_at, ticket.complaints)


async def _carry_out(intake: Intake, case: Case, decision: Decision, all_: list[Decision]) -> Placed:
    if decision.repeats is not None:
        placed = await _repeat(intake, case, decision, decision.repeats)
        if placed is not None:
            return placed
        # It was closed a moment ago: the customer gets a ticket after all.
        decision = decision._replace(earlier=await _fresh(intake, decision.repeats))
    return await _open(intake, case, decision, [other for other in all_ if other.ticket != decision.ticket])


async def _fresh(intake: Intake, document: Document[Ticket]) -> Document[Ticket]:
    return (await intake.tickets.store.load([document.key]))[document.key]


async def _repeat(intake: Intake, case: Case, decision: Decision, open_: Document[Ticket]) -> Placed | None:
    """More on the open ticket; None when it closed meanwhile."""
    request = case.request
    command = Repeat(
        at=request.at,
        by=request.by,
        words=case.key,
        brings=await _brings(intake, case, open_),
        strong=request.strong or _is_emergency(open_.state, case.procedure),
        complaints=_counted(case, decision, open_),
        attachments=request.attachments,
        flags=request.flags,
        people=request.people,
        grade=request.grade,
        call_wish=request.call_wish,
        accused=request.accused,
        gov=request.gov,
    )
    done = await intake.tickets.do(
        open_.key,
        lambda state, procedure: repeat(state, command, procedure),
        utility=case.utility,
        cause=replace(case.cause, id=f"{case.key}/{decision.ticket}"),
        idempotency=Idempotency(f"{case.key}/{decision.ticket}", "", lambda _: b""),
    )
    if isinstance(done, Refusal):
        return None if done.code == "ticket_over" else _pressed_in_vain(case, decision, open_, done)
    return _placed(case, decision, done.document, [event.data for event in done.events], "repeat")


def _counted(case: Case, decision: Decision, open_: Document[Ticket]) -> int | None:
    """How often the customer complained by now; an order of a platform that is sent again is the same complaint."""
    again = case.request.gov_order is not None and case.request.gov_order == open_.state.gov_order
    return None if decision.order.graded is None or again else decision.complaints


def _pressed_in_vain(case: Case, decision: Decision, open_: Document[Ticket], refusal: Refusal) -> Placed:
    """Under the reading that refuses a third urge the contact is still recorded, and told why."""
    placed = _placed(case, decision, open_, [], "repeat")
    return placed.model_copy(update={"explanation": placed.explanation.model_copy(update={"code": refusal.code})})


async def _brings(intake: Intake, case: Case, open_: Document[Ticket]) -> Brought:
    said = Words.of(case.request).spoken
    at_sight = brought_at_sight(case.request, said)
    if at_sight is not None:
        return at_sight
    known = (await intake.contacts.store.load(open_.state.words)).values()
    return brought(said, [words_of(contact, own_key(intake, case.utility)).spoken for contact in known], case.procedure)


async def _open(intake: Intake, case: Case, decision: Decision, siblings: list[Decision]) -> Placed:
    complaints = decision.complaints
    counted = counted_as(intake, case, decision.ticket, decision.order, decision.matter)
    grade = await graded(intake, counted, _grade(case, decision, complaints))
    matter = await _joined(intake, case, decision, grade)
    member = matter.member(decision.ticket) if matter else None
    opening = Opening(
        contact=case.key,
        number=await _number(intake, case),
        order=decision.order,
        grade=member.grade if member else grade,
        matter=decision.matter,
        complaints=complaints,
        links=tuple(_links(case, decision, siblings, matter)),
        counted_by=keys_of(counted.values, case.procedure),
        groups=await groups_raised(intake, counted) if case.procedure.groups else (),
    )
    done = await intake.tickets.do(
        decision.ticket,
        lambda state, _: open_ticket(state, opening, case.request, case.procedure),
        utility=case.utility,
        cause=replace(case.cause, id=f"{case.key}/{decision.ticket}"),
        creates=case.procedure.ref,
        is_new=True,
    )
    assert isinstance(done, Done), done
    said = [event.data for event in done.events] or facts_of(opening, case.request, case.procedure)
    return _placed(case, decision, done.document, said, "opened")


def _grade(case: Case, decision: Decision, complaints: int) -> int | None:
    order = decision.order
    grades = (grade_at_sight(case.request.demands[place], case.request, case.procedure) for place in order.items)
    grade = min((each for each in grades if each is not None), default=None)
    if grade is None or order.graded is None:
        return None
    return graver(grade, grade_of_repeats(order.graded, complaints, case.procedure))


async def _joined(intake: Intake, case: Case, decision: Decision, grade: int | None) -> Matter | None:
    """The matter with this complaint in it; other types have no grade that a matter could change."""
    graded_type = decision.order.graded
    if decision.matter is None or grade is None or graded_type is None or case.request.anonymous:
        return None
    member = Member(
        ticket=decision.ticket, customer=case.request.customer_ref, at=case.request.at, grade=grade, told=True
    )
    at, rule = case.request.at, cluster_rule(graded_type, case.procedure)
    return await intake.matters.join(case.utility, decision.matter, member, at, rule, case.procedure, case.cause)


def _links(case: Case, decision: Decision, siblings: list[Decision], matter: Matter | None) -> list[Link]:
    """What the new ticket points at: what it came from, what came with it, what it repeats, what it belongs to."""
    links = [Link(other=case.request.parent, kind=LinkKind.NEW_REQUEST)] if case.request.parent else []
    if case.request.appeals is not None:
        links.append(Link(other=case.request.appeals, kind=LinkKind.APPEAL))
    for sibling in siblings:
        other = sibling.repeats.key if sibling.repeats else sibling.ticket
        links.append(Link(other=other, kind=LinkKind.SAME_CONTACT))
    if decision.earlier is not None:
        links.append(Link(other=decision.earlier.key, kind=LinkKind.REPEAT))
    if matter is not None:
        member = matter.member(decision.ticket)
        alike = dict.fromkeys((matter.first, *(member.announced_to if member else ())))
        links += [Link(other=other, kind=LinkKind.SAME_MATTER) for other in alike if other != decision.ticket]
    return links


async def _number(intake: Intake, case: Case) -> str:
    procedure = case.procedure
    day = case.request.at.astimezone(procedure.calendar.zone).date()
    serial = await intake.tickets.store.increment(f"number/{case.utility}/{day:%Y%m%d}")
    return str(Number(procedure.hotline, day, serial))


def _placed(
    case: Case, decision: Decision, document: Document[Ticket], said: Sequence[Fact], kind: Literal["opened", "repeat"]
) -> Placed:
    ticket = document.state
    return Placed(
        ticket=document.key,
        number=ticket.number,
        kind=kind,
        type=ticket.type,
        subtype=ticket.subtype,
        grade=ticket.grade,
        unit=ticket.unit or ticket.proposed_unit,
        matter=ticket.matter,
        items=decision.order.items,
        said=tuple(fact.short_type() for fact in said),
        explanation=explain(ticket, said, case.request.at, case.procedure),
    )
