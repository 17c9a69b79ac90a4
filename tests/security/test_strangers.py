"""Who has no token is told so before anything that they send is read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.security.people import NOBODY, Crowd


@pytest.fixture
def crowd(tmp_path: Path) -> Crowd:
    return Crowd(tmp_path)


class Read(AssertionError):
    """The body was asked for."""


async def _asked(crowd: Crowd, method: str, path: str, headers: dict[str, str]) -> int:
    """The status that is answered without the body; raises Read if it was wanted."""
    status = 0

    async def receive() -> dict[str, Any]:
        raise Read(f"{method} {path}")

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    named = {"content-type": "application/json", "content-length": "999999", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
        "server": ("hotline", 80),
        "client": ("10.0.0.1", 1),
        "scheme": "http",
        "http_version": "1.1",
    }
    async with asyncio.timeout(5):
        await crowd.app(scope, receive, send)
    return status


async def test_no_strangers_body_is_read_on_any_route(crowd: Crowd) -> None:
    """Of those who have a token, none whose role may not call it."""
    keyed = {"Idempotency-Key": "k"}
    open_to_all = []
    for method, path, operation in crowd.operations():
        if "requestBody" not in operation:
            continue
        place = path.replace("{", "").replace("}", "")
        if "security" not in operation:
            open_to_all.append(path)
            continue
        for headers in ({}, keyed, {"Authorization": "Bearer a.b.c"}):
            assert await _asked(crowd, method, place, headers) == 401, path
        statuses = [await _asked(crowd, method, place, keyed | crowd.headers("admin"))]
        assert statuses == [403] or path.startswith("/intake/audits"), path
    assert open_to_all == []


async def test_every_route_but_the_process_own_wants_a_token(crowd: Crowd) -> None:
    for method, path, _ in crowd.operations():
        place = path.replace("{", "").replace("}", "")
        answer = await crowd.asks(method, NOBODY, place)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), path
        assert "hotline" in answer.headers["www-authenticate"]
