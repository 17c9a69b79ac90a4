"""The three kinds of document knowledge keeps, as the shell runs them."""

from kit.decider import Decider
from kit.store import Collection, Fields
from services.knowledge.rules import articles
from services.knowledge.rules.state import Article, Notice, Task


def _article_fields(article: Article) -> Fields:
    return {
        "stage": article.stage.value,
        "division": article.division,
        "unit": article.unit,
        "category": article.category,
        "review_due": article.review_due,
        "feedback": article.feedback,
    }


def _task_fields(task: Task) -> Fields:
    return {"division": task.division, "open": task.article is None, "raised_at": task.raised_at}


def _notice_fields(notice: Notice) -> Fields:
    return {"unit": notice.unit, "in_force": notice.in_force, "raised_at": notice.raised_at}


ARTICLES = Decider(
    "knowledge",
    Collection("articles", Article, ("stage", "division", "unit", "category", "review_due", "feedback")),
    wake=articles.wake,
    fields=_article_fields,
)
TASKS = Decider("knowledge", Collection("tasks", Task, ("division", "open", "raised_at")), fields=_task_fields)
NOTICES = Decider("knowledge", Collection("notices", Notice, ("unit", "in_force", "raised_at")), fields=_notice_fields)

DECIDERS = (ARTICLES, TASKS, NOTICES)
