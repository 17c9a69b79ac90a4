"""An article's way through draft, review, publication, periodic review and expiry."""

from datetime import datetime
from typing import Any

from contracts.fact import SYSTEM
from contracts.knowledge import ArticleApproved, ArticleExpired, ArticlePublished, ArticleRejected, ArticleSubmitted
from contracts.refusal import Outcome, Refusal, refused
from contracts.vocabulary import ArticleStage, Reviewer, Role
from procedures.model import Procedure
from procedures.model.part import stated
from procedures.wording import local_text
from services.knowledge.rules.channels import unknown_channels
from services.knowledge.rules.commands import (
    Approve,
    ConfirmReview,
    Expire,
    GiveFeedback,
    Publish,
    Reject,
    SaveDraft,
    Submit,
)
from services.knowledge.rules.owning import Owner, meant_by, not_the_centres, not_theirs, owner
from services.knowledge.rules.state import Article, Edition, Feedback, Finishing, Wording

MOST_FEEDBACK = 100
"""Words of readers kept with one article, the latest."""

OPEN_TO_WRITING = (ArticleStage.DRAFT, ArticleStage.REJECTED, ArticleStage.PUBLISHED, ArticleStage.EXPIRED)
_OUT = (ArticleStage.PUBLISHED, ArticleStage.EXPIRED)


def save_draft(article: Article | None, command: SaveDraft, procedure: Procedure) -> Outcome[Article]:
    """Kept for its author to go on with; nothing is said, and readers go on being told the edition in force."""
    written = _written(article, command, procedure)
    return written if isinstance(written, Refusal) else (written, ())


def submit(article: Article | None, command: Submit, procedure: Procedure) -> Outcome[Article]:
    """Hand in; whose knowledge it is decides how many reviews follow (R004-144, R004-145)."""
    written = _written(article, command, procedure)
    if isinstance(written, Refusal):
        return written
    if not command.text:
        return _incomplete("text", procedure)
    submitted = _with(written, command.at, stage=ArticleStage.SUBMITTED)
    fact = ArticleSubmitted(
        at=command.at,
        by=command.by,
        procedure=procedure.ref,
        title=submitted.wording.title,
        category=submitted.wording.category,
        division=submitted.division,
        unit=submitted.unit,
        task=submitted.task,
    )
    return _handed_in(submitted, command, procedure), (fact,)


def _written(article: Article | None, command: SaveDraft | Submit, procedure: Procedure) -> Article | Refusal:
    """The article with its new wording as a draft."""
    if article is not None and not _is_in(article, *OPEN_TO_WRITING):
        return _wrong_stage(article, procedure, *OPEN_TO_WRITING)
    if not command.title:
        return _incomplete("title", procedure)
    if command.expires_at is not None and command.expires_at <= command.at:
        return _expired_before(command.expires_at, procedure)
    owned = _owner_of(article, command, procedure)
    if isinstance(owned, Refusal):
        return owned
    return not_the_centres(command.category, owned, procedure) or _draft(article, command, owned, procedure)


def _owner_of(article: Article | None, command: SaveDraft | Submit, procedure: Procedure) -> Owner | Refusal:
    """Who is named, else whose it was; nobody writes what is not theirs, nor makes it theirs."""
    before = Owner(article.unit, article.division) if article else None
    if before is not None and command.unit is None and command.division is None:
        owned: Owner | Refusal = before
    else:
        owned = owner(*meant_by(command.by, command.unit, command.division), procedure)
    if isinstance(owned, Refusal):
        return owned
    return not_theirs(command.by, procedure, owned, *((before,) if before else ())) or owned


def _draft(article: Article | None, command: SaveDraft | Submit, owned: Owner, procedure: Procedure) -> Article:
    wording = Wording.model_validate({name: getattr(command, name) for name in Wording.model_fields})
    if article is None:
        return Article(
            procedure=procedure.ref,
            stage=ArticleStage.DRAFT,
            wording=wording,
            **owned._asdict(),
            task=command.task,
            changed_at=command.at,
        )
    begins = article.stage in _OUT
    return _with(
        article,
        command.at,
        stage=ArticleStage.DRAFT,
        wording=wording,
        **owned._asdict(),
        task=command.task or (None if begins else article.task),
        edition=article.edition + begins,
        division_approved=False,
    )


