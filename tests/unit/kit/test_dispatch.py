"""The short way leads to the same place as FastAPI's own, and is taken only where it can be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kit.http.routes import Dispatch, direct


class Note(BaseModel):
    text: str


async def caller(request: Request) -> str:
    return request.headers.get("x-caller", "nobody")


def old_fashioned(request: Request) -> str:
    return request.headers.get("x-caller", "nobody")


async def paged(limit: int = 10) -> int:
    return limit


Caller = Annotated[str, Depends(caller)]
router = APIRouter(prefix="/orders")


@router.get("/{order}")
async def read(order: str) -> Response:
    return PlainTextResponse(f"order {order}")


@router.get("/late")
async def late() -> Response:
    return PlainTextResponse("the late ones")


@router.post("/{order}/notes/{line}")
async def note(order: str, line: str, body: Note, who: Caller, request: Request) -> Response:
    return PlainTextResponse(f"{order} {line} {body.text} {who} {request.method}")


@router.get("/{order}/lines/{number}")
async def line(order: str, number: int) -> Response:
    return PlainTextResponse(f"{order} {number + 1}")


@router.get("/{order}/history")
async def history(order: str, limit: Annotated[int, Query(ge=1)] = 3) -> Response:
    return PlainTextResponse(f"{order} {limit}")


@router.get("/{order}/paged")
async def listed(order: str, limit: Annotated[int, Depends(paged)]) -> Response:
    return PlainTextResponse(f"{order} {limit}")


@router.get("/{order}/model", response_model=Note)
async def model(order: str) -> Note:
    return Note(text=order)


@router.get("/{order}/sync")
def in_a_thread(order: str) -> Response:
    return PlainTextResponse(order)


@router.get("/{order}/threaded")
async def with_a_threaded_dependency(order: str, who: Annotated[str, Depends(old_fashioned)]) -> Response:
    return PlainTextResponse(f"{order} {who}")


def routes() -> dict[str, APIRoute]:
    return {route.name: route for route in router.routes if isinstance(route, APIRoute)}


@pytest.fixture(params=["short", "fastapi"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    if request.param == "short":
        app.router.routes.insert(0, Dispatch(routes().values()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/orders/t1", 200, "order t1"),
        ("GET", "/orders/t%201", 200, "order t 1"),
        ("GET", "/orders/{order}", 200, "order {order}"),
        ("GET", "/orders/t1/lines/4", 200, "t1 5"),
        ("GET", "/orders/t1/lines/four", 422, None),
        ("GET", "/orders/t1/history", 200, "t1 3"),
        ("GET", "/orders/t1/history?limit=5", 200, "t1 5"),
        ("GET", "/orders/t1/history?limit=0", 422, None),
        ("GET", "/orders/t1/paged?limit=7", 200, "t1 7"),
        ("GET", "/orders/t1/model", 200, '{"text":"t1"}'),
        ("GET", "/orders/t1/sync", 200, "t1"),
        ("GET", "/orders/t1/threaded", 200, "t1 nobody"),
        ("DELETE", "/orders/t1", 405, None),
        ("GET", "/orders/t1/nothing", 404, None),
        ("GET", "/elsewhere", 404, None),
        ("GET", "/orders/t1/", 307, None),
    ],
)
async def test_both_ways_answer_alike(
    client: httpx.AsyncClient, method: str, path: str, status: int, text: str | None
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert text is None or answer.text == text


async def test_both_ways_give_path_body_dependency_and_request(client: httpx.AsyncClient) -> None:
    answer = await client.post("/orders/t1/notes/2", json={"text": "hello"}, headers={"X-Caller": "me"})
    assert answer.text == "t1 2 hello me POST"


@pytest.mark.parametrize("body", ['{"text": 1}', "{}", "[]", '{"text":', ""])
async def test_both_ways_refuse_a_wrong_body(client: httpx.AsyncClient, body: str) -> None:
    answer = await client.post("/orders/t1/notes/2", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "media", ["application/json; charset=utf-8", "application/merge-patch+json", "APPLICATION/JSON"]
)
async def test_both_ways_take_every_kind_of_json(client: httpx.AsyncClient, media: str) -> None:
    answer = await client.post("/orders/t1/notes/2", content='{"text":"x"}', headers={"Content-Type": media})
    assert answer.status_code == 200


async def test_a_named_word_wins_over_any_word_wherever_it_is_declared() -> None:
    app = FastAPI()
    app.router.routes.insert(0, Dispatch(routes().values()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        assert (await client.get("/orders/late")).text == "the late ones"


def test_plain_shapes_go_the_short_way() -> None:
    assert {name for name, route in routes().items() if direct(route)} == {"read", "late", "note"}
