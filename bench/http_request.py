"""CPU per HTTP command in the app alone (no socket), among a hundred routes: FastAPI's own way and the short way."""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
from starlette.responses import Response

from contracts.vocabulary import Role, TicketType
from kit.auth.issuer import BuiltInIssuer, seeded_user
from kit.decide.shell import Done
from kit.http.app import create_app
from kit.http.commands import Command, command_by
from kit.http.routes import Dispatch
from kit.run.health import Health
from kit.settings import load_settings
from kit.store.port import Document

SERVICES = ("intake", "routing", "sla", "callback", "knowledge")
ROUTES_EACH = 20
REQUESTS = 1_000
ROUNDS = 5
ByUnit = Annotated[Command, Depends(command_by(Role.UNIT))]


class Body(BaseModel):
    type: TicketType
    note: str


class State(BaseModel):
    note: str


def view(document: Document[State]) -> State:
    return document.state


def router(service: str) -> APIRouter:
    routes = APIRouter(prefix=f"/{service}")
    for number in range(ROUTES_EACH):

        @routes.post(f"/tickets/{{ticket}}/step{number}", response_model=State)
        async def step(ticket: str, body: Body, command: ByUnit) -> Response:
            return command.answer(Done(Document(ticket, command.who.utility, 1, State(note=body.note))), view)

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
    """The best of some rounds, CPU time of this process per request."""
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "query_string": b""}
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(REQUESTS):
            assert await request(app, scope, b'{"type":"fault","note":"x"}') == 200
        best = min(best, (time.process_time() - started) / REQUESTS)
    return best * 1e6


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        settings = load_settings(embedded={"issuer": True, "path": Path(directory)})
        issuer = BuiltInIssuer(settings.embedded.path)
        audience = settings.auth.audience
        verifier = issuer.verifier(audience=audience, leeway=timedelta(0))
        user = seeded_user("unit:jinan")
        token = issuer.token(user, utility="gas", audience=audience, lifetime=timedelta(hours=1))
        for label in ("fastapi", "short way"):
            routers = [router(service) for service in SERVICES]
            app = create_app("bench", routers, settings=settings, verifier=verifier, health=Health())
            if label == "fastapi":
                app.router.routes[:] = [route for route in app.router.routes if not isinstance(route, Dispatch)]
            for path in ("/intake/tickets/t/step0", "/knowledge/tickets/t/step19"):
                print(f"{label:10} {path:30} {await microseconds(app, path, token):6.0f} us CPU")


if __name__ == "__main__":
    asyncio.run(main())
