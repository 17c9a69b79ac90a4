"""Every step on an article, a task and a notice: its command and rule, whose it is, its clause, when it is heard.

The rules themselves hold units and divisions to their scope.
"""

from contracts.vocabulary import ArticleStage, Role
from kit.decide.steps import Step, accepted_now, steps
from procedures.model import Procedure
from procedures.model.part import Sourced
from services.knowledge.rules import articles, commands, notices, tasks
from services.knowledge.rules.state import Article, Notice

KEEPERS = (Role.KNOWLEDGE, Role.SUPERVISOR)
"""Who keeps the centre's knowledge."""

AUTHORS = (Role.KNOWLEDGE, Role.DIVISION, Role.UNIT)
REVIEWERS = (*KEEPERS, Role.DIVISION)
READERS = (Role.AGENT, *AUTHORS, Role.SUPERVISOR, Role.INTEGRATION)
REPORTERS = (Role.UNIT, Role.DIVISION, Role.AGENT, Role.KNOWLEDGE, Role.SUPERVISOR)
"""A unit reports by its own token, or by phone, and then the agent who took the call writes it down (R004-149)."""

_SUBMITTED = (ArticleStage.SUBMITTED,)
_APPROVED = (ArticleStage.APPROVED,)


def _review(procedure: Procedure) -> Sourced:
    return procedure.knowledge_basis("article.submitted")


def _task(procedure: Procedure) -> Sourced:
    return procedure.knowledge_basis("task.raised")


def _notice(procedure: Procedure) -> Sourced:
    return procedure.knowledge_basis("notice.raised")


def _is_kept(procedure: Procedure) -> bool:
    return procedure.knowledge is not None


def _is_told(article: Article, _: Procedure) -> bool:
    return article.in_force is not None


def _never(_: object, __: object) -> bool:
    """What begins a document is not asked of one that is there."""
    return False


def _lasts(notice: Notice, _: Procedure) -> bool:
    return notice.in_force


ARTICLES = steps(
    Step(
        "draft",
        commands.SaveDraft,
        articles.save_draft,
        AUTHORS,
        _review,
        articles.OPEN_TO_WRITING,
        begins=True,
        offered=_is_kept,
    ),
    Step(
        "submit",
        commands.Submit,
        articles.submit,
        AUTHORS,
        _review,
        articles.OPEN_TO_WRITING,
        begins=True,
        offered=_is_kept,
    ),
    Step(
        "approve",
        commands.Approve,
        articles.approve,
        REVIEWERS,
        _review,
        _SUBMITTED,
        speaks_as="level",
        offered=_is_kept,
    ),
    Step(
        "reject", commands.Reject, articles.reject, REVIEWERS, _review, _SUBMITTED, speaks_as="level", offered=_is_kept
    ),
    Step("publish", commands.Publish, articles.publish, KEEPERS, _review, _APPROVED, offered=_is_kept),
    Step("expire", commands.Expire, articles.expire, KEEPERS, _review, open=_is_told, offered=_is_kept),
    Step(
        "confirm", commands.ConfirmReview, articles.confirm_review, REVIEWERS, _review, open=_is_told, offered=_is_kept
    ),
    Step("feedback", commands.GiveFeedback, articles.give_feedback, READERS, _review, open=_is_told, offered=_is_kept),
)

TASKS = steps(
    Step("raise", commands.RaiseTask, tasks.raise_task, KEEPERS, _task, open=_never, begins=True, offered=_is_kept)
)

NOTICES = steps(
    Step(
        "raise",
        commands.RaiseNotice,
        notices.raise_notice,
        REPORTERS,
        _notice,
        open=_never,
        begins=True,
        offered=_is_kept,
    ),
    Step("publish", commands.PublishNotice, notices.publish_notice, REPORTERS, _notice, open=_lasts, offered=_is_kept),
    Step("lift", commands.LiftNotice, notices.lift_notice, REPORTERS, _notice, open=_lasts, offered=_is_kept),
)


def accepted_on_article(article: Article, procedure: Procedure) -> tuple[str, ...]:
    """What it hears now, whoever may ask it."""
    return accepted_now(ARTICLES, article, article.stage, procedure)
