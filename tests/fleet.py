"""Every service as a process of its own against one Kafka and one store, and a client that never gives up on them."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes
from time import monotonic
from typing import Any

import httpx

from embedded.ports import LOOPBACK, free_ports
from services.registry import SERVICES
from tests.running import HotlineProcess, Tokens

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


class Fleet:
    """`hotline run` for each service; every one keeps its port, so that it is found again after a restart."""

    def __init__(
        self, directory: Path, bootstrap: str, store_url: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self.directory = directory
        shared = {
            "HOTLINE_KAFKA__BOOTSTRAP_SERVERS": bootstrap,
            "HOTLINE_STORE__URL": store_url,
            "HOTLINE_KEYS__PII": b64encode(token_bytes(32)).decode(),
            "HOTLINE_EMBEDDED__ISSUER": "true",
            "HOTLINE_EMBEDDED__PATH": str(directory),
            "HOTLINE_ATTACHMENTS__PATH": str(directory / "attachments"),
            **(environment or {}),
        }
        self.ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        self.processes = {
            name: HotlineProcess(directory / name, "run", name, "--port", str(port), environment=shared)
            for name, port in self.ports.items()
        }

    async def start(self) -> None:
        """Start all at once and wait until each is ready."""
        async with asyncio.TaskGroup() as group:
            for process in self.processes.values():
                group.create_task(process.start())
        async with asyncio.TaskGroup() as group:
            for name in SERVICES:
                group.create_task(self.ready(name))

    async def ready(self, name: str, seconds: float = 90) -> dict[str, Any]:
        """Wait until a service says that it is ready; what it says."""
        found: dict[str, Any] = {}

        async def says_so() -> bool:
            with suppress(httpx.TransportError):
                found.update((await client.get(f"{self.address(name)}/readyz")).json())
            return bool(found.get("ready"))

        async with httpx.AsyncClient(trust_env=False) as client:
            await eventually(says_so, seconds)
        return found

    async def stop(self) -> dict[str, int]:
        """SIGTERM to all at once; their exit statuses."""
        statuses = await asyncio.gather(*(process.stop() for process in self.processes.values()))
        return dict(zip(self.processes, statuses, strict=True))

    def address(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def addresses(self) -> dict[str, str]:
        """By the first word of the path."""
        return {service.prefix: self.address(name) for name, service in SERVICES.items()}

    def logs(self) -> str:
        """What all of them logged in all their runs."""
        return "".join(file.read_text(errors="replace") for file in self.directory.glob("*/hotline.log*"))


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait until it holds; TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.1)


class NeverAccepted(AssertionError):
    """A request was still refused when patience ended; the text has the last answer."""


class Persistent:
    """A client that repeats what got no answer, or came too early, under its Idempotency-Key until it is accepted."""

    def __init__(self, addresses: Mapping[str, str], tokens: Tokens, *, patience_seconds: float = 30) -> None:
        """`addresses` by the first word of the path; "" answers for all that are not named."""
        self._addresses = addresses
        self._tokens = tokens
        self._patience = patience_seconds
        limits = httpx.Limits(max_connections=128, max_keepalive_connections=128)
        self._client = httpx.AsyncClient(timeout=20, limits=limits, trust_env=False)
        self.repeats = 0
        self.faults: list[str] = []

    async def close(self) -> None:
        await self._client.aclose()

    async def post(self, who: str, path: str, body: Mapping[str, Any], key: str, **headers: str) -> Any:
        """A command, until it was carried out. Raises NeverAccepted."""
        return await self._until_accepted("POST", who, path, body, {"Idempotency-Key": key, **headers})

    async def get(self, who: str, path: str, **query: Any) -> Any:
        """What somebody is shown, once it is there. Raises NeverAccepted."""
        return await self._until_accepted("GET", who, path, None, {}, query)

    async def _until_accepted(
        self, method: str, who: str, path: str, body: Any, headers: dict[str, str], query: Any = None
    ) -> Any:
        url = self._addresses.get(path.split("/")[1], self._addresses.get("", "")) + path
        named = {"Authorization": f"Bearer {self._tokens(who)}", "Accept-Language": "en", **headers}
        end, pause, last = monotonic() + self._patience, _FIRST_PAUSE, ""
        while monotonic() < end:
            try:
                answer = await self._client.request(method, url, json=body, params=query, headers=named)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                if answer.is_success:
                    return answer.json()
                last = f"{answer.status_code} {answer.text[:400]}"
                self._note(answer, last)
            self.repeats += 1
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise NeverAccepted(f"{method} {path} {body}: {last}")

    def _note(self, answer: httpx.Response, told: str) -> None:
        """What no outage explains: 500 is a defect, and 422 will never be accepted."""
        if answer.status_code in (400, 401, 403, 412, 422, 500):
            self.faults.append(told)
            raise NeverAccepted(f"{answer.request.method} {answer.request.url.path}: {told}")
