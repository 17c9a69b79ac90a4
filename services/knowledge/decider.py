"""The three kinds of document knowledge keeps, as the shell runs them."""

from kit.decide.decider import Decider
from kit.store.port import Collection, Fields
from services.knowledge.rules import articles
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

ARTICLES = Decider("knowledge", _ARTICLES, wake=articles.wake, fields=article_fields)
TASKS = Decider("knowledge", _TASKS, fields=task_fields)
NOTICES = Decider("knowledge", _NOTICES, fields=notice_fields)

DECIDERS = (ARTICLES, TASKS, NOTICES)
