"""An article's way through draft, review, publication and expiry."""

from datetime import datetime

from contracts.fact import SYSTEM
from contracts.knowledge import ArticleApproved, ArticleExpired, ArticlePublished, ArticleRejected, ArticleSubmitted
from contracts.refusal import Outcome, Refusal
from contracts.vocabulary import ArticleStage, ClockName, Reviewer
from procedures.model import Procedure
from services.knowledge.rules.commands import Approve, ConfirmReview, Expire, GiveFeedback, Publish, Reject, Submit
from services.knowledge.rules.state import Article

_OPEN_TO_SUBMISSION = (ArticleStage.DRAFT, ArticleStage.REJECTED, ArticleStage.PUBLISHED, ArticleStage.EXPIRED)


def submit(article: Article | None, command: Submit, procedure: Procedure) -> Outcome[Article]:
    """Hand in; the author's organisation decides how many reviews follow."""
    if article is not None and article.stage not in _OPEN_TO_SUBMISSION:
        return _wrong_stage(article, procedure, *_OPEN_TO_SUBMISSION)
    if not command.title.strip():
        return _incomplete("title", procedure)
    submitted = _submitted(article, command, procedure)
    fact = ArticleSubmitted(
        at=command.at,
        by=command.by,
        procedure=procedure.ref,
        title=submitted.title,
        category=submitted.category,
        division=submitted.division,
        unit=submitted.unit,
        task=submitted.task,
    )
    return submitted, (fact,)


def _submitted(article: Article | None, command: Submit, procedure: Procedure) -> Article:
    division = procedure.division_of(command.unit) if command.unit else None
    return Article(
        procedure=article.procedure if article else procedure.ref,
        stage=ArticleStage.SUBMITTED,
        title=command.title.strip(),
        text=command.text,
        category=command.category,
        division=command.division or (division.id if division else None),
        unit=command.unit,
        areas=command.areas,
        task=command.task,
        edition=article.edition + 1 if article else 1,
        feedback=article.feedback if article else 0,
        expires_at=command.expires_at,
        wake_at=command.expires_at,
    )


def approve(article: Article | None, command: Approve, procedure: Procedure) -> Outcome[Article]:
    """One review passed: the division's, or the centre's after it."""
    if article is None or article.stage is not ArticleStage.SUBMITTED:
        return _wrong_stage(article, procedure, ArticleStage.SUBMITTED)
    due = _review_due(article, procedure)
    if command.level not in (None, due):
        return _other_level(due, procedure)
    fact = ArticleApproved(at=command.at, by=command.by, level=due.value)
    if due is Reviewer.DIVISION:
        return article.model_copy(update={"division_approved": True}), (fact,)
    return article.model_copy(update={"stage": ArticleStage.APPROVED}), (fact,)


def reject(article: Article | None, command: Reject, procedure: Procedure) -> Outcome[Article]:
    """Back to the author."""
    if article is None or article.stage is not ArticleStage.SUBMITTED:
        return _wrong_stage(article, procedure, ArticleStage.SUBMITTED)
    due = _review_due(article, procedure)
    if command.level not in (None, due):
        return _other_level(due, procedure)
    if not command.reason.strip():
        return _incomplete("reason", procedure)
    fact = ArticleRejected(at=command.at, by=command.by, level=due.value, reason=command.reason)
    return article.model_copy(update={"stage": ArticleStage.REJECTED, "division_approved": False}), (fact,)


def publish(article: Article | None, command: Publish, procedure: Procedure) -> Outcome[Article]:
    """Out, on the channels of the file unless fewer are named; the next periodic review is set."""
    if article is None or article.stage is not ArticleStage.APPROVED:
        return _wrong_stage(article, procedure, ArticleStage.APPROVED)
    allowed = procedure.knowledge.channels
    unknown = "、".join(channel for channel in command.channels if channel not in allowed.value)
    if unknown:
        return Refusal("channel_unknown", allowed.source, allowed.rule, {"words": unknown}, tuple(allowed.value))
    channels = command.channels or tuple(allowed.value)
    review_due = procedure.calendar.add(command.at, procedure.knowledge.review_every.value)
    published = article.model_copy(
        update={
            "stage": ArticleStage.PUBLISHED,
            "channels": channels,
            "published_at": command.at,
            "review_due": review_due,
        }
    )
    fact = ArticlePublished(at=command.at, by=command.by, title=article.title, channels=channels, review_due=review_due)
    return published, (fact,)


def expire(article: Article | None, command: Expire, procedure: Procedure) -> Outcome[Article]:
    """Out of use, by hand."""
    if article is None or article.stage is not ArticleStage.PUBLISHED:
        return _wrong_stage(article, procedure, ArticleStage.PUBLISHED)
    return _expired(article), (ArticleExpired(at=command.at, by=command.by, reason=command.reason),)


def confirm_review(article: Article | None, command: ConfirmReview, procedure: Procedure) -> Outcome[Article]:
    """Found right: the next periodic review counts from now."""
    if article is None or article.stage is not ArticleStage.PUBLISHED:
        return _wrong_stage(article, procedure, ArticleStage.PUBLISHED)
    review_due = procedure.calendar.add(command.at, procedure.knowledge.review_every.value)
    return article.model_copy(update={"review_due": review_due}), ()


def give_feedback(article: Article | None, command: GiveFeedback, procedure: Procedure) -> Outcome[Article]:  # noqa: ARG001
    """Counted, for the list of articles that readers find wanting."""
    if article is None:
        return _wrong_stage(article, procedure, ArticleStage.PUBLISHED)
    return article.model_copy(update={"feedback": article.feedback + 1}), ()


def wake(article: Article, now: datetime, _: Procedure) -> Outcome[Article]:
    """An article whose day has passed expires by itself."""
    if article.stage is not ArticleStage.PUBLISHED:
        return article.model_copy(update={"wake_at": None}), ()
    moment = article.expires_at or now
    return _expired(article), (ArticleExpired(at=moment, by=SYSTEM, reason=None),)


def _expired(article: Article) -> Article:
    return article.model_copy(update={"stage": ArticleStage.EXPIRED, "wake_at": None, "review_due": None})


def _review_due(article: Article, procedure: Procedure) -> Reviewer:
    """A unit's knowledge is its division's to review first (第十八条(二), R004-145)."""
    two_levels = procedure.knowledge.two_level_review.value and article.unit is not None
    return Reviewer.DIVISION if two_levels and not article.division_approved else Reviewer.CENTRE


def _wrong_stage(article: Article | None, procedure: Procedure, *accepted: ArticleStage) -> Refusal:
    here = article.stage.value if article else "-"
    words = tuple(stage.value for stage in accepted)
    clause = procedure.knowledge_limit(ClockName.REVIEW)
    return Refusal("article_wrong_stage", clause.source, clause.rule, {"stage": here}, words)


def _other_level(due: Reviewer, procedure: Procedure) -> Refusal:
    rule = procedure.knowledge.two_level_review
    return Refusal("article_other_reviewer_first", rule.source, rule.rule, {"level": due.value}, (due.value,))


def _incomplete(field: str, procedure: Procedure) -> Refusal:
    clause = procedure.knowledge_limit(ClockName.REVIEW)
    return Refusal("knowledge_incomplete", clause.source, clause.rule, {"field": field}, (field,))
