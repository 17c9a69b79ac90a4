"""The API of knowledge: writing and review, collection tasks, emergency notices, and the search on the phone."""

from fastapi import APIRouter

from kit.http.routes import PlainRoute
from services.knowledge.http.articles import add_articles
from services.knowledge.http.desk import KnowledgeDesk
from services.knowledge.http.listing import add_lists
from services.knowledge.http.notices import add_notices
from services.knowledge.http.searching import add_search
from services.knowledge.http.tasks import add_tasks

__all__ = ["KnowledgeDesk", "router"]


def router(desk: KnowledgeDesk) -> APIRouter:
    """Everything under /knowledge."""
    routes = APIRouter(route_class=PlainRoute)
    add_search(routes, desk)
    add_notices(routes, desk)
    add_articles(routes, desk)
    add_lists(routes, desk)
    add_tasks(routes, desk)
    return routes
