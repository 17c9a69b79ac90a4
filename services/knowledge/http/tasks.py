"""Collection tasks: the centre asks, a division answers with an article."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from contracts.fact import Line
from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import HolderOf
from kit.auth.scope import Principal
from kit.decide.steps import Step
from kit.http.commands import CommandRequest, shown
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, page_of
from kit.http.parameters import InPath
from kit.http.problems import Problem
from kit.http.steps import StepBody, Things, add_beginning, command_of
from kit.store.port import Condition, Equal, In
from services.knowledge.decider import task_fields
from services.knowledge.http.desk import KnowledgeDesk, found, new_id
from services.knowledge.http.views import TaskView, task_view
from services.knowledge.rules.state import Task
from services.knowledge.rules.table import KEEPERS, TASKS

TAG = "采集任务 Collection tasks"
_TASKS = Things("/tasks/{task}", TaskView, "task_step", "task_")

Keeper = Annotated[Principal, Depends(HolderOf(*KEEPERS, Role.DIVISION, Role.UNIT))]


def add_tasks(routes: APIRouter, desk: KnowledgeDesk) -> None:
    """`POST /tasks`, `GET /tasks`, `GET /tasks/{task}`."""
    _add_raising(routes, desk)

    @routes.get("/tasks", tags=[TAG], response_model_exclude_none=True, summary="任务列表 Tasks, the oldest first")
    async def listed(
        who: Keeper, paging: PageAsked, language: LanguageAsked, division: Line | None = None, open: bool | None = None
    ) -> Page[TaskView]:
        named = {"division": division, "open": open}
        return await page_of(
            desk.tasks.store,
            task_fields,
            lambda document: task_view(document, desk.procedure_of(document.state.procedure), language),
            paging,
            utility=who.utility,
            where=(*_scope(desk, who), *(Equal(name, value) for name, value in named.items() if value is not None)),
            order="raised_at",
        )

    @routes.get("/tasks/{task}", tags=[TAG], response_model=TaskView, summary="一项任务 One task")
    async def one(task: InPath, who: Keeper, language: LanguageAsked) -> Response:
        document = await found(desk.tasks, task, who.utility, "unknown_task")
        if not who.has(*KEEPERS) and document.state.division not in _divisions(desk, who):
            raise Problem(Refusal("unknown_task"))
        return shown(document, lambda each: task_view(each, desk.procedure_of(each.state.procedure), language))


def _add_raising(routes: APIRouter, desk: KnowledgeDesk) -> None:
    async def begin(step: Step[Task], body: StepBody, asked: CommandRequest) -> Response:
        command = command_of(step, body, asked, desk.tasks.clock)
        return await asked.carry_out(
            desk.tasks,
            new_id("tsk", asked),
            lambda state, procedure: step.taken(state, command, procedure),
            lambda document: task_view(document, desk.procedure_of(document.state.procedure), asked.language),
            creates=desk.in_force(asked.who.utility).ref,
            status=201,
        )

    add_beginning(routes, _TASKS, TASKS["raise"], begin, tag=TAG)


def _scope(desk: KnowledgeDesk, who: Principal) -> tuple[Condition, ...]:
    return () if who.has(*KEEPERS) else (In("division", tuple(sorted(_divisions(desk, who)))),)


def _divisions(desk: KnowledgeDesk, who: Principal) -> frozenset[str]:
    """A unit helps its division with what it was asked for."""
    procedure = desk.in_force(who.utility)
    of_units = (procedure.division_of(unit) for unit in who.units if who.has(Role.UNIT))
    own = who.divisions if who.has(Role.DIVISION) else frozenset()
    return own | {division.id for division in of_units if division is not None}
