"""People's data, handed out by role and reason, with a record of every look."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from contracts.fact import Instant, Line
from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import HolderOf
from kit.auth.scope import Principal
from kit.http.app import problem
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, Paging, page_of
from kit.http.parameters import InPath
from kit.http.problems import Problem, granted
from kit.store.port import Condition, Document, Equal, Range
from kit.store.port import Query as StoreQuery
from procedures.model import Procedure
from services.intake.http.bodies import PhoneBody, VerificationBody
from services.intake.http.desk import Centre, FrontDesk, asking
from services.intake.http.views import (
    AuditView,
    CustomerView,
    PanelView,
    ScreenView,
    TicketView,
    VerificationView,
    ticket_view,
)
from services.intake.looking import Key, Look
from services.intake.people.register import Customer, verified
from services.intake.people.rules.disclosing import Audit, audit_fields, field_hidden, may_know
from services.intake.people.rules.person import PersonalField, masked
from services.intake.rules.ticket import Ticket

TAG = "客户信息 Customers"
_READERS = (Role.AGENT, Role.SUPERVISOR, Role.UNIT, Role.DIVISION)
Reader = Annotated[Principal, Depends(HolderOf(*_READERS))]
Inspector = Annotated[Principal, Depends(HolderOf(Role.ADMIN, Role.SUPERVISOR))]

LATEST = 10
"""Tickets of a customer on the agent's screen."""

_FORBIDDEN = frozenset({"reason_not_allowed", "not_your_customer", "caller_hidden"})


class AuditFilter(BaseModel):
    """Which looks are listed, newest first."""

    customer: Line | None = None
    who: Line | None = None
    ticket: Line | None = None
    since: Instant | None = None
    until: Instant | None = Field(default=None, description="before this moment")


class Why(BaseModel):
    """For what the data is needed; without a reason the centre sees it masked."""

    model_config = ConfigDict(extra="forbid")

    reason: Line | None = Field(default=None, description="one that the procedure allows the role")
    ticket: Line | None = Field(default=None, description="needed by units and divisions: one of theirs")


def add_customers(routes: APIRouter, desk: FrontDesk) -> None:
    """`GET /customers/{ref}`, `POST /customers/{ref}/verification`."""

    @routes.get("/customers/{ref}", tags=[TAG], response_model=CustomerView, summary="客户信息 Who a customer is")
    async def customer(ref: InPath, why: Annotated[Why, Query()], who: Reader, request: Request) -> Any:
        """Masked for the centre; in full for a reason the procedure allows the role, which is recorded first.

        Units and divisions must name a ticket of theirs, and never learn who complained of them.
        """
        if not await desk.people.has(who.utility, ref):
            return problem(request, Refusal("unknown_customer"))
        if why.reason is None:
            return await _masked_for_centre(desk, who, ref, request)
        return await _in_full(desk, who, ref, why.reason, why.ticket)

    @routes.post("/customers/{ref}/verification", tags=[TAG], summary="核实身份 Check a caller against the file")
    async def verify(ref: InPath, body: VerificationBody, who: Centre, request: Request) -> Any:
        """Compares without showing: enough items must agree and none may differ."""
        if not await desk.people.has(who.utility, ref):
            return problem(request, Refusal("unknown_customer"))
        procedure = desk.procedure(who.utility, desk.now())
        identity = next((rules.identity for rules in procedure.types.values() if rules.identity), None)
        if identity is None:
            return problem(request, Refusal("no_identity_check"))
        stated = body.fields()
        key = granted(await desk.looks.tried(who, Look("verification", procedure.ref, ref, fields=tuple(stated))))
        agrees = verified(await _on_file(desk, ref, key), stated, identity)
        return VerificationView(verified=agrees, at_least=identity.at_least, clause=identity.source)


