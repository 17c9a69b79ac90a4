"""Emergency notices: reported by the unit, put in writing within minutes, told by agents until lifted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.refusal import Outcome
from kit.http.commands import CommandBy, CommandRequest, shown
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, Paging, page_of
from kit.store.port import Condition, Document, Equal
from procedures.model import Procedure
from services.knowledge.decider import notice_fields
from services.knowledge.http.desk import Desk, Reader, asked, body_of, found, named, new_id
from services.knowledge.http.views import NoticeView, notice_view
from services.knowledge.rules.commands import RaiseNotice
from services.knowledge.rules.notices import raise_notice
from services.knowledge.rules.state import Notice
from services.knowledge.rules.table import NOTICES, REPORTERS, Entry
from services.knowledge.search.entry import touches

TAG = "紧急知识 Emergency notices"
MOST_PAGES = 20
"""Store pages read for one answer when the area passes most notices over; the cursor goes on from there."""


class Wanted(BaseModel):
    """Which notices are listed, the latest first."""

    in_force: bool = Field(default=True, description="false: those that were lifted")
    area: str | None = Field(default=None, description="only those that concern this area or a part of it")
    unit: str | None = None

    def where(self) -> tuple[Condition, ...]:
        """The same as conditions on the declared fields, but for the area."""
        unit = () if self.unit is None else (Equal("unit", self.unit),)
        return (Equal("in_force", self.in_force), *unit)


def add_notices(routes: APIRouter, desk: Desk) -> None:
    """`POST /notices`, `POST /notices/{notice}/<step>`, `GET /notices`, `GET /notices/{notice}`."""
    _add_raising(routes, desk)
    for name, entry in NOTICES.items():
        routes.add_api_route(
            f"/notices/{{notice}}/{name}",
            _endpoint(entry, desk),
            methods=["POST"],
            name=f"notice_{name}",
            tags=[TAG],
            summary=named(f"notice_step.{name}"),
            description=entry.model.__doc__ or "",
            response_model=NoticeView,
            response_model_exclude_none=True,
        )

    @routes.get("/notices", tags=[TAG], response_model_exclude_none=True, summary="生效中的紧急知识 Notices in force")
    async def listed(
        wanted: Annotated[Wanted, Query()], who: Reader, paging: PageAsked, language: LanguageAsked
    ) -> Page[NoticeView]:
        return await _page(
            desk,
            wanted,
            who.utility,
            paging,
            lambda document: notice_view(document, desk.procedures.get(document.state.procedure), language),
        )

    @routes.get("/notices/{notice}", tags=[TAG], response_model=NoticeView, summary="一条紧急知识 One notice")
    async def one(notice: str, who: Reader, language: LanguageAsked) -> Response:
        document = await found(desk.notices, notice, who.utility, "unknown_notice")
        return shown(document, lambda each: notice_view(each, desk.procedures.get(each.state.procedure), language))


async def _page(
    desk: Desk, wanted: Wanted, utility: str, paging: Paging, view: Callable[[Document[Notice]], NoticeView]
) -> Page[NoticeView]:
    """The next page with a row in it: the area may empty pages, which nobody wants to turn by hand."""
    rows: list[NoticeView] = []
    cursor = paging.cursor
    for _ in range(MOST_PAGES):
        page = await page_of(
            desk.notices.store,
            notice_fields,
            view,
            Paging(paging.limit, cursor),
            utility=utility,
            where=wanted.where(),
            order="raised_at",
            descending=True,
        )
        rows, cursor = [row for row in page.items if touches(row.areas, wanted.area)], page.next
        if rows or cursor is None:
            break
    return Page(items=rows, next=cursor)


def _add_raising(routes: APIRouter, desk: Desk) -> None:
    async def raise_(body: BaseModel, command: CommandRequest) -> Response:
        given = asked(RaiseNotice, body, command, desk.now())
        creates = desk.in_force(command.who.utility).ref
        key = new_id("ntc", command)
        return await _carried_out(
            desk, key, lambda state, procedure: raise_notice(state, given, procedure), command, creates
        )

    by = Annotated[CommandRequest, Depends(CommandBy(*REPORTERS))]
    raise_.__annotations__ |= {"body": body_of(RaiseNotice), "command": by}
    routes.add_api_route(
        "/notices",
        raise_,
        methods=["POST"],
        status_code=201,
        tags=[TAG],
        summary=named("notice_step.raise"),
        description=RaiseNotice.__doc__ or "",
        response_model=NoticeView,
        response_model_exclude_none=True,
    )


def _endpoint(entry: Entry[Notice], desk: Desk) -> Callable[..., Awaitable[Response]]:
    async def step(notice: str, body: BaseModel, command: CommandRequest) -> Response:
        await found(desk.notices, notice, command.who.utility, "unknown_notice")
        given: Any = asked(entry.model, body, command, desk.now())
        return await _carried_out(desk, notice, lambda state, procedure: entry.rule(state, given, procedure), command)

    by = Annotated[CommandRequest, Depends(CommandBy(*entry.roles))]
    step.__annotations__ |= {"body": body_of(entry.model), "command": by}
    return step


async def _carried_out(
    desk: Desk,
    key: str,
    step: Callable[[Notice | None, Procedure], Outcome[Notice]],
    command: CommandRequest,
    creates: str | None = None,
) -> Response:
    response = await command.carry_out(
        desk.notices,
        key,
        step,
        lambda document: notice_view(document, desk.procedures.get(document.state.procedure), command.language),
        creates=creates,
        status=201 if creates else 200,
    )
    desk.library.touched(command.who.utility, key)
    return response
