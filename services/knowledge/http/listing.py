"""Articles to be read: one with its history, and the lists of every desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.fact import Few, Instant, Line
from contracts.refusal import Refusal
from contracts.vocabulary import ArticleStage, Role
from kit.auth.scope import Principal
from kit.http.commands import shown
from kit.http.language import LanguageAsked
from kit.http.paging import Page, PageAsked, page_of
from kit.http.parameters import InPath
from kit.http.problems import Problem
from kit.store.port import Condition, Equal, In, Range
from services.knowledge.decider import article_fields
from services.knowledge.http.articles import keeps
from services.knowledge.http.desk import KnowledgeDesk, Reader, found
from services.knowledge.http.views import ArticleView, article_view
from services.knowledge.rules.table import KEEPERS

TAG = "知识查询 Article lists"


class ArticleFilter(BaseModel):
    """Which articles are listed, among those the reader may see; agents see what is in force."""

    in_force: bool | None = Field(default=None, description="true: everything that is told to customers now")
    stage: Few[ArticleStage] = Field(default=(), description="of the newest edition")
    division: Line | None = None
    unit: Line | None = None
    category: Line | None = None
    review_due_before: Instant | None = Field(
        default=None, description="whose periodic review is due, the longest due first"
    )
    feedback: bool = Field(default=False, description="only what readers find wanting, the most first")

    def where(self) -> tuple[Condition, ...]:
        """The same as conditions on the declared fields."""
        named = {name: getattr(self, name) for name in ("in_force", "division", "unit", "category")}
        equal = tuple(Equal(name, value) for name, value in named.items() if value is not None)
        stages = (In("stage", tuple(stage.value for stage in self.stage)),) if self.stage else ()
        due = (Range("review_due", None, self.review_due_before),) if self.review_due_before else ()
        wanting = (Range("feedback", 1, None),) if self.feedback else ()
        return (*equal, *stages, *due, *wanting)

    @property
    def order(self) -> str:
        """By what the list is about, else by the last change."""
        return "review_due" if self.review_due_before else "feedback" if self.feedback else "changed_at"


def add_lists(routes: APIRouter, desk: KnowledgeDesk) -> None:
    """`GET /articles`, `GET /articles/{article}`."""

    @routes.get("/articles", tags=[TAG], response_model_exclude_none=True, summary="知识列表 Articles, latest first")
    async def listed(
        filters: Annotated[ArticleFilter, Query()], who: Reader, paging: PageAsked, language: LanguageAsked
    ) -> Page[ArticleView]:
        return await page_of(
            desk.articles.store,
            article_fields,
            lambda document: article_view(
                document,
                desk.procedure_of(document.state.procedure),
                language,
                keeper=keeps(who, document.state),
            ),
            paging,
            utility=who.utility,
            where=(*_scope(who, filters), *filters.where()),
            order=filters.order,
            descending=filters.order != "review_due",
        )

    @routes.get(
        "/articles/{article}",
        tags=[TAG],
        response_model=ArticleView,
        response_model_exclude_none=True,
        summary="一条知识 One article",
    )
    async def one(article: InPath, who: Reader, language: LanguageAsked) -> Response:
        """Its keepers see the edition being worked on and the history as well; others what is in force."""
        document = await found(desk.articles, article, who.utility, "unknown_article")
        keeper = keeps(who, document.state)
        if not keeper and document.state.in_force is None:
            raise Problem(Refusal("unknown_article"))
        said = await desk.articles.store.history(article) if keeper else None
        procedure = desk.procedure_of(document.state.procedure)
        return shown(document, lambda each: article_view(each, procedure, language, keeper=keeper, said=said))


def _scope(who: Principal, filters: ArticleFilter) -> tuple[Condition, ...]:
    """What is in force is everybody's; what is being written is its keepers'."""
    if who.has(*KEEPERS) or filters.in_force:
        return ()
    if who.has(Role.DIVISION):
        return (In("division", tuple(sorted(who.divisions))),)
    if who.has(Role.UNIT):
        return (In("unit", tuple(sorted(who.units))),)
    return (Equal("in_force", True),)
