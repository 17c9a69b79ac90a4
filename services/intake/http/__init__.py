"""The front desk's API: requests, steps on tickets, customers, calls, files."""

from fastapi import APIRouter

from kit.http.routes import PlainRoute
from services.intake.http.calls import add_calls
from services.intake.http.customers import add_customers, add_looks
from services.intake.http.desk import FrontDesk
from services.intake.http.files import add_files
from services.intake.http.missed_calls import add_missed_calls
from services.intake.http.numbers import add_numbers
from services.intake.http.proposals import add_proposals
from services.intake.http.requests import add_requests
from services.intake.http.steps import add_steps
from services.intake.http.tickets import add_lists

__all__ = ["FrontDesk", "router"]


def router(desk: FrontDesk) -> APIRouter:
    """Everything under /intake."""
    routes = APIRouter(route_class=PlainRoute)
    add_requests(routes, desk)
    add_proposals(routes, desk)
    add_steps(routes, desk)
    add_lists(routes, desk)
    add_customers(routes, desk)
    add_looks(routes, desk)
    add_calls(routes, desk)
    add_missed_calls(routes, desk)
    add_numbers(routes, desk)
    add_files(routes, desk)
    return routes