def add_looks(routes: APIRouter, desk: FrontDesk) -> None:
    """`POST /screen`, `GET /audits`, `POST /audits/search`."""

    @routes.post("/screen", tags=[TAG], summary="来电弹屏 Who may be calling")
    async def screen(body: PhoneBody, who: Centre, language: LanguageAsked) -> ScreenView:
        """Everybody known under the number with their latest tickets; the knowledge panel is `/knowledge`'s.

        A number stands in no address, where every server on the way would write it down.
        """
        found = await callers(desk, who, body.phone, "screen")
        return ScreenView(customers=tuple([await panel(desk, who.utility, each, language) for each in found]))

    @routes.get("/audits", tags=[TAG], summary="查看留痕 Who looked at people's data")
    async def audits(filters: Annotated[AuditFilter, Query()], who: Inspector, paging: PageAsked) -> Page[AuditView]:
        return await _audits(desk, who, filters, paging)

    @routes.post("/audits/search", tags=[TAG], summary="按号码查留痕 Who looked a number up")
    async def looked_up(body: PhoneBody, who: Inspector, paging: PageAsked) -> Page[AuditView]:
        """Newest first; the number is compared by its index and opens nothing."""
        index = desk.people.index(who.utility, PersonalField.CONTACT, body.phone)
        return await _audits(desk, who, AuditFilter(), paging, Equal("number", index))


async def _audits(
    desk: FrontDesk, who: Principal, filters: AuditFilter, paging: Paging, *more: Condition
) -> Page[AuditView]:
    same = {name: getattr(filters, name) for name in ("customer", "who", "ticket")}
    where: list[Condition] = [*more, *(Equal(name, value) for name, value in same.items() if value is not None)]
    if filters.since is not None or filters.until is not None:
        where.append(Range("at", filters.since, filters.until))
    return await page_of(
        desk.looks.audits.store,
        audit_fields,
        _audit,
        paging,
        utility=who.utility,
        where=where,
        order="at",
        descending=True,
    )


async def callers(desk: FrontDesk, who: Principal, phone: str, what: str) -> list[Customer]:
    """Everybody known under a number; a look-up by phone is itself a look at people's data."""
    index = desk.people.index(who.utility, PersonalField.CONTACT, phone)
    look = Look(what, desk.procedure(who.utility, desk.now()).ref, number=index)
    return await desk.people.find(PersonalField.CONTACT, index, granted(await desk.looks.counted(who, look)))


async def _masked_for_centre(desk: FrontDesk, who: Principal, ref: str, request: Request) -> Any:
    if not who.has(Role.AGENT, Role.SUPERVISOR):
        return problem(request, Refusal("reason_needed"))
    procedure = desk.procedure(who.utility, desk.now())
    look = Look("customer", procedure.ref, ref)
    return _masked(await _on_file(desk, ref, granted(await desk.looks.counted(who, look))), procedure)


async def _in_full(desk: FrontDesk, who: Principal, ref: str, reason: str, ticket: str | None) -> CustomerView:
    """The look is written down before anything is shown."""
    procedure = desk.procedure(who.utility, desk.now())
    document = await desk.ticket(who, ticket) if ticket is not None else None
    refused = may_know(asking(who, reason, document.state if document else None), ref, procedure)
    if refused is not None:
        raise Problem(refused, status=403 if refused.code in _FORBIDDEN else None)
    fields = await desk.people.fields_of(who.utility, ref)
    look = Look("customer", procedure.ref, ref, reason, document.key if document else None, fields)
    found = await _on_file(desk, ref, granted(await desk.looks.counted(who, look)))
    return CustomerView(ref=ref, masked=False, **{field.value: value for field, value in found.on_file.items()})


async def _on_file(desk: FrontDesk, ref: str, key: Key) -> Customer:
    return await desk.people.customer(ref, key) or Customer(ref, {})


async def panel(desk: FrontDesk, utility: str, customer: Customer, language: Any) -> PanelView:
    """A customer, masked, with their latest tickets."""
    query = StoreQuery(utility, (Equal("customer", customer.ref),), "opened_at", descending=True, limit=LATEST)
    tickets: list[Document[Ticket]] = await desk.intake.tickets.store.find(query)
    shown: tuple[TicketView, ...] = tuple(
        ticket_view(ticket, desk.procedure_of(ticket.state.procedure), language) for ticket in tickets
    )
    return PanelView(customer=_masked(customer, desk.procedure(utility, desk.now())), tickets=shown)


def _masked(customer: Customer, procedure: Procedure) -> CustomerView:
    """Without what the procedure protects."""
    shown = {
        field.value: masked(field, value) if field_hidden(field, procedure) else value
        for field, value in customer.on_file.items()
    }
    return CustomerView(ref=customer.ref, masked=True, **shown)


def _audit(document: Document[Audit]) -> AuditView:
    state = document.state
    return AuditView(**{name: getattr(state, name) for name in AuditView.model_fields})
