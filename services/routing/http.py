"""The work order's API: steps for the centre, the units and the reviewers, and the lists of every desk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from contracts.refusal import Refusal
from contracts.vocabulary import ExtensionDecider, Role, Stage, TicketType
from kit.auth.principal import Authenticated, Principal, may_see, seen_by
from kit.decide.shell import Shell
from kit.http.app import problem
from kit.http.commands import Command as Asked
from kit.http.commands import command_by, shown
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, page_of
from kit.http.problems import Problem
from kit.store.port import Condition, Document, Equal, In, Range
from kit.store.port import Query as StoreQuery
from procedures.loader import Procedures
from services.routing.decider import fields_of
from services.routing.rules import COMMANDS, Command, Entry, WorkOrder, decide
from services.routing.views import Proposal, UnitView, WorkOrderView, order_view, unit_view
from texts import LANGUAGES, text

LISTS = "工单查询 Work order lists"
CENTRE = "客服中心派单 The centre's dispatch desk"
UNIT = "责任单位处理 The responsible unit's desk"
REVIEW = "审核审批 Review and approval"

_OPEN = tuple(stage.value for stage in Stage if stage is not Stage.CLOSED)
_EPOCH = datetime.fromtimestamp(0, UTC)

_SPOKEN_FOR = frozenset({"at", "by", "decider", "reviewer"})
"""Fields that the token answers, not the body."""

_ALWAYS_STATED: Mapping[str, Mapping[str, Any]] = {"reply": {"attachments": (), "parts": {}}}
"""What a body leaves out is empty; only a written case may leave it unsaid."""


class StepBody(BaseModel):
    """What every step may say."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    at: AwareDatetime | None = Field(default=None, description="only from a connected system; otherwise it is now")


class Wanted(BaseModel):
    """Which orders are listed, among those the caller may see."""

    number: str | None = Field(default=None, description="the work-order number as read over the phone")
    unit: str | None = None
    division: str | None = None
    stage: tuple[Stage, ...] = Field(default=(), description="every stage but closed when none is named")
    type: TicketType | None = None
    area: str | None = None
    due_before: AwareDatetime | None = None
    extension: ExtensionDecider | None = Field(default=None, description="an extension waits for this decider")
    order: Literal["due", "opened_at", "number"] = "due"

    def where(self) -> tuple[Condition, ...]:
        """The same as conditions on the declared fields."""
        named = {name: getattr(self, name) for name in ("number", "unit", "division", "type", "area", "extension")}
        equal = tuple(Equal(name, value) for name, value in named.items() if value is not None)
        stages = tuple(stage.value for stage in self.stage) or (() if self.number else _OPEN)
        stage = (In("stage", stages),) if stages else ()
        due = (Range("due", _EPOCH, self.due_before),) if self.due_before else ()
        return (*equal, *stage, *due)


def router(shell: Shell[WorkOrder], procedures: Procedures) -> APIRouter:
    """Everything under /routing."""
    found = APIRouter(prefix="/routing")
    _add_lists(found, shell, procedures)
    _add_organisation(found, shell, procedures)
    for name, entry in COMMANDS.items():
        found.add_api_route(
            f"/work-orders/{{order}}/{name.replace('_', '-')}",
            _endpoint(name, entry, shell, procedures),
            methods=["POST"],
            name=name,
            tags=[_group(entry)],
            summary=" ".join(text(f"step.{name}", language) for language in LANGUAGES),
            description=entry.model.__doc__ or "",
            response_model=WorkOrderView,
            response_model_exclude_none=True,
        )
    return found


def _group(entry: Entry) -> str:
    if entry.roles == (Role.UNIT,):
        return UNIT
    return REVIEW if Role.DIVISION in entry.roles else CENTRE


def _endpoint(
    name: str, entry: Entry, shell: Shell[WorkOrder], procedures: Procedures
) -> Callable[..., Awaitable[Response]]:
    """One step's endpoint: the body is the command's own fields, so that a command is described once."""

    async def step(order: str, body: StepBody, command: Asked) -> Response:
        at = command.moment(clock=shell.clock, given=body.at)
        stated = {**_ALWAYS_STATED.get(name, {}), **{each: getattr(body, each) for each in body.model_fields_set}}
        asked = entry.model.model_construct(**{**stated, "at": at, "by": command.by})
        return await command.carry_out(
            shell, order, lambda state, procedure: decide(state, asked, procedure), _shown_to(command, procedures)
        )

    step.__annotations__ |= {"body": _body_of(entry.model), "command": Annotated[Asked, _by(entry)]}
    return step


