"""What a desk can ask of the switch: call back, put through, bring a third in, hang up, sit down, take a break."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from contracts.fact import Word
from contracts.refusal import Refusal
from contracts.vocabulary import CENTRE
from kit.http.commands import CommandBy, CommandRequest, shown
from kit.http.parameters import InPath
from kit.http.problems import Problem
from services.telephony.commands import Asker, Whom
from services.telephony.http.calls import CallView, call_view
from services.telephony.http.desk import TAG, TelephonyDesk
from services.telephony.rules.agent import WRAP_UP

ByCentre = Annotated[CommandRequest, Depends(CommandBy(*CENTRE))]
Station = Annotated[str, Field(pattern=r"^[0-9]{3,6}$", max_length=6)]
_DONE = 204


class Body(BaseModel):
    """Unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class CallBackBody(Body):
    """For whom: a ticket's customer or a missed caller; from the station where whoever asks sits, unless said."""

    ticket: str | None = Field(default=None, max_length=64, pattern=r"^[\w-]+$")
    missed_call: str | None = Field(default=None, max_length=64, pattern=r"^[\w-]+$")
    revisit: bool = Field(default=True, description="the call that the ticket owes; false: to ask them something else")
    station: Station | None = None


class TransferBody(Body):
    """Through to which station."""

    station: Station


class BringInBody(Body):
    """The third party's number: a unit's, an expert's."""

    number: Annotated[str, Field(pattern=r"^\+?[0-9]{3,20}$", max_length=21)]


class PauseBody(Body):
    """Why no calls come."""

    reason: Word


def add_commands(routes: APIRouter, desk: TelephonyDesk) -> None:
    """`POST /call-backs`, `POST /calls/{call}/…`, `POST /agents/{station}/…`."""
    _add_calls(routes, desk)
    _add_stations(routes, desk)

    @routes.post("/call-backs", tags=[TAG], status_code=201, response_model=CallView, summary="点击回拨 Dial")
    async def call_back(body: CallBackBody, asked: ByCentre, request: Request) -> Response:
        """The agent's phone rings first, then the customer's, with our number shown; what comes of it is an event."""
        if (body.ticket is None) == (body.missed_call is None):
            raise Problem(Refusal("call_back_whom", accepts=("ticket", "missed_call")), status=422)
        whom = Whom(body.ticket, body.missed_call, body.revisit)
        key = await desk.commands.call_back(_asker(asked, request), whom, body.station, asked.cause)
        return shown(await desk.call(key, asked.who), call_view, status=201)


def _add_calls(routes: APIRouter, desk: TelephonyDesk) -> None:
    commands = desk.commands

    @routes.post("/calls/{call}/put-through", tags=[TAG], status_code=_DONE, summary="转接 Put through")
    async def transfer(call: InPath, body: TransferBody, asked: ByCentre, request: Request) -> Response:
        document = await desk.call(call, asked.who)
        await commands.transfer(document.state, _asker(asked, request), body.station)
        return Response(status_code=_DONE)

    @routes.post("/calls/{call}/bring-in", tags=[TAG], status_code=_DONE, summary="三方通话 Bring a third party in")
    async def bring_in(call: InPath, body: BringInBody, asked: ByCentre, request: Request) -> Response:
        document = await desk.call(call, asked.who)
        await commands.bring_in(document.state, _asker(asked, request), body.number)
        return Response(status_code=_DONE)

    @routes.post("/calls/{call}/hang-up", tags=[TAG], status_code=_DONE, summary="挂机 Hang up")
    async def hang_up(call: InPath, asked: ByCentre, request: Request) -> Response:
        document = await desk.call(call, asked.who)
        await commands.hang_up(document.state, _asker(asked, request))
        return Response(status_code=_DONE)


def _add_stations(routes: APIRouter, desk: TelephonyDesk) -> None:
    commands = desk.commands

    async def sign(station: InPath, asked: CommandRequest, request: Request, *, on: bool) -> Response:
        await commands.sign(_asker(asked, request), _station(station), on=on)
        return Response(status_code=_DONE)

    async def pause(station: InPath, asked: CommandRequest, request: Request, reason: str | None) -> Response:
        await commands.pause(_asker(asked, request), _station(station), reason)
        return Response(status_code=_DONE)

    @routes.post("/agents/{station}/sign-in", tags=[TAG], status_code=_DONE, summary="签入 Sit down at a station")
    async def sign_in(station: InPath, asked: ByCentre, request: Request) -> Response:
        return await sign(station, asked, request, on=True)

    @routes.post("/agents/{station}/sign-out", tags=[TAG], status_code=_DONE, summary="签出 Leave a station")
    async def sign_out(station: InPath, asked: ByCentre, request: Request) -> Response:
        return await sign(station, asked, request, on=False)

    @routes.post("/agents/{station}/pause", tags=[TAG], status_code=_DONE, summary="示忙 Take no calls")
    async def take_none(station: InPath, body: PauseBody, asked: ByCentre, request: Request) -> Response:
        return await pause(station, asked, request, body.reason)

    @routes.post("/agents/{station}/wrap-up", tags=[TAG], status_code=_DONE, summary="话后整理 After-call work")
    async def wrap_up(station: InPath, asked: ByCentre, request: Request) -> Response:
        return await pause(station, asked, request, WRAP_UP)

    @routes.post("/agents/{station}/ready", tags=[TAG], status_code=_DONE, summary="示闲 Take calls again")
    async def ready(station: InPath, asked: ByCentre, request: Request) -> Response:
        return await pause(station, asked, request, None)


def _station(written: str) -> str:
    if not (written.isascii() and written.isdecimal() and 3 <= len(written) <= 6):
        raise Problem(Refusal("unknown_station"))
    return written


def _asker(asked: CommandRequest, request: Request) -> Asker:
    return Asker(asked.who.utility, asked.who.subject, request.headers.get("authorization", ""))
