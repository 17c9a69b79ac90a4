"""The work order's API: steps for the centre, the units and the reviewers, and the lists of every desk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.fact import Few, Instant, Line, Word
from contracts.numbering import is_shaped, parse
from contracts.refusal import Refusal
from contracts.vocabulary import ExtensionDecider, Role, Stage
from kit.auth.principal import Authenticated
from kit.auth.receipts import Receipts
from kit.auth.scope import Principal, brought_by_them, seen_by
from kit.decide.shell import UNKNOWN, Shell
from kit.decide.steps import Step
from kit.http.app import problem
from kit.http.commands import CommandRequest, shown
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, page_of
from kit.http.parameters import InPath
from kit.http.problems import Problem, granted, problem_response
from kit.http.routes import PlainRoute
from kit.http.steps import StepBody, Things, add_step, body_of, command_of
from kit.store.port import Condition, Document, Equal, In, Range
from kit.store.port import Query as StoreQuery
from procedures.loader import Procedures
from services.routing.decider import fields_of
from services.routing.rules import STEPS, WorkOrder, decide
from services.routing.seeing import may_be_seen
from services.routing.views import Proposal, UnitView, WorkOrderView, order_view, unit_view

LISTS = "工单查询 Work order lists"
CENTRE_DESK = "客服中心派单 The centre's dispatch desk"
UNIT_DESK = "责任单位处理 The responsible unit's desk"
REVIEW = "审核 Review"

_ORDERS = Things("/work-orders/{order}", WorkOrderView, "step")
_OPEN = tuple(stage.value for stage in Stage if stage is not Stage.CLOSED)
MOST_MERGES = 10
"""Of a row of tickets closed into one another."""

_EPOCH = datetime.fromtimestamp(0, UTC)


class OrderFilter(BaseModel):
    """Which orders are listed, among those the caller may see."""

    number: Line | None = Field(default=None, description="the work-order number as read over the phone")
    unit: Line | None = None
    division: Line | None = None
    stage: Few[Stage] = Field(default=(), description="every stage but closed when none is named")
    type: Word | None = None
    area: Line | None = None
    due_before: Instant | None = None
    extension: ExtensionDecider | None = Field(default=None, description="an extension waits for this decider")
    order: Literal["due", "opened_at", "number"] = "due"

    def where(self) -> tuple[Condition, ...]:
        """The same as conditions on the declared fields."""
        named = {name: getattr(self, name) for name in ("unit", "division", "type", "area", "extension")}
        named["number"] = None if self.number is None else _read(self.number)
        equal = tuple(Equal(name, value) for name, value in named.items() if value is not None)
        stages = tuple(stage.value for stage in self.stage) or (() if self.number else _OPEN)
        stage = (In("stage", stages),) if stages else ()
        due = (Range("due", _EPOCH, self.due_before),) if self.due_before else ()
        return (*equal, *stage, *due)


class Enclosure(BaseModel):
    """A file as the upload answered it; its receipt alone counts."""

    receipt: Annotated[str, Field(max_length=2000)]


class ReplyBody(body_of(STEPS["reply"])):  # type: ignore[misc]
    """The unit's reply order, with files that its own people uploaded."""

    attachments: Few[Enclosure] = ()


def router(shell: Shell[WorkOrder], procedures: Procedures, receipts: Receipts) -> APIRouter:
    """Everything under /routing."""
    found = APIRouter(route_class=PlainRoute)
    _add_lists(found, shell)
    _add_organisation(found, shell, procedures)
    _add_steps(found, shell, receipts)
    return found


def _group(step: Step[WorkOrder]) -> str:
    if step.roles == (Role.UNIT,):
        return UNIT_DESK
    return REVIEW if Role.DIVISION in step.roles else CENTRE_DESK


def _add_steps(found: APIRouter, shell: Shell[WorkOrder], receipts: Receipts) -> None:
    async def take(order: str, step: Step[WorkOrder], body: StepBody, asked: CommandRequest) -> Response:
        if isinstance(body, ReplyBody):
            files = receipts.taken((each.receipt for each in body.attachments), asked.who)
            if isinstance(files, Refusal):
                return problem_response(files, language=asked.language, instance=asked.path)
            body = body.model_copy(update={"attachments": files})
        command = command_of(step, body, asked, shell.clock)

        return await asked.carry_out(
            shell,
            order,
            lambda state, procedure: decide(step, state, command, procedure),
            lambda document: order_view(document, shell.procedure_of(document.state.procedure), asked.language),
            sees=lambda state: may_be_seen(asked.who, state),
        )

    for step in STEPS.values():
        add_step(found, _ORDERS, step, take, tag=_group(step), body=ReplyBody if step.name == "reply" else None)


