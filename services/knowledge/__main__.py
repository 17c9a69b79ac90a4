"""Wiring of knowledge; `python -m services.knowledge` and `hotline run knowledge` are the same."""

from kit.run.host import Assembled, Means
from procedures.loader import Procedures
from services.hosting import run
from services.knowledge.decider import ARTICLES, NOTICES, TASKS, connect
from services.knowledge.http import KnowledgeDesk, router
from services.knowledge.search.library import Library


def assemble(means: Means[Procedures]) -> Assembled:
    """Articles, tasks and notices on the knowledge topic; the search reads everything there is before it is ready."""
    articles, tasks, notices = means.work_on(ARTICLES), means.work_on(TASKS), means.work_on(NOTICES)
    connect(articles.shell, tasks.shell)
    library = Library(articles.shell.store, notices.shell.store, means.clock)
    desk = KnowledgeDesk(articles.shell, tasks.shell, notices.shell, means.procedures, library)
    return Assembled(
        (articles, tasks, notices),
        router(desk),
        preparations=(lambda: library.fill(means.procedures.utilities()),),
    )


if __name__ == "__main__":
    run("knowledge")
