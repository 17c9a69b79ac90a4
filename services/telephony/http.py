"""The API of telephony: what is known of a call, under the id that its events have."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from contracts.refusal import Refusal
from contracts.vocabulary import CENTRE, Role
from kit.auth.principal import HolderOf, Principal
from kit.decide.shell import Shell
from kit.http.app import problem
from kit.http.commands import shown
from kit.http.parameters import InPath
from kit.http.routes import PlainRoute
from kit.store.port import Document
from services.telephony.rules.call import Call

TAG = "电话 Telephony"

Centre = Annotated[Principal, Depends(HolderOf(*CENTRE, Role.INTEGRATION))]


class CallView(BaseModel):
    """One call."""

    call: str
    arrived_at: datetime


def router(calls: Shell[Call]) -> APIRouter:
    """Everything under /telephony."""
    routes = APIRouter(route_class=PlainRoute)

    @routes.get("/calls/{call}", tags=[TAG], response_model=CallView, summary="一通电话 One call")
    async def call_of(call: InPath, who: Centre, request: Request) -> Response:
        document = await calls.get(call, who.utility)
        return problem(request, Refusal("unknown_call")) if document is None else shown(document, call_view)

    return routes


def call_view(document: Document[Call]) -> CallView:
    """A call as the centre sees it."""
    return CallView(call=document.key, arrived_at=document.state.first_at)
