"""Writing, reviewing and publishing articles: one endpoint per step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.refusal import Outcome, Refusal
from contracts.vocabulary import Role
from kit.auth.principal import Principal
from kit.http.commands import CommandBy, CommandRequest
from kit.store.port import Document
from procedures.model import Procedure
from services.knowledge.http.desk import Desk, asked, body_of, found, named, new_id
from services.knowledge.http.views import ArticleView, article_view
from services.knowledge.rules import tasks
from services.knowledge.rules.commands import SaveDraft, Submit
from services.knowledge.rules.state import Article, Task
from services.knowledge.rules.table import ARTICLES, AUTHORS, CENTRE, Entry

TAG = "知识编写与审核 Articles: writing and review"

_Step = Callable[[Article | None, Procedure], Outcome[Article]]


class _Asked(NamedTuple):
    """What one request wants done to one article; `creates` is the procedure under which it begins."""

    key: str
    entry: Entry[Article]
    body: Any
    creates: str | None = None


def add_articles(routes: APIRouter, desk: Desk) -> None:
    """`POST /articles` and `POST /articles/{article}/<step>`."""
    _add_creation(routes, desk)
    for name, entry in ARTICLES.items():
        routes.add_api_route(
            f"/articles/{{article}}/{name}",
            _endpoint(entry, desk),
            methods=["POST"],
            name=f"article_{name}",
            tags=[TAG],
            summary=named(f"article_step.{name}"),
            description=entry.model.__doc__ or "",
            response_model=ArticleView,
            response_model_exclude_none=True,
        )


def _add_creation(routes: APIRouter, desk: Desk) -> None:
    body_model = body_of(
        SaveDraft, draft=(bool, Field(default=False, description="only keep it, do not hand it in for review yet"))
    )

    async def create(body: BaseModel, command: CommandRequest) -> Response:
        draft: bool = body.draft  # type: ignore[attr-defined]
        entry = ARTICLES["draft" if draft else "submit"]
        creates = desk.in_force(command.who.utility).ref
        return await _carried_out(desk, _Asked(new_id("art", command), entry, body, creates), command)

    create.__annotations__ |= {"body": body_model, "command": Annotated[CommandRequest, Depends(CommandBy(*AUTHORS))]}
    routes.add_api_route(
        "/articles",
        create,
        methods=["POST"],
        status_code=201,
        tags=[TAG],
        summary=named("article_step.new"),
        description="Handed in for review at once, unless `draft` says to keep it.",
        response_model=ArticleView,
        response_model_exclude_none=True,
    )


def _endpoint(entry: Entry[Article], desk: Desk) -> Callable[..., Awaitable[Response]]:
    async def step(article: str, body: BaseModel, command: CommandRequest) -> Response:
        await found(desk.articles, article, command.who.utility, "unknown_article")
        return await _carried_out(desk, _Asked(article, entry, body), command)

    by = Annotated[CommandRequest, Depends(CommandBy(*entry.roles))]
    step.__annotations__ |= {"body": body_of(entry.model), "command": by}
    return step


async def _carried_out(desk: Desk, wanted: _Asked, command: CommandRequest) -> Response:
    given = asked(wanted.entry.model, wanted.body, command, desk.now())
    response = await command.carry_out(
        desk.articles,
        wanted.key,
        _checked(
            lambda state, procedure: wanted.entry.rule(state, given, procedure), await _task(desk, given, command)
        ),
        lambda document: _view(desk, document, command),
        creates=wanted.creates,
        status=201 if wanted.creates else 200,
    )
    if response.status_code < 300:
        desk.library.touched(command.who.utility, wanted.key)
    return response


def _view(desk: Desk, document: Document[Article], command: CommandRequest) -> ArticleView:
    procedure = desk.procedures.get(document.state.procedure)
    return article_view(document, procedure, command.language, keeper=keeps(command.who, document.state))


def keeps(who: Principal, article: Article) -> bool:
    """Who sees drafts, reviews and feedback: the centre's keepers, and unit and division of their own (R004-145)."""
    return (
        who.has(*CENTRE)
        or (who.has(Role.DIVISION) and article.division in who.divisions)
        or (who.has(Role.UNIT) and article.unit in who.units)
    )


class _NoTask(NamedTuple):
    """Nothing is answered by this command."""


async def _task(desk: Desk, given: Any, command: CommandRequest) -> Document[Task] | _NoTask | None:
    """The task that the command names; None where there is none of that id."""
    if not isinstance(given, SaveDraft | Submit) or given.task is None:
        return _NoTask()
    return await desk.tasks.get(given.task, command.who.utility)


def _checked(step: _Step, task: Document[Task] | _NoTask | None) -> _Step:
    """The step, refused where its article cannot answer the task it names (R004-146)."""
    if isinstance(task, _NoTask):
        return step

    def checked(state: Article | None, procedure: Procedure) -> Outcome[Article]:
        outcome = step(state, procedure)
        if isinstance(outcome, Refusal):
            return outcome
        return tasks.may_answer(task.state if task else None, outcome[0].division, procedure) or outcome

    return checked
