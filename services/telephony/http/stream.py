"""Call events as they happen, for screens: server-sent events, one JSON object each."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson
from fastapi import APIRouter
from starlette.responses import StreamingResponse

from contracts.envelope import Event
from contracts.refusal import Refusal
from kit.http.problems import Problem
from services.telephony.http.desk import TAG, Centre, TelephonyDesk

QUIET = 15.0
"""After so many seconds without an event a comment is sent, so that nobody on the way takes the stream for dead."""


def add_stream(routes: APIRouter, desk: TelephonyDesk) -> None:
    """`GET /events`."""

    @routes.get("/events", tags=[TAG], summary="实时事件 Events as they happen")
    async def events(who: Centre) -> StreamingResponse:
        """`text/event-stream`; the replica that holds the line alone has them, any other answers 503: ask again."""
        if desk.line is not None and not desk.line.holds:
            raise Problem(Refusal("line_elsewhere"), status=503, headers={"Retry-After": "1"})
        return StreamingResponse(_lines(desk, who.utility), media_type="text/event-stream")


async def _lines(desk: TelephonyDesk, utility: str) -> AsyncIterator[bytes]:
    yield b": begun\n\n"
    async for event in desk.broadcast.listen(utility, QUIET):
        yield b": still here\n\n" if event is None else _line(event)


def _line(event: Event) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        event.id.encode(),
        event.data.short_type().encode(),
        orjson.dumps(told(event)),
    )


def told(event: Event) -> dict[str, object]:
    """`type`, `call` (null where it is `about` an agent or a queue), `at`, `id`, and the fact's own fields."""
    kind = event.data.short_type()
    call = event.subject if kind.startswith("call.") else None
    told = {"type": kind, "call": call, "at": event.time, "id": event.id}
    if call is None:
        told["about"] = event.subject
    return told | event.data.model_dump(exclude_none=True, exclude={"at"})
