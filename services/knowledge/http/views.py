"""What the API shows of articles, tasks and notices, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from contracts.envelope import Event
from contracts.fact import Actor, Fact
from contracts.vocabulary import ArticleStage, Reviewer
from kit.store.port import Document
from procedures.model import Procedure
from services.knowledge.rules.articles import division_owes_review
from services.knowledge.rules.state import Article, Edition, Feedback, Notice, Task, Wording
from services.knowledge.rules.table import accepted_on_article
from texts import Language, label, text


class EditionView(BaseModel):
    """What agents and the service channels tell customers now."""

    number: int
    title: str
    text: str
    category: str | None = None
    areas: tuple[str, ...] = Field(description="none: everywhere")
    channels: tuple[str, ...]
    published_at: AwareDatetime
    review_due: AwareDatetime = Field(description="when it has to be looked through again")
    reviewed_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None


class FeedbackView(BaseModel):
    """What a reader missed."""

    at: AwareDatetime
    by: str
    edition: int
    text: str


class HappenedView(BaseModel):
    """One thing that happened to it."""

    at: AwareDatetime
    event: str
    text: str
    by: Actor


class WorkView(BaseModel):
    """The newest edition as its authors and reviewers see it."""

    number: int
    stage: ArticleStage
    stage_name: str
    title: str
    text: str
    category: str | None = None
    keywords: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    expires_at: AwareDatetime | None = None
    task: str | None = None
    division_approved: bool
    review_by: Reviewer | None = Field(default=None, description="whose review it waits for")
    rejection: str | None = Field(default=None, description="why it was last given back")
    open_feedback: int = Field(description="readers' words since the last publication or review")
    feedback: tuple[FeedbackView, ...] = ()
    changed_at: AwareDatetime
    accepts: tuple[str, ...] = Field(default=(), description="the steps that would be heard now")


class ArticleView(BaseModel):
    """An article: what is in force for everybody, and for its keepers what is being worked on."""

    id: str
    unit: str | None = None
    unit_name: str | None = None
    division: str | None = None
    division_name: str | None = None
    in_force: EditionView | None = None
    work: WorkView | None = None
    history: tuple[HappenedView, ...] | None = Field(default=None, description="oldest first; only of a single article")


class TaskView(BaseModel):
    """What the centre asked a division to write; its clock is at `/sla/tickets/{id}/clocks`."""

    id: str
    division: str
    division_name: str | None = None
    title: str
    text: str
    raised_at: AwareDatetime
    article: str | None = Field(default=None, description="the article that answered it")
    done_at: AwareDatetime | None = None


class NoticeView(BaseModel):
    """An emergency as agents tell customers of it."""

    id: str
    in_force: bool
    title: str
    text: str = Field(description="empty until the emergency knowledge is in writing")
    unit: str | None = None
    unit_name: str | None = None
    areas: tuple[str, ...] = Field(description="none: everywhere")
    channels: tuple[str, ...]
    raised_at: AwareDatetime
    published_at: AwareDatetime | None = None
    lifted_at: AwareDatetime | None = None


class HitView(BaseModel):
    """Something found; `snippet` is HTML with nothing but `<mark>` in it."""

    kind: Literal["article", "notice"]
    id: str
    title: str
    snippet: str
    score: float = Field(description="the higher, the better it fits; not to be compared between questions")
    in_force: bool = Field(description="false: being written, lifted or expired, not to be told to customers")
    stage: ArticleStage | None = None
    stage_name: str | None = None
    category: str | None = None
    areas: tuple[str, ...] = ()
    unit: str | None = None
    since: AwareDatetime | None = Field(default=None, description="published or reported")


class FoundView(BaseModel):
    """The answer to a question, best first, what is in force before what is not."""

    items: tuple[HitView, ...]
    as_of: AwareDatetime = Field(description="changes up to this moment are known; older only while the store is away")


def article_view(
    document: Document[Article],
    procedure: Procedure,
    language: Language,
    *,
    keeper: bool,
    said: Iterable[Event] | None = None,
) -> ArticleView:
    """The article; without `keeper` only what is in force."""
    article = document.state
    return ArticleView(
        id=document.key,
        unit=article.unit,
        unit_name=_unit_name(article.unit, procedure, language),
        division=article.division,
        division_name=_division_name(article.division, procedure, language),
        in_force=_edition(article.in_force) if article.in_force else None,
        work=_work(article, procedure, language) if keeper else None,
        history=None if said is None else tuple(_happened(event.data, language) for event in said),
    )


def _edition(edition: Edition) -> EditionView:
    return EditionView.model_validate({**edition.wording.model_dump(), **edition.model_dump(exclude={"wording"})})


def _work(article: Article, procedure: Procedure, language: Language) -> WorkView:
    due = Reviewer.DIVISION if division_owes_review(article, procedure) else Reviewer.CENTRE
    return WorkView(
        number=article.edition,
        stage=article.stage,
        stage_name=label(article.stage, language),
        **{name: getattr(article.wording, name) for name in Wording.model_fields},
        task=article.task,
        division_approved=article.division_approved,
        review_by=due if article.stage is ArticleStage.SUBMITTED else None,
        rejection=article.rejection,
        open_feedback=article.open_feedback,
        feedback=tuple(_feedback(each) for each in article.feedback),
        changed_at=article.changed_at,
        accepts=accepted_on_article(article, procedure),
    )


def _feedback(said: Feedback) -> FeedbackView:
    return FeedbackView.model_validate(said.model_dump())


def _happened(fact: Fact, language: Language) -> HappenedView:
    places = {name: getattr(fact, name) for name in type(fact).model_fields}
    if isinstance(level := places.get("level"), str):
        places["level"] = Reviewer(level)
    return HappenedView(
        at=fact.at,
        event=fact.short_type(),
        text=text(f"happened.{fact.short_type()}", language, **places),
        by=places["by"],
    )


def task_view(document: Document[Task], procedure: Procedure, language: Language) -> TaskView:
    """The task as division and centre see it."""
    task = document.state
    shared = {name: getattr(task, name) for name in TaskView.model_fields if name in Task.model_fields}
    name = _division_name(task.division, procedure, language)
    return TaskView(id=document.key, division_name=name, **shared)


def notice_view(document: Document[Notice], procedure: Procedure, language: Language) -> NoticeView:
    """The notice as agents see it."""
    notice = document.state
    shared = {name: getattr(notice, name) for name in NoticeView.model_fields if name in Notice.model_fields}
    name = _unit_name(notice.unit, procedure, language)
    return NoticeView(id=document.key, in_force=notice.in_force, unit_name=name, **shared)


def _unit_name(unit: str | None, procedure: Procedure, language: Language) -> str | None:
    known = procedure.unit(unit) if unit else None
    return known.names.of(language) if known else None


def _division_name(division: str | None, procedure: Procedure, language: Language) -> str | None:
    names = {each.id: each.names for each in procedure.organisation.divisions}
    return names[division].of(language) if division in names else None
