"""People's data, handed out by role and reason, with a record of every look (第十三条(四), R004-040)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from contracts.fact import Instant, Line
from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import HolderOf, Principal
from kit.http.app import problem
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, page_of
from kit.http.parameters import InPath
from kit.http.problems import Problem
from kit.store.port import Condition, Document, Equal, Range
from kit.store.port import Query as StoreQuery
from procedures.model import Procedure
from services.intake.http.bodies import VerificationBody
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
from services.intake.people.register import Customer, verified
from services.intake.people.rules.disclosing import Audit, audit_fields, may_know
from services.intake.people.rules.person import PersonalField, masked
from services.intake.rules.ticket import Ticket

TAG = "客户信息 Customers"
READERS = (Role.AGENT, Role.SUPERVISOR, Role.UNIT, Role.DIVISION)
Reader = Annotated[Principal, Depends(HolderOf(*READERS))]
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
        found = await desk.people.customer(who.utility, ref)
        if found is None:
            return problem(request, Refusal("unknown_customer"))
        if why.reason is None:
            return _masked_for_centre(who, found, request)
        return await _in_full(desk, who, found, why.reason, why.ticket)

    @routes.post("/customers/{ref}/verification", tags=[TAG], summary="核实身份 Check a caller against the file")
    async def verify(ref: InPath, body: VerificationBody, who: Centre, request: Request) -> Any:
        """Compares without showing: enough items must agree and none may differ (R004-045)."""
        found = await desk.people.customer(who.utility, ref)
        if found is None:
            return problem(request, Refusal("unknown_customer"))
        procedure = desk.procedure(who.utility, desk.now())
        identity = next((rules.identity for rules in procedure.types.values() if rules.identity), None)
        if identity is None:
            return problem(request, Refusal("no_identity_check"))
        stated = body.fields()
        await record(desk, who, procedure, "verification", found.ref, fields=tuple(stated))
        agrees = verified(found, stated, identity)
        return VerificationView(verified=agrees, at_least=identity.at_least, clause=identity.source)


def add_looks(routes: APIRouter, desk: FrontDesk) -> None:
    """`GET /screen`, `GET /audits`."""

    @routes.get("/screen", tags=[TAG], summary="来电弹屏 Who may be calling")
    async def screen(
        who: Centre, language: LanguageAsked, phone: Annotated[str, Query(min_length=3, max_length=40)]
    ) -> ScreenView:
        """Everybody known under the number with their latest tickets; the knowledge panel is `/knowledge`'s."""
        procedure = desk.procedure(who.utility, desk.now())
        await record(desk, who, procedure, "screen", None)
        found = await desk.people.find(who.utility, PersonalField.CONTACT, phone)
        return ScreenView(customers=tuple([await panel(desk, who.utility, each, language) for each in found]))

    @routes.get("/audits", tags=[TAG], summary="查看留痕 Who looked at people's data")
    async def audits(filters: Annotated[AuditFilter, Query()], who: Inspector, paging: PageAsked) -> Page[AuditView]:
        same = {name: getattr(filters, name) for name in ("customer", "who", "ticket")}
        where: list[Condition] = [Equal(name, value) for name, value in same.items() if value is not None]
        if filters.since is not None or filters.until is not None:
            where.append(Range("at", filters.since, filters.until))
        return await page_of(
            desk.people.audits.store,
            audit_fields,
            _audit,
            paging,
            utility=who.utility,
            where=where,
            order="at",
            descending=True,
        )


def _masked_for_centre(who: Principal, found: Customer, request: Request) -> Any:
    if not who.has(Role.AGENT, Role.SUPERVISOR):
        return problem(request, Refusal("reason_needed"))
    return _view(found, hide=True)


async def _in_full(desk: FrontDesk, who: Principal, found: Customer, reason: str, ticket: str | None) -> CustomerView:
    """The look is written down before anything is shown."""
    procedure = desk.procedure(who.utility, desk.now())
    document = await desk.ticket(who, ticket) if ticket is not None else None
    refused = may_know(asking(who, reason, document.state if document else None), found.ref, procedure)
    if refused is not None:
        raise Problem(refused, status=403 if refused.code in _FORBIDDEN else None)
    key = document.key if document else None
    await record(desk, who, procedure, "customer", found.ref, reason=reason, ticket=key, fields=tuple(found.on_file))
    return _view(found, hide=False)


async def record(
    desk: FrontDesk,
    who: Principal,
    procedure: Procedure,
    what: str,
    customer: str | None,
    *,
    reason: str | None = None,
    ticket: str | None = None,
    fields: tuple[str, ...] = (),
) -> None:
    """Write the look down, before anything is shown."""
    audit = Audit(
        procedure=procedure.ref,
        at=desk.now(),
        who=who.subject,
        role=who.actor(*READERS).role,
        what=what,
        customer=customer,
        reason=reason,
        ticket=ticket,
        fields=fields,
    )
    await desk.people.note(who.utility, audit)


async def panel(desk: FrontDesk, utility: str, customer: Customer, language: Any) -> PanelView:
    """A customer, masked, with their latest tickets."""
    query = StoreQuery(utility, (Equal("customer", customer.ref),), "opened_at", descending=True, limit=LATEST)
    tickets: list[Document[Ticket]] = await desk.intake.tickets.store.find(query)
    shown: tuple[TicketView, ...] = tuple(
        ticket_view(ticket, desk.procedure_of(ticket.state.procedure), language) for ticket in tickets
    )
    return PanelView(customer=_view(customer, hide=True), tickets=shown)


def _view(customer: Customer, *, hide: bool) -> CustomerView:
    shown = {field.value: masked(field, value) if hide else value for field, value in customer.on_file.items()}
    return CustomerView(ref=customer.ref, masked=hide, **shown)


def _audit(document: Document[Audit]) -> AuditView:
    state = document.state
    return AuditView(**{name: getattr(state, name) for name in AuditView.model_fields})