def _add_lists(found: APIRouter, shell: Shell[WorkOrder]) -> None:
    @found.get("/work-orders", tags=[LISTS], summary="工单列表 A desk's list, the most urgent first")
    async def work_orders(
        filters: Annotated[OrderFilter, Query()], who: Authenticated, paging: PageAsked, language: LanguageAsked
    ) -> Page[WorkOrderView]:
        return await page_of(
            shell.store,
            fields_of,
            lambda document: order_view(document, shell.procedure_of(document.state.procedure), language),
            paging,
            utility=who.utility,
            where=(*_scope(who), *filters.where()),
            order=filters.order,
        )

    @found.get(
        "/work-orders/{order}",
        tags=[LISTS],
        response_model=WorkOrderView,
        response_model_exclude_none=True,
        summary="工单详情与经历 One order with its history, by ticket id or work-order number",
    )
    async def work_order(order: InPath, who: Authenticated, language: LanguageAsked, request: Request) -> Response:
        document = await _found(shell, order, who.utility)
        if isinstance(document, Refusal):
            return problem(request, document)
        if not may_be_seen(who, document.state):
            return problem(request, UNKNOWN)
        said = await shell.store.history(document.key)
        procedure = shell.procedure_of(document.state.procedure)
        return shown(document, lambda each: order_view(each, procedure, language, said))


def _add_organisation(found: APIRouter, shell: Shell[WorkOrder], procedures: Procedures) -> None:
    @found.get(
        "/proposals", tags=[CENTRE_DESK], response_model_exclude_none=True, summary="推荐派发单位 Who is responsible"
    )
    async def proposal(
        who: Authenticated,
        language: LanguageAsked,
        type: Word,
        area: Line | None = None,
        subtype: Line | None = None,
    ) -> Proposal:
        procedure = granted(procedures.serving(who.utility, shell.clock.now()))
        unit = procedure.unit_for(area, type, subtype)
        return Proposal(unit=unit_view(unit, procedure, language) if unit else None)

    @found.get(
        "/units", tags=[CENTRE_DESK], response_model_exclude_none=True, summary="责任单位 Everyone to dispatch to"
    )
    async def units(who: Authenticated, language: LanguageAsked) -> list[UnitView]:
        procedure = granted(procedures.serving(who.utility, shell.clock.now()))
        return [unit_view(unit, procedure, language) for unit in procedure.organisation.targets()]


def _scope(who: Principal) -> tuple[Condition, ...]:
    """The orders that this person may list; a platform's system sees those whose extension it decides."""
    scope = seen_by(who)
    if scope is None and who.has(Role.INTEGRATION):
        return (Equal("extension", ExtensionDecider.PLATFORM.value), brought_by_them(who))
    if scope is None:
        raise Problem(Refusal("role_missing"))
    return scope


async def _found(shell: Shell[WorkOrder], order: str, utility: str) -> Document[WorkOrder] | Refusal:
    if order.startswith("tkt_"):
        return await shell.shown(order, utility)
    rows = await shell.store.find(StoreQuery(utility, (Equal("number", _read(order)),), limit=1))
    return await _surviving(shell, rows[0], utility) if rows else UNKNOWN


async def _surviving(shell: Shell[WorkOrder], found: Document[WorkOrder], utility: str) -> Document[WorkOrder]:
    """Whom a merged number stands for: the order that it was closed into, and so on."""
    for _ in range(MOST_MERGES):
        into = found.state.merged_into
        other = await shell.get(into, utility) if into is not None else None
        if other is None:
            return found
        found = other
    return found


def _read(number: str) -> str:
    """A work-order number however it was typed; raises Problem 422 for one that was misheard."""
    found = parse(number)
    if found is None and not is_shaped(number):
        return number
    if found is None:
        raise Problem(Refusal("number_misread", params={"number": number}), status=422)
    return str(found)
