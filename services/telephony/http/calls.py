"""Calls and agents as they are now, and the line to the switch."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from contracts.fact import Instant
from contracts.vocabulary import AgentState, CallDirection, ClosedBy
from kit.http.commands import shown
from kit.http.paging import Page, PageAsked, page_of
from kit.http.parameters import InPath
from kit.store.port import Condition, Document, Equal, Range
from services.telephony.decider import agent_fields, call_fields
from services.telephony.http.desk import TAG, Centre, TelephonyDesk
from services.telephony.rules.agent import Agent
from services.telephony.rules.call import Call


class LegView(BaseModel):
    """One phone's part of a call; no station for the outside world."""

    station: str | None = None
    agent: str | None = None
    rang_at: datetime | None = None
    picked_up_at: datetime | None = None
    ended_at: datetime | None = None


class CallView(BaseModel):
    """One call; of the number only what may be shown to everybody in the centre."""

    call: str
    direction: CallDirection | None = None
    line: str | None = None
    number: str = Field(default="", description="masked: 139****9002")
    number_index: str | None = None
    number_ref: str | None = None
    ticket: str | None = None
    arrived_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    closed_by: ClosedBy | None = None
    queue: str | None = None
    waited_ms: int | None = None
    score: int | None = None
    recording: bool = False
    legs: tuple[LegView, ...] = ()


class AgentView(BaseModel):
    """One station and who sits there."""

    station: str
    agent: str | None = None
    state: AgentState
    since: datetime
    reason: str | None = None
    queues: tuple[str, ...] = ()


class LineView(BaseModel):
    """The connection of this replica; one of them holds the line, and alone hears the switch."""

    switch: str = Field(description="none: no switch is set; away; connected")
    why: str = ""
    holds: bool = False


class CallFilter(BaseModel):
    """Which calls are listed, newest first."""

    ticket: str | None = Field(default=None, max_length=255)
    number_index: str | None = Field(default=None, max_length=255)
    open: bool | None = Field(default=None, description="those that go on, or those that are over")
    since: Instant | None = None
    until: Instant | None = Field(default=None, description="before this moment")


def add_calls(routes: APIRouter, desk: TelephonyDesk) -> None:
    """`GET /calls`, `GET /calls/{call}`, `GET /agents`, `GET /line`."""

    @routes.get("/calls/{call}", tags=[TAG], response_model=CallView, summary="一通电话 One call")
    async def call_of(call: InPath, who: Centre, request: Request) -> Response:  # noqa: ARG001 - a plain route
        return shown(await desk.call(call, who), call_view)

    @routes.get("/calls", tags=[TAG], summary="通话 Calls")
    async def calls(filters: Annotated[CallFilter, Query()], who: Centre, paging: PageAsked) -> Page[CallView]:
        same = {"ticket": filters.ticket, "number": filters.number_index, "open": filters.open}
        where: list[Condition] = [Equal(name, value) for name, value in same.items() if value is not None]
        if filters.since is not None or filters.until is not None:
            where.append(Range("arrived_at", filters.since, filters.until))
        return await page_of(
            desk.calls.store,
            call_fields,
            call_view,
            paging,
            utility=who.utility,
            where=where,
            order="arrived_at",
            descending=True,
        )

    @routes.get("/agents", tags=[TAG], summary="坐席状态 Agents")
    async def agents(who: Centre, paging: PageAsked) -> Page[AgentView]:
        return await page_of(
            desk.measuring.agents.store, agent_fields, _agent, paging, utility=who.utility, order="station"
        )

    @routes.get("/line", tags=[TAG], summary="交换机连接 The line to the switch")
    async def line(who: Centre) -> LineView:  # noqa: ARG001 - the centre's
        if desk.line is None:
            return LineView(switch="none")
        if desk.line.switch is None:
            return LineView(switch="away", why=desk.line.why)
        return LineView(switch="connected", holds=desk.line.holds)


def call_view(document: Document[Call]) -> CallView:
    """A call as the centre sees it."""
    call = document.state
    wait = call.waits[-1] if call.waits else None
    shared = {name: getattr(call, name) for name in CallView.model_fields if name in Call.model_fields}
    own = {
        "call": document.key,
        "number": call.party.masked,
        "number_index": call.party.index,
        "number_ref": call.party.ref,
        "arrived_at": call.first_at,
        "queue": wait.queue if wait else None,
        "score": call.scores[0] if call.scores else None,
        "recording": call.recorded and call.is_over,
    }
    legs = tuple(
        LegView(station=leg.station, agent=leg.agent, rang_at=leg.rung, picked_up_at=leg.up, ended_at=leg.ended)
        for leg in call.legs.values()
        if not leg.inner
    )
    return CallView.model_validate(shared | own | {"legs": legs})


def _agent(document: Document[Agent]) -> AgentView:
    return AgentView.model_validate({name: getattr(document.state, name) for name in AgentView.model_fields})
