"""The three kinds of document knowledge keeps, as the shell runs them."""

from kit.decide.decider import Decider, Decision
from kit.decide.followups import command_on
from kit.decide.shell import Shell
from kit.store.port import Collection, Document, Fields
from services.knowledge.rules import articles, tasks
from services.knowledge.rules.commands import FinishTask
from services.knowledge.rules.state import Article, Notice, Task


def article_fields(article: Article) -> Fields:
    """What articles are listed by; `changed_at` is by what search indexes follow."""
    return {
        "stage": article.stage.value,
        "in_force": article.in_force is not None,
        "division": article.division,
        "unit": article.unit,
        "category": article.wording.category,
        "review_due": article.in_force.review_due if article.in_force else None,
        "feedback": article.open_feedback,
        "changed_at": article.changed_at,
    }


def task_fields(task: Task) -> Fields:
    """What tasks are listed by."""
    return {"division": task.division, "open": task.article is None, "raised_at": task.raised_at}


def notice_fields(notice: Notice) -> Fields:
    """What notices are listed by."""
    return {
        "unit": notice.unit,
        "in_force": notice.in_force,
        "raised_at": notice.raised_at,
        "changed_at": notice.changed_at,
    }


_ARTICLES = Collection(
    "articles", Article, ("stage", "in_force", "division", "unit", "category", "review_due", "feedback", "changed_at")
)
_TASKS = Collection("tasks", Task, ("division", "open", "raised_at"))
_NOTICES = Collection("notices", Notice, ("unit", "in_force", "raised_at", "changed_at"))

ARTICLES = Decider("knowledge", _ARTICLES, wake=articles.wake, fields=article_fields, follow_ups=articles.follow_ups)
TASKS = Decider("knowledge", _TASKS, fields=task_fields)
NOTICES = Decider("knowledge", _NOTICES, fields=notice_fields)

DECIDERS = (ARTICLES, TASKS, NOTICES)


def connect(article_shell: Shell[Article], task_shell: Shell[Task]) -> None:
    """A task is finished after the article that answers it, at the moment that one came to the centre (R004-146)."""
    article_shell.follow_ups.carried_out_by(command_on(task_shell, _finish, articles.finished))


def _finish(article: Document[Article], _: str) -> Decision[Task]:
    finishing = article.state.finishing
    assert finishing is not None
    command = FinishTask(at=finishing.at, by=finishing.by, article=article.key)
    return lambda task, procedure: tasks.finish_task(task, command, procedure)
