"""CPU per HTTP command in the app alone (no socket), among a hundred routes: FastAPI's own and the plain ones."""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response

from contracts.vocabulary import Role
from kit.auth.issuer import BuiltInIssuer, seeded_user
from kit.decide.shell import Done
from kit.http.app import create_app
from kit.http.commands import CommandBy, CommandRequest
from kit.http.routes import PlainRoute
from kit.run.health import Health
from kit.settings import load_settings
from kit.store.port import Document
from services.registry import SERVICES

ROUTES_EACH = 20
REQUESTS = 300
ROUNDS = 20
PATHS = ("/intake/tickets/t/step0", "/knowledge/tickets/t/step19")
ByUnit = Annotated[CommandRequest, Depends(CommandBy(Role.UNIT))]


class Body(BaseModel):
    type: str
    note: str


class State(BaseModel):
    note: str


def view(document: Document[State]) -> State:
    return document.state


def router(route_class: type[APIRoute]) -> APIRouter:
    routes = APIRouter(route_class=route_class)
    for number in range(ROUTES_EACH):

        @routes.post(f"/tickets/{{ticket}}/step{number}", response_model=State)
        async def step(ticket: str, body: Body, asked: ByUnit) -> Response:
            return asked.answer(Done(Document(ticket, asked.who.utility, 1, State(note=body.note))), view)

    return routes


async def request(app: FastAPI, scope: dict[str, Any], body: bytes) -> int:
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    await app(dict(scope), receive, send)
    return status


async def microseconds(app: FastAPI, path: str, token: str) -> float:
    """CPU time of this process per request."""
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}
    started = time.process_time()
    for _ in range(REQUESTS):
        assert await request(app, scope, b'{"type":"fault","note":"x"}') == 200
    return (time.process_time() - started) / REQUESTS * 1e6


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        settings = load_settings(embedded={"issuer": True, "path": Path(directory)})
        issuer = BuiltInIssuer(settings.embedded.path)
        audience = settings.auth.audience
        verifier = issuer.verifier(audience=audience, leeway=timedelta(0))
        user = seeded_user("unit:jinan")
        token = issuer.token(user, utility="gas", audience=audience, lifetime=timedelta(hours=1))
        apps = {
            route_class.__name__: create_app(
                "bench",
                {service.prefix: router(route_class) for service in SERVICES.values()},
                settings=settings,
                verifier=verifier,
                health=Health(),
            )
            for route_class in (APIRoute, PlainRoute)
        }
        best: dict[tuple[str, str], float] = {}
        for _, (name, app), path in product(range(ROUNDS), apps.items(), PATHS):
            spent = await microseconds(app, path, token)
            best[name, path] = min(spent, best.get((name, path), spent))
        for (name, path), spent in best.items():
            print(f"{name:10} {path:30} {spent:6.0f} us CPU")


if __name__ == "__main__":
    asyncio.run(main())
