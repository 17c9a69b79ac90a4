"""The hotline's HTTP API as its people use it: an agent's screen, a unit's desk, a division, a connected platform."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx

from texts import Language

Token = Callable[[str], str]
"""A bearer token for `agent`, `supervisor`, `unit:jinan`, `division:luzhong`, `integration`, …"""


MOST_TIMES_AGAIN = 5


class Refused(Exception):
    """The service said no; the problem document says why and what would be accepted."""

    def __init__(self, problem: Mapping[str, Any], path: str) -> None:
        super().__init__(f"{path}: {problem.get('status')} {problem.get('title')}: {problem.get('detail')}")
        self.problem = problem

    @property
    def code(self) -> str:
        """The last word of the problem's type: `order_wrong_stage`."""
        return str(self.problem.get("type", "")).rpartition(":")[2]


class Api:
    """Sends requests as whoever is named; one connection pool for all."""

    def __init__(self, base_url: str, token: Token, *, language: Language = "zh", timeout: float = 30.0) -> None:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        self._client = httpx.AsyncClient(base_url=base_url, timeout=timeout, limits=limits, trust_env=False)
        self._token = token
        self._language = language
        self._tokens: dict[str, str] = {}

    async def get(self, who: str, path: str, **query: Any) -> Any:
        """What the service shows `who`. Raises Refused."""
        return await self._asked(lambda: self._client.get(path, params=query, headers=self._headers(who)))

    async def post(self, who: str, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> Any:
        """A command of `who`, safe to repeat under `key`. Raises Refused."""
        headers = self._headers(who) | {"Idempotency-Key": key or str(uuid4())}
        return await self._asked(lambda: self._client.post(path, json=dict(body or {}), headers=headers))

    async def text(self, path: str) -> str:
        """A page for anybody, as text. Raises httpx.HTTPStatusError."""
        return (await self._client.get(path)).raise_for_status().text

    async def is_ready(self) -> bool:
        """Whether every service answers that it is."""
        try:
            return (await self._client.get("/readyz")).is_success
        except httpx.TransportError:
            return False

    async def close(self) -> None:
        """Release the connections."""
        await self._client.aclose()

    async def _asked(self, ask: Callable[[], Awaitable[httpx.Response]]) -> Any:
        """What is not possible for the moment is asked again after the time that the answer names, some times."""
        response = await ask()
        for _ in range(MOST_TIMES_AGAIN):
            after = response.headers.get("retry-after", "")
            if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE or not after.isdecimal():
                break
            await asyncio.sleep(int(after))
            response = await ask()
        return _body(response)

    def _headers(self, who: str) -> dict[str, str]:
        if who not in self._tokens:
            self._tokens[who] = self._token(who)
        return {"Authorization": f"Bearer {self._tokens[who]}", "Accept-Language": self._language}


def _body(response: httpx.Response) -> Any:
    if response.is_success:
        return response.json()
    is_problem = response.headers.get("content-type", "").startswith("application/problem+json")
    problem = response.json() if is_problem else {"status": response.status_code, "detail": response.text[:200]}
    raise Refused(problem, response.request.url.path)
