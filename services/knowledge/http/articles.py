"""Writing, reviewing and publishing articles: one endpoint per step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from fastapi import APIRouter
from pydantic import Field, create_model
from starlette.responses import Response

from contracts.refusal import Outcome, Refusal
from contracts.vocabulary import Role
from kit.auth.scope import Principal
from kit.decide.steps import Command, Step
from kit.http.commands import CommandRequest
from kit.http.problems import Problem
from kit.http.steps import StepBody, Things, add_beginning, add_step, body_of, command_of
from kit.store.port import Document
from procedures.model import Procedure
from services.knowledge.http.desk import KnowledgeDesk, found, new_id
from services.knowledge.http.views import ArticleView, article_view
from services.knowledge.rules import tasks
from services.knowledge.rules.commands import SaveDraft, Submit
from services.knowledge.rules.state import Article, Task
from services.knowledge.rules.table import ARTICLES, KEEPERS

TAG = "知识编写与审核 Articles: writing and review"

_ARTICLES = Things("/articles/{article}", ArticleView, "article_step", "article_")

_Decision = Callable[[Article | None, Procedure], Outcome[Article]]


def _new_article() -> type[StepBody]:
    return create_model(
        "NewArticleBody",
        __base__=body_of(ARTICLES["draft"]),
        __doc__="Handed in for review at once, unless `draft` says to keep it.",
        draft=(bool, Field(default=False, description="only keep it, do not hand it in for review yet")),
    )


class _Wanted(NamedTuple):
    """What one request wants done to one article; `creates` is the procedure under which it begins."""

    key: str
    step: Step[Article]
    body: StepBody
    creates: str | None = None


def add_articles(routes: APIRouter, desk: KnowledgeDesk) -> None:
    """`POST /articles` and `POST /articles/{article}/<step>`."""

    async def begin(_: Step[Article], body: Any, asked: CommandRequest) -> Response:
        step = ARTICLES["draft" if body.draft else "submit"]
        creates = desk.in_force(asked.who.utility).ref
        return await _carried_out(desk, _Wanted(new_id("art", asked), step, body, creates), asked)

    async def take(article: str, step: Step[Article], body: StepBody, asked: CommandRequest) -> Response:
        document = await found(desk.articles, article, asked.who.utility, "unknown_article")
        if document.state.in_force is None and not keeps(asked.who, document.state):
            raise Problem(Refusal("unknown_article"))
        return await _carried_out(desk, _Wanted(article, step, body), asked)

    add_beginning(routes, _ARTICLES, replace(ARTICLES["submit"], name="new"), begin, tag=TAG, body=_new_article())
    for step in ARTICLES.values():
        add_step(routes, _ARTICLES, step, take, tag=TAG)


async def _carried_out(desk: KnowledgeDesk, wanted: _Wanted, asked: CommandRequest) -> Response:
    step, command = wanted.step, command_of(wanted.step, wanted.body, asked, desk.articles.clock)
    response = await asked.carry_out(
        desk.articles,
        wanted.key,
        _checked(lambda state, procedure: step.taken(state, command, procedure), await _task(desk, command, asked)),
        lambda document: _view(desk, document, asked),
        creates=wanted.creates,
        status=201 if wanted.creates else 200,
    )
    if response.status_code < 300:
        desk.library.touched(asked.who.utility, wanted.key)
    return response


def _view(desk: KnowledgeDesk, document: Document[Article], asked: CommandRequest) -> ArticleView:
    procedure = desk.procedure_of(document.state.procedure)
    return article_view(document, procedure, asked.language, keeper=keeps(asked.who, document.state))


def keeps(who: Principal, article: Article) -> bool:
    """Who sees drafts, reviews and feedback: the centre's keepers, and unit and division of their own."""
    return (
        who.has(*KEEPERS)
        or (who.has(Role.DIVISION) and article.division in who.divisions)
        or (who.has(Role.UNIT) and article.unit in who.units)
    )


class _NoTask(NamedTuple):
    """Nothing is answered by this command."""


async def _task(desk: KnowledgeDesk, command: Command, asked: CommandRequest) -> Document[Task] | _NoTask | None:
    """The task that the command names; None where there is none of that id."""
    if not isinstance(command, SaveDraft | Submit) or command.task is None:
        return _NoTask()
    return await desk.tasks.get(command.task, asked.who.utility)


def _checked(decide: _Decision, task: Document[Task] | _NoTask | None) -> _Decision:
    """The decision, refused where its article cannot answer the task it names."""
    if isinstance(task, _NoTask):
        return decide

    def checked(state: Article | None, procedure: Procedure) -> Outcome[Article]:
        outcome = decide(state, procedure)
        if isinstance(outcome, Refusal):
            return outcome
        return tasks.may_answer(task.state if task else None, outcome[0].division, procedure) or outcome

    return checked
