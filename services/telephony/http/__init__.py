"""The API of telephony: calls, agents, queues and figures as they are now, and what can be asked of the switch."""

from fastapi import APIRouter

from kit.http.routes import PlainRoute
from services.telephony.http.calls import add_calls
from services.telephony.http.commanding import add_commands
from services.telephony.http.desk import TelephonyDesk
from services.telephony.http.figures import add_figures
from services.telephony.http.recordings import add_recordings
from services.telephony.http.stream import add_stream

__all__ = ["TelephonyDesk", "router"]


def router(desk: TelephonyDesk) -> APIRouter:
    """Everything under /telephony."""
    routes = APIRouter(route_class=PlainRoute)
    add_calls(routes, desk)
    add_figures(routes, desk)
    add_stream(routes, desk)
    add_commands(routes, desk)
    add_recordings(routes, desk)
    return routes