def approve(article: Article | None, command: Approve, procedure: Procedure) -> Outcome[Article]:
    """One review passed: the division's, or the centre's after it (第十八条(二)(三), R004-145, R004-147)."""
    level = _reviewing(article, command, procedure)
    if isinstance(level, Refusal):
        return level
    assert article is not None
    fact = ArticleApproved(at=command.at, by=command.by, level=level.value)
    if level is Reviewer.DIVISION:
        passed = _with(article, command.at, division_approved=True)
        return _handed_in(passed, command, procedure), (fact,)
    return _with(article, command.at, stage=ArticleStage.APPROVED, rejection=None), (fact,)


def reject(article: Article | None, command: Reject, procedure: Procedure) -> Outcome[Article]:
    """Back to the author, by whoever reviews now."""
    level = _reviewing(article, command, procedure)
    if isinstance(level, Refusal):
        return level
    assert article is not None
    if not command.reason:
        return _incomplete("reason", procedure)
    rejected = _with(
        article, command.at, stage=ArticleStage.REJECTED, division_approved=False, rejection=command.reason
    )
    return rejected, (ArticleRejected(at=command.at, by=command.by, level=level.value, reason=command.reason),)


def _reviewing(article: Article | None, command: Approve | Reject, procedure: Procedure) -> Reviewer | Refusal:
    """The review that is due, if it is for this reviewer."""
    if article is None or not _is_in(article, ArticleStage.SUBMITTED):
        return _wrong_stage(article, procedure, ArticleStage.SUBMITTED)
    due = Reviewer.DIVISION if division_owes_review(article, procedure) else Reviewer.CENTRE
    if _speaking_as(command, due) is not due:
        basis = stated(procedure.knowledge).two_level_review
        return refused("article_other_reviewer_first", basis, accepts=(due.value,), level=due)
    return not_theirs(command.by, procedure, Owner(article.unit, article.division)) or due


def _speaking_as(command: Approve | Reject, due: Reviewer) -> Reviewer:
    """A token reviews for its own level whatever it writes; a written case names the level."""
    if command.by.role == Role.DIVISION:
        return Reviewer.DIVISION
    return (command.level or due) if command.by.role == SYSTEM.role else Reviewer.CENTRE


def division_owes_review(article: Article, procedure: Procedure) -> bool:
    """A unit's knowledge is its division's to review first (第十八条(二), R004-145); a department has none."""
    of_a_unit = article.unit is not None and article.division is not None
    return stated(procedure.knowledge).two_level_review.value and of_a_unit and not article.division_approved


def _handed_in(article: Article, command: Submit | Approve, procedure: Procedure) -> Article:
    """With the centre, unless its division has still to review it: then its task is done (R004-146)."""
    if article.task is None or division_owes_review(article, procedure):
        return article
    return article.model_copy(update={"finishing": Finishing(task=article.task, at=command.at, by=command.by)})


def follow_ups(article: Article) -> tuple[str, ...]:
    """The task that the article has finished."""
    return (article.finishing.task,) if article.finishing else ()


def finished(article: Article, _: str) -> Article:
    """The task knows."""
    return article.model_copy(update={"finishing": None})


def publish(article: Article | None, command: Publish, procedure: Procedure) -> Outcome[Article]:
    """Out, on the channels of the file unless fewer are named; the next periodic review is set (R004-148, R004-151)."""
    if article is None or not _is_in(article, ArticleStage.APPROVED):
        return _wrong_stage(article, procedure, ArticleStage.APPROVED)
    expires_at = article.wording.expires_at
    if expires_at is not None and expires_at <= command.at:
        return _expired_before(expires_at, procedure)
    refusal = unknown_channels(command.channels, procedure)
    if refusal is not None:
        return refusal
    edition = Edition(
        number=article.edition,
        wording=article.wording,
        channels=command.channels or tuple(stated(procedure.knowledge).channels.value),
        published_at=command.at,
        review_due=_next_review(command.at, procedure),
    )
    published = _with(
        article, command.at, stage=ArticleStage.PUBLISHED, in_force=edition, open_feedback=0, wake_at=expires_at
    )
    fact = ArticlePublished(
        at=command.at,
        by=command.by,
        title=article.wording.title,
        channels=edition.channels,
        review_due=edition.review_due,
    )
    return published, (fact,)


