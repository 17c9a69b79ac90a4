"""Collection tasks: the centre asks, a division answers with an article."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.responses import Response

from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import HolderOf, Principal
from kit.http.commands import CommandBy, CommandRequest, shown
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, page_of
from kit.http.problems import Problem
from kit.store.port import Condition, Equal, In
from services.knowledge.decider import task_fields
from services.knowledge.http.desk import Desk, asked, body_of, found, named, new_id
from services.knowledge.http.views import TaskView, task_view
from services.knowledge.rules.commands import RaiseTask
from services.knowledge.rules.table import CENTRE
from services.knowledge.rules.tasks import raise_task

TAG = "采集任务 Collection tasks"

Keeper = Annotated[Principal, Depends(HolderOf(*CENTRE, Role.DIVISION, Role.UNIT))]


def add_tasks(routes: APIRouter, desk: Desk) -> None:
    """`POST /tasks`, `GET /tasks`, `GET /tasks/{task}`."""
    _add_raising(routes, desk)

    @routes.get("/tasks", tags=[TAG], response_model_exclude_none=True, summary="任务列表 Tasks, the oldest first")
    async def listed(
        who: Keeper, paging: PageAsked, language: LanguageAsked, division: str | None = None, open: bool | None = None
    ) -> Page[TaskView]:
        named = {"division": division, "open": open}
        return await page_of(
            desk.tasks.store,
            task_fields,
            lambda document: task_view(document, desk.procedures.get(document.state.procedure), language),
            paging,
            utility=who.utility,
            where=(*_scope(desk, who), *(Equal(name, value) for name, value in named.items() if value is not None)),
            order="raised_at",
        )

    @routes.get("/tasks/{task}", tags=[TAG], response_model=TaskView, summary="一项任务 One task")
    async def one(task: str, who: Keeper, language: LanguageAsked) -> Response:
        document = await found(desk.tasks, task, who.utility, "unknown_task")
        if not who.has(*CENTRE) and document.state.division not in _divisions(desk, who):
            raise Problem(Refusal("unknown_task"))
        return shown(document, lambda each: task_view(each, desk.procedures.get(each.state.procedure), language))


def _add_raising(routes: APIRouter, desk: Desk) -> None:
    async def raise_(body: BaseModel, command: CommandRequest) -> Response:
        given = asked(RaiseTask, body, command, desk.now())
        return await command.carry_out(
            desk.tasks,
            new_id("tsk", command),
            lambda state, procedure: raise_task(state, given, procedure),
            lambda document: task_view(document, desk.procedures.get(document.state.procedure), command.language),
            creates=desk.in_force(command.who.utility).ref,
            status=201,
        )

    by = Annotated[CommandRequest, Depends(CommandBy(*CENTRE))]
    raise_.__annotations__ |= {"body": body_of(RaiseTask), "command": by}
    routes.add_api_route(
        "/tasks",
        raise_,
        methods=["POST"],
        status_code=201,
        tags=[TAG],
        summary=named("task_step.raise"),
        description=RaiseTask.__doc__ or "",
        response_model=TaskView,
        response_model_exclude_none=True,
    )


def _scope(desk: Desk, who: Principal) -> tuple[Condition, ...]:
    return () if who.has(*CENTRE) else (In("division", tuple(sorted(_divisions(desk, who)))),)


def _divisions(desk: Desk, who: Principal) -> frozenset[str]:
    """A unit helps its division with what it was asked for."""
    procedure = desk.in_force(who.utility)
    of_units = (procedure.division_of(unit) for unit in who.units if who.has(Role.UNIT))
    own = who.divisions if who.has(Role.DIVISION) else frozenset()
    return own | {division.id for division in of_units if division is not None}