def _by(entry: Entry) -> Any:
    return Depends(command_by(*entry.roles))


def _shown_to(command: Asked, procedures: Procedures) -> Callable[[Document[WorkOrder]], WorkOrderView]:
    return lambda document: order_view(document, procedures.get(document.state.procedure), command.language)


def _body_of(model: type[Command]) -> type[StepBody]:
    own = {name: field for name, field in model.model_fields.items() if name not in _SPOKEN_FOR}
    described = {name: (field.annotation, field) for name, field in own.items()}
    made: type[StepBody] = create_model(f"{model.__name__}Body", __base__=StepBody, **described)  # type: ignore[call-overload]
    made.__doc__ = model.__doc__
    return made


def _add_lists(found: APIRouter, shell: Shell[WorkOrder], procedures: Procedures) -> None:
    @found.get("/work-orders", tags=[LISTS], summary="工单列表 A desk's list, the most urgent first")
    async def work_orders(
        wanted: Annotated[Wanted, Query()], who: Authenticated, paging: PageAsked, language: LanguageAsked
    ) -> Page[WorkOrderView]:
        return await page_of(
            shell.store,
            fields_of,
            lambda document: order_view(document, procedures.get(document.state.procedure), language),
            paging,
            utility=who.utility,
            where=(*_scope(who), *wanted.where()),
            order=wanted.order,
        )

    @found.get(
        "/work-orders/{order}",
        tags=[LISTS],
        response_model=WorkOrderView,
        response_model_exclude_none=True,
        summary="工单详情与经历 One order with its history, by ticket id or work-order number",
    )
    async def work_order(order: str, who: Authenticated, language: LanguageAsked, request: Request) -> Response:
        document = await _found(shell, order, who.utility)
        if document is None:
            return problem(request, Refusal("unknown_ticket"))
        if not _may_see(who, document):
            return problem(request, Refusal("out_of_scope"))
        said = await shell.store.history(document.key)
        procedure = procedures.get(document.state.procedure)
        return shown(document, lambda each: order_view(each, procedure, language, said))


def _add_organisation(found: APIRouter, shell: Shell[WorkOrder], procedures: Procedures) -> None:
    @found.get("/proposals", tags=[CENTRE], response_model_exclude_none=True, summary="推荐派发单位 Who is responsible")
    async def proposal(
        who: Authenticated,
        language: LanguageAsked,
        type: TicketType,
        area: str | None = None,
        subtype: str | None = None,
    ) -> Proposal:
        procedure = procedures.in_force(who.utility, shell.clock.now())
        unit = procedure.unit_for(area, type, subtype)
        return Proposal(unit=unit_view(unit, procedure, language) if unit else None)

    @found.get("/units", tags=[CENTRE], response_model_exclude_none=True, summary="责任单位 Everyone to dispatch to")
    async def units(who: Authenticated, language: LanguageAsked) -> list[UnitView]:
        procedure = procedures.in_force(who.utility, shell.clock.now())
        return [unit_view(unit, procedure, language) for unit in procedure.organisation.targets()]


def _scope(who: Principal) -> tuple[Condition, ...]:
    """The orders that this person may list; a platform's system sees those whose extension it decides."""
    scope = seen_by(who)
    if scope is None and who.has(Role.INTEGRATION):
        return (Equal("extension", ExtensionDecider.PLATFORM.value),)
    if scope is None:
        raise Problem(Refusal("out_of_scope"))
    return scope


def _may_see(who: Principal, document: Document[WorkOrder]) -> bool:
    order = document.state
    if who.has(Role.INTEGRATION) and order.gov is not None:
        return True
    return may_see(who, utility=document.utility, unit=order.responsible, division=order.division)


async def _found(shell: Shell[WorkOrder], order: str, utility: str) -> Document[WorkOrder] | None:
    if order.startswith("tkt_"):
        return await shell.get(order, utility)
    rows = await shell.store.find(StoreQuery(utility, (Equal("number", order),), limit=1))
    return rows[0] if rows else None
