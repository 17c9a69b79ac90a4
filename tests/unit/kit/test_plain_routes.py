"""A plain route answers as FastAPI itself does, and is taken only where it can be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from kit.http.routes import PlainRoute, plain


class Note(BaseModel):
    text: str


async def caller(request: Request) -> str:
    return request.headers.get("x-caller", "nobody")


def old_fashioned(request: Request) -> str:
    return request.headers.get("x-caller", "nobody")


async def paged(limit: int = 10) -> int:
    return limit


class Keyed(SecurityBase):
    model = HTTPBearer()
    scheme_name = "bearer"

    async def __call__(self, request: Request, key: Annotated[str | None, Header(alias="X-Key")] = None) -> str:
        return f"{key} {request.method}"


Caller = Annotated[str, Depends(caller)]


def orders(route_class: type[APIRoute]) -> APIRouter:
    router = APIRouter(prefix="/orders", route_class=route_class)

    @router.get("/{order}")
    async def read(order: str) -> Response:
        return PlainTextResponse(f"order {order}")

    @router.get("/late")
    async def late() -> Response:
        return PlainTextResponse("the late ones")

    @router.post("/{order}/notes/{line}")
    async def note(order: str, line: str, body: Note, who: Caller, request: Request) -> Response:
        return PlainTextResponse(f"{order} {line} {body.text} {who} {request.method}")

    @router.put("/{order}/key")
    async def aliased(key: Annotated[str, Path(alias="order")], keyed: Annotated[str, Depends(Keyed())]) -> Response:
        return PlainTextResponse(f"{key} {keyed}")

    @router.get("/{order}/lines/{number}")
    async def line(order: str, number: int) -> Response:
        return PlainTextResponse(f"{order} {number + 1}")

    other_shapes(router)
    return router


def other_shapes(router: APIRouter) -> None:
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


@pytest.fixture(params=[PlainRoute, APIRoute])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.mount("/shop", orders(request.param))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x/shop") as client:
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


@pytest.mark.parametrize(("headers", "text"), [({"X-Key": "k1"}, "t1 k1 PUT"), ({}, "t1 None PUT")])
async def test_both_ways_give_a_dependency_its_headers(
    client: httpx.AsyncClient, headers: dict[str, str], text: str
) -> None:
    assert (await client.put("/orders/t1/key", headers=headers)).text == text


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


def test_plain_shapes_are_answered_directly_and_all_others_by_fastapi() -> None:
    routes = [route for route in orders(PlainRoute).routes if isinstance(route, APIRoute)]
    directly = {route.name for route in routes if plain(route.endpoint, route.dependant)}
    assert directly == {"read", "late", "note", "aliased"}
