"""Emergency notices: reported by the unit, put in writing within minutes, told by agents until lifted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.fact import Line
from kit.decide.steps import Step
from kit.http.commands import CommandRequest, shown
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, Paging, page_of
from kit.http.parameters import InPath
from kit.http.steps import StepBody, Things, add_beginning, add_step, command_of
from kit.store.port import Condition, Document, Equal
from services.knowledge.decider import notice_fields
from services.knowledge.http.desk import KnowledgeDesk, Reader, found, new_id
from services.knowledge.http.views import NoticeView, notice_view
from services.knowledge.rules.state import Notice
from services.knowledge.rules.table import NOTICES
from services.knowledge.search.entry import touches

TAG = "紧急知识 Emergency notices"
_NOTICES = Things("/notices/{notice}", NoticeView, "notice_step", "notice_")
MOST_PAGES = 20
"""Store pages read for one answer when the area passes most notices over; the cursor goes on from there."""


class NoticeFilter(BaseModel):
    """Which notices are listed, the latest first."""

    in_force: bool = Field(default=True, description="false: those that were lifted")
    area: Line | None = Field(default=None, description="only those that concern this area or a part of it")
    unit: Line | None = None

    def where(self) -> tuple[Condition, ...]:
        """The same as conditions on the declared fields, but for the area."""
        unit = () if self.unit is None else (Equal("unit", self.unit),)
        return (Equal("in_force", self.in_force), *unit)


def add_notices(routes: APIRouter, desk: KnowledgeDesk) -> None:
    """`POST /notices`, `POST /notices/{notice}/<step>`, `GET /notices`, `GET /notices/{notice}`."""
    _add_steps(routes, desk)

    @routes.get("/notices", tags=[TAG], response_model_exclude_none=True, summary="生效中的紧急知识 Notices in force")
    async def listed(
        filters: Annotated[NoticeFilter, Query()], who: Reader, paging: PageAsked, language: LanguageAsked
    ) -> Page[NoticeView]:
        return await _page(
            desk,
            filters,
            who.utility,
            paging,
            lambda document: notice_view(document, desk.procedure_of(document.state.procedure), language),
        )

    @routes.get("/notices/{notice}", tags=[TAG], response_model=NoticeView, summary="一条紧急知识 One notice")
    async def one(notice: InPath, who: Reader, language: LanguageAsked) -> Response:
        document = await found(desk.notices, notice, who.utility, "unknown_notice")
        return shown(document, lambda each: notice_view(each, desk.procedure_of(each.state.procedure), language))


async def _page(
    desk: KnowledgeDesk,
    filters: NoticeFilter,
    utility: str,
    paging: Paging,
    view: Callable[[Document[Notice]], NoticeView],
) -> Page[NoticeView]:
    """The next page with a row in it: the area may empty pages, which nobody wants to turn by hand."""
    rows: list[NoticeView] = []
    cursor, incomplete = paging.cursor, None
    for _ in range(MOST_PAGES):
        page = await page_of(
            desk.notices.store,
            notice_fields,
            view,
            replace(paging, cursor=cursor),
            utility=utility,
            where=filters.where(),
            order="raised_at",
            descending=True,
        )
        rows, cursor = [row for row in page.items if touches(row.areas, filters.area)], page.next
        incomplete = page.incomplete or incomplete
        if rows or cursor is None:
            break
    return Page(items=rows, next=cursor, incomplete=incomplete)


def _add_steps(routes: APIRouter, desk: KnowledgeDesk) -> None:
    async def begin(step: Step[Notice], body: StepBody, asked: CommandRequest) -> Response:
        creates = desk.in_force(asked.who.utility).ref
        return await _carried_out(desk, new_id("ntc", asked), step, body, asked, creates)

    async def take(notice: str, step: Step[Notice], body: StepBody, asked: CommandRequest) -> Response:
        await found(desk.notices, notice, asked.who.utility, "unknown_notice")
        return await _carried_out(desk, notice, step, body, asked)

    for step in NOTICES.values():
        if step.begins:
            add_beginning(routes, _NOTICES, step, begin, tag=TAG)
        else:
            add_step(routes, _NOTICES, step, take, tag=TAG)


async def _carried_out(
    desk: KnowledgeDesk,
    key: str,
    step: Step[Notice],
    body: StepBody,
    asked: CommandRequest,
    creates: str | None = None,
) -> Response:
    command = command_of(step, body, asked, desk.notices.clock)
    response = await asked.carry_out(
        desk.notices,
        key,
        lambda state, procedure: step.taken(state, command, procedure),
        lambda document: notice_view(document, desk.procedure_of(document.state.procedure), asked.language),
        creates=creates,
        status=201 if creates else 200,
    )
    desk.library.touched(asked.who.utility, key)
    return response
