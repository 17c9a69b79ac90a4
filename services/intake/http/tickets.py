"""Tickets as the front desk sees them: one with its words, or a list."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.fact import Line, Text, Word
from contracts.numbering import parse
from contracts.refusal import Refusal
from contracts.vocabulary import LinkKind, Role, Stage
from kit.auth.principal import Authenticated
from kit.auth.scope import Principal, brought_by, brought_by_them, seen_by
from kit.http.commands import shown
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, Paging, page_of
from kit.http.parameters import InPath
from kit.http.problems import Problem
from kit.store.port import Condition, Document, Equal, In
from services.intake.http.bodies import PhoneBody
from services.intake.http.customers import callers
from services.intake.http.desk import Centre, FrontDesk, asking
from services.intake.http.views import TicketView, WordsView, apart, ticket_view, words_view
from services.intake.looking import Look
from services.intake.people.rules.disclosing import hidden_from
from services.intake.requests.intake import words_of
from services.intake.requests.placing import demands_on
from services.intake.rules import ticket as tickets
from services.intake.rules.ticket import Ticket
from texts import Language

TAG = "工单查询 Tickets"
_KNOW_CUSTOMERS = (Role.AGENT, Role.SUPERVISOR, Role.INTEGRATION)


class TicketFilter(BaseModel):
    """Which tickets are listed, newest first, among those the reader may see."""

    number: Line | None = Field(default=None, description="as read over the phone, check digit included")
    customer: Line | None = Field(default=None, description="not for units, who may not learn who complains")
    type: Word | None = None
    stage: Stage | None = None
    matter: Line | None = None
    gov_order: Text | None = Field(default=None, description="platform/number")
    unit: Line | None = None


def add_lists(routes: APIRouter, desk: FrontDesk) -> None:
    """`GET /tickets/{ticket}`, `GET /tickets`, `POST /tickets/search`."""

    @routes.get(
        "/tickets/{ticket}", tags=[TAG], response_model=TicketView, summary="一张工单 One ticket with its words"
    )
    async def one(ticket: InPath, who: Authenticated, language: LanguageAsked) -> Response:
        """By id or by work-order number."""
        document = await desk.ticket(who, ticket)
        words = await _words(desk, who, document)
        if _is_hidden(desk, who, document):
            words = tuple(each.model_copy(update={"address": None}) for each in words)
        return shown(document, lambda found: _seen_by(desk, who, found, language).model_copy(update={"words": words}))

    @routes.get("/tickets", tags=[TAG], summary="工单列表 Tickets, newest first")
    async def listed(
        filters: Annotated[TicketFilter, Query()],
        who: Authenticated,
        paging: PageAsked,
        language: LanguageAsked,
        request: Request,
    ) -> Page[TicketView]:
        if "phone" in request.query_params:
            raise Problem(Refusal("phone_in_address", accepts=("POST /intake/tickets/search",)), status=422)
        return await _listed(desk, who, paging, language, _where(who, filters))

    @routes.post("/tickets/search", tags=[TAG], summary="按电话查工单 Tickets of whoever has this number")
    async def of_caller(body: PhoneBody, who: Centre, paging: PageAsked, language: LanguageAsked) -> Page[TicketView]:
        """Newest first; the look-up is recorded."""
        found = tuple(each.ref for each in await callers(desk, who, body.phone, "look_up"))
        return await _listed(desk, who, paging, language, (In("customer", found),))


async def _listed(
    desk: FrontDesk, who: Principal, paging: Paging, language: Language, where: tuple[Condition, ...]
) -> Page[TicketView]:
    return await page_of(
        desk.intake.tickets.store,
        tickets.fields,
        lambda found: _seen_by(desk, who, found, language),
        paging,
        utility=who.utility,
        where=(*_scope(who), *where),
        order="opened_at",
        descending=True,
    )


async def _words(desk: FrontDesk, who: Principal, document: Document[Ticket]) -> tuple[WordsView, ...]:
    ticket = document.state
    if not ticket.words:
        return ()
    key = await desk.looks.written(who, Look("words", ticket.procedure, ticket.customer_ref, ticket=document.key))
    contacts = await desk.intake.contacts.store.load(ticket.words)
    kept = [contacts[each] for each in ticket.words if each in contacts]
    views = [words_view(contact, words_of(contact, key)) for contact in kept]
    if _of_the_centre(who) or _brought(who, ticket):
        return tuple(views)
    procedure = desk.procedure_of(ticket.procedure)
    own = (demands_on(document.key, contact, procedure) for contact in kept)
    return tuple(apart(*each) for each in zip(views, (contact.state for contact in kept), own, strict=True))


def _seen_by(desk: FrontDesk, who: Principal, document: Document[Ticket], language: Any) -> TicketView:
    procedure = desk.procedure_of(document.state.procedure)
    hidden = _is_hidden(desk, who, document)
    view = ticket_view(document, procedure, language, hide_caller=hidden)
    if _of_the_centre(who) or _brought(who, document.state):
        return view
    links = tuple(link for link in view.links if link.kind is not LinkKind.SAME_CONTACT)
    return view.model_copy(update={"links": links})


def _of_the_centre(who: Principal) -> bool:
    """What came in one call is told together to the centre alone: a unit would learn from it who accuses it."""
    return who.has(Role.AGENT, Role.SUPERVISOR)


def _is_hidden(desk: FrontDesk, who: Principal, document: Document[Ticket]) -> bool:
    procedure = desk.procedure_of(document.state.procedure)
    return not _brought(who, document.state) and hidden_from(asking(who, "", document.state), document.state, procedure)


def _brought(who: Principal, ticket: Ticket) -> bool:
    """Whoever brought it knows who asks."""
    return brought_by(who, channel=ticket.channel, platform=ticket.platform)


def _scope(who: Principal) -> tuple[Condition, ...]:
    scope = seen_by(who)
    if scope is None and who.has(Role.INTEGRATION):
        return (brought_by_them(who),)
    if scope is None:
        raise Problem(Refusal("role_missing"))
    return scope


def _where(who: Principal, filters: TicketFilter) -> tuple[Condition, ...]:
    if filters.customer is not None and not who.has(*_KNOW_CUSTOMERS):
        raise Problem(Refusal("role_missing", accepts=tuple(role.value for role in _KNOW_CUSTOMERS)))
    same = {name: getattr(filters, name) for name in ("customer", "type", "stage", "matter", "gov_order", "unit")}
    conditions: list[Condition] = [Equal(name, value) for name, value in same.items() if value is not None]
    if filters.number is not None:
        number = parse(filters.number)
        if number is None:
            raise Problem(Refusal("number_misread", params={"number": filters.number}), status=422)
        conditions.append(Equal("number", str(number)))
    return tuple(conditions)