def expire(article: Article | None, command: Expire, procedure: Procedure) -> Outcome[Article]:
    """Out of use, by hand, with what may be written or under review of its next edition."""
    if article is None or article.in_force is None:
        return _wrong_stage(article, procedure, ArticleStage.PUBLISHED)
    return _expired(article, command.at), (ArticleExpired(at=command.at, by=command.by, reason=command.reason),)


def confirm_review(article: Article | None, command: ConfirmReview, procedure: Procedure) -> Outcome[Article]:
    """Found right: the next periodic review counts from now, and what readers missed is dealt with (R004-151)."""
    if article is None or article.in_force is None:
        return _wrong_stage(article, procedure, ArticleStage.PUBLISHED)
    refusal = not_theirs(command.by, procedure, Owner(article.unit, article.division))
    if refusal is not None:
        return refusal
    due = _next_review(command.at, procedure)
    reviewed = article.in_force.model_copy(update={"review_due": due, "reviewed_at": command.at})
    return _with(article, command.at, in_force=reviewed, open_feedback=0), ()


def give_feedback(article: Article | None, command: GiveFeedback, procedure: Procedure) -> Outcome[Article]:
    """Kept with the edition it speaks of, for the list of articles that readers find wanting (R004-142)."""
    if article is None or article.in_force is None:
        return _wrong_stage(article, procedure, ArticleStage.PUBLISHED)
    if not command.text:
        return _incomplete("text", procedure)
    said = Feedback(at=command.at, by=command.by.subject, edition=article.in_force.number, text=command.text)
    kept = (*article.feedback, said)[-MOST_FEEDBACK:]
    return _with(article, command.at, feedback=kept, open_feedback=article.open_feedback + 1), ()


def wake(article: Article, now: datetime, _: Procedure) -> Outcome[Article]:
    """The day of the edition in force has passed; an article whose next edition is on its way lives on."""
    if article.in_force is None:
        return article.model_copy(update={"wake_at": None}), ()
    if article.stage is not ArticleStage.PUBLISHED:
        return _with(article, now, in_force=None, wake_at=None), ()
    moment = article.wake_at or now
    return _expired(article, now), (ArticleExpired(at=moment, by=SYSTEM),)


def _expired(article: Article, at: datetime) -> Article:
    return _with(article, at, stage=ArticleStage.EXPIRED, in_force=None, division_approved=False, wake_at=None)


def _next_review(at: datetime, procedure: Procedure) -> datetime:
    return procedure.calendar.add(at, stated(procedure.knowledge).review_every.value)


def _with(article: Article, at: datetime, **changes: Any) -> Article:
    """Changed at this moment, by which search indexes find it."""
    return article.model_copy(update={**changes, "changed_at": at})


def _is_in(article: Article, *stages: ArticleStage) -> bool:
    """Whether a step of these stages is due (R004-141)."""
    return article.stage in stages


def _wrong_stage(article: Article | None, procedure: Procedure, *accepted: ArticleStage) -> Refusal:
    if article is None:
        return Refusal("unknown_article")
    basis = procedure.knowledge_basis("article.submitted")
    return refused("article_wrong_stage", basis, accepts=(stage.value for stage in accepted), stage=article.stage)


def _incomplete(field: str, procedure: Procedure) -> Refusal:
    basis = procedure.knowledge_basis("article.submitted")
    return refused(f"knowledge_without_{field}", basis, accepts=(field,))


def _expired_before(expires_at: datetime, procedure: Procedure) -> Refusal:
    local = local_text(expires_at, procedure.calendar.zone)
    return refused("article_expires_too_early", procedure.knowledge_basis("article.submitted"), expires_at=local)
