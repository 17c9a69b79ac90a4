"""What an agent types while the customer waits."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from contracts.fact import Line
from contracts.vocabulary import Role
from kit.auth.scope import Principal
from kit.http.language import LanguageAsked
from services.knowledge.http.desk import KnowledgeDesk, Reader
from services.knowledge.http.views import FoundView, HitView
from services.knowledge.rules.table import KEEPERS
from services.knowledge.search.entry import Entry
from services.knowledge.search.shelf import Hit
from services.knowledge.search.snippet import snippet
from texts import Language, label

TAG = "知识检索 Search on the phone"


class Question(BaseModel):
    """What is asked, for where and for which channel."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(min_length=1, max_length=500, description="words, or what the customer says")
    area: Line | None = Field(default=None, description="only what holds in this area or in a part of it")
    channel: Line | None = Field(default=None, description="only what is put out on this channel")
    limit: int = Field(default=10, ge=1, le=50)


def add_search(routes: APIRouter, desk: KnowledgeDesk) -> None:
    """`GET /search`."""

    @routes.get("/search", tags=[TAG], response_model_exclude_none=True, summary="检索 Search, the best first")
    async def search(question: Annotated[Question, Query()], who: Reader, language: LanguageAsked) -> FoundView:
        """Articles and notices in force; those who keep knowledge find drafts, lifted and expired ones after them."""
        found = await desk.library.ask(
            who.utility,
            question.q,
            lambda entry: _fits(entry, question) and (entry.in_force or _keeps(who, entry)),
            question.limit,
            unpublished=who.has(*KEEPERS, Role.DIVISION, Role.UNIT),
        )
        return FoundView(items=tuple(_row(hit, found.terms, language) for hit in found.hits), as_of=found.as_of)


def _fits(entry: Entry, question: Question) -> bool:
    return entry.holds_in(question.area) and (question.channel is None or question.channel in entry.channels)


def _keeps(who: Principal, entry: Entry) -> bool:
    """Who sees what is not in force."""
    return (
        who.has(*KEEPERS)
        or (who.has(Role.DIVISION) and entry.division in who.divisions)
        or (who.has(Role.UNIT) and entry.unit in who.units)
    )


def _row(hit: Hit, terms: tuple[str, ...], language: Language) -> HitView:
    entry = hit.entry
    return HitView(
        **{name: getattr(entry, name) for name in _SHARED},
        snippet=snippet(entry.text, terms),
        score=hit.score,
        stage_name=label(entry.stage, language) if entry.stage else None,
    )


_SHARED = tuple(name for name in HitView.model_fields if name in Entry.__dataclass_fields__)
