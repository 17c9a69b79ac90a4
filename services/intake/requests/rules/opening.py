"""A request becomes a ticket (第十四条, R004-044)."""

from typing import NamedTuple

from contracts.fact import Fact
from contracts.refusal import Outcome
from contracts.ticket import (
    Demand,
    TicketAnswered,
    TicketCallContinued,
    TicketGroupRaised,
    TicketLinked,
    TicketOpened,
)
from contracts.vocabulary import Closure
from procedures.model import GroupRule, Procedure
from services.intake.requests.rules.splitting import Order
from services.intake.rules.request import Request
from services.intake.rules.ticket import Link, Ticket


class Opening(NamedTuple):
    """Everything decided about the new ticket before it exists."""

    contact: str
    number: str
    order: Order
    grade: int | None
    matter: str | None
    complaints: int
    links: tuple[Link, ...]
    counted_by: tuple[str | None, ...] = ()
    groups: tuple[tuple[GroupRule, int], ...] = ()


def first_owner(request: Request) -> str:
    """Whoever took the request owns it for the ticket's life (首问负责, R004-042)."""
    return request.by.subject


def open_ticket(ticket: Ticket | None, opening: Opening, request: Request, procedure: Procedure) -> Outcome[Ticket]:
    """Say that the ticket is open, what it points at, and the answer if there was one; once."""
    if ticket is not None:
        return ticket, ()
    return _ticket(opening, request, procedure), tuple(facts_of(opening, request, procedure))


def _ticket(opening: Opening, request: Request, procedure: Procedure) -> Ticket:
    order = opening.order
    return Ticket(
        procedure=procedure.ref,
        number=opening.number,
        contact=opening.contact,
        channel=request.channel,
        type=order.type,
        subtype=order.subtype,
        others=_others(order, request),
        area=request.area,
        grade=opening.grade,
        customer_ref=request.customer_ref,
        first_owner=first_owner(request),
        opened_at=request.at,
        flags=request.flags,
        people=request.people,
        verified=bool(request.verified),
        call_wish=request.call_wish,
        proposed_unit=order.unit,
        accused=accused_on(order, request, procedure),
        matter=opening.matter,
        gov_order=request.gov_order,
        platform=request.gov.platform if request.gov else None,
        gov=request.gov,
        complaints=opening.complaints,
        complaints_before=opening.complaints - 1,
        counted_by=opening.counted_by,
        closure=Closure.ANSWERED if request.answer else None,
        links=opening.links,
        words=(opening.contact,),
        attachments=request.attachments,
        in_call=request.call_id if request.in_call else None,
    )


def facts_of(opening: Opening, request: Request, procedure: Procedure) -> list[Fact]:
    """What opening it says."""
    said: list[Fact] = [_opened(opening, request, procedure)]
    if request.in_call and request.call_id is not None:
        said.append(TicketCallContinued(at=request.at, by=request.by, call=request.call_id))
    said.extend(
        TicketLinked(at=request.at, by=request.by, other=link.other, kind=link.kind, matter=opening.matter)
        for link in opening.links
    )
    said.extend(
        TicketGroupRaised(at=request.at, by=request.by, cause=rule.cause, to=rule.to, count=count, source=rule.source)
        for rule, count in opening.groups
    )
    if request.answer is not None:
        article = request.answer.article or request.answer.guidance
        said.append(TicketAnswered(at=request.at, by=request.by, article=article))
    return said


def _opened(opening: Opening, request: Request, procedure: Procedure) -> TicketOpened:
    order = opening.order
    return TicketOpened(
        at=request.at,
        by=request.by,
        procedure=procedure.ref,
        number=opening.number,
        channel=request.channel,
        ticket_type=order.type,
        subtype=order.subtype,
        grade=opening.grade,
        area=request.area,
        customer_ref=request.customer_ref,
        first_owner=first_owner(request),
        demands=_demands(order, request),
        proposed_unit=order.unit,
        accused=accused_on(order, request, procedure),
        call_ended_at=request.ended_at,
        call_wish=request.call_wish,
        flags=request.flags,
        fields=request.fields,
        people=request.people,
        matter=opening.matter,
        gov=request.gov,
        reason_explained=request.reason_explained,
        attachments=request.attachments,
        call_id=request.call_id,
    )


def accused_on(order: Order, request: Request, procedure: Procedure) -> str | None:
    """Who is complained about on this ticket: nobody on the ticket of another demand of the same contact."""
    accuses = any(
        procedure.types[request.demands[place].type].has("hides_caller_from_accused") for place in order.items
    )
    return request.accused if accuses else None


def _others(order: Order, request: Request) -> tuple[str, ...]:
    kinds = dict.fromkeys(request.demands[place].type for place in order.items)
    return tuple(kind for kind in kinds if kind != order.type)


def _demands(order: Order, request: Request) -> tuple[Demand, ...]:
    """Numbered from 1; their words stay in intake, since they may name people."""
    demands = request.demands
    return tuple(
        Demand(number=number, type=demands[place].type, subtype=demands[place].subtype)
        for number, place in enumerate(order.items, 1)
    )
