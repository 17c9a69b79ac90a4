"""SIGTERM drains: what was begun ends, in the right order, in time; the process then ends well."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from kit.http.serving import listening, serve
from kit.run.health import Health
from kit.settings import HttpSettings

SERVICE = """
    import asyncio, sys
    from contextlib import asynccontextmanager
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route
    from kit.run.health import Health
    from kit.telemetry.logs import set_up_logs
    from kit.http.serving import run, serve
    from kit.settings import HttpSettings, LogSettings

    def say(*words):
        print(*words, flush=True)

    @asynccontextmanager
    async def part(name, seconds=0.0):
        say("open", name)
        yield
        await asyncio.sleep(seconds)
        say("close", name)

    async def slow(request):
        say("begun")
        await asyncio.sleep(1.0)
        say("answered")
        return PlainTextResponse("whole")

    set_up_logs("test", LogSettings())
    app = Starlette(routes=[Route("/slow", slow)])
    port, drain, closing = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    http = HttpSettings(port=port, drain_seconds=drain)
    run(serve(app, http, Health(), [part("store"), part("producer"), part("consumers", closing)]))
    say("ended")
"""


@contextmanager
def service(tmp_path: Path, port: int, drain: float = 10.0, closing: float = 0.0) -> Iterator[subprocess.Popen[str]]:
    script = tmp_path / "service.py"
    script.write_text(textwrap.dedent(SERVICE))
    command = [sys.executable, str(script), str(port), str(drain), str(closing)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(stream: IO[str] | None, line: str) -> list[str]:
    assert stream is not None
    lines: list[str] = []
    while line not in lines:
        text = stream.readline()
        assert text, f"ended before {line!r}: {lines}"
        lines.append(text.strip())
    return lines


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def answering(port: int) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            with suppress(httpx.TransportError):
                await client.get(f"http://127.0.0.1:{port}/")
                return
            await asyncio.sleep(0.05)
    raise AssertionError("the service never listened")


async def test_a_request_in_flight_is_answered_whole_and_then_the_parts_close_backwards(
    tmp_path: Path, port: int
) -> None:
    with service(tmp_path, port) as process:
        await answering(port)
        async with httpx.AsyncClient(timeout=10) as client:
            request = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/slow"))
            await asyncio.to_thread(read_until, process.stdout, "begun")
            process.send_signal(signal.SIGTERM)
            answer = await request
        assert answer.text == "whole"
        rest = await asyncio.to_thread(read_until, process.stdout, "ended")
        assert rest == ["answered", "close consumers", "close producer", "close store", "ended"]
        assert process.wait(5) == 0


async def test_while_draining_no_new_connection_is_accepted(tmp_path: Path, port: int) -> None:
    with service(tmp_path, port, closing=2.0) as process:
        await answering(port)
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(1.0)
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(f"http://127.0.0.1:{port}/slow")
        assert process.poll() is None


async def test_a_part_that_will_not_close_ends_the_process_badly_but_in_time(tmp_path: Path, port: int) -> None:
    with service(tmp_path, port, drain=1.0, closing=60.0) as process:
        await answering(port)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.to_thread(process.communicate, timeout=10)
        assert process.returncode == 1
        assert time.monotonic() - asked < 5
        assert "DrainTimedOut: still busy after 1 s" in errors


async def test_an_event_stops_the_process_as_a_signal_does() -> None:
    stop, health = asyncio.Event(), Health()
    serving = asyncio.create_task(serve(_nothing, HttpSettings(port=0), health, stop=stop))
    await asyncio.sleep(0.2)
    assert not health.draining
    stop.set()
    await asyncio.wait_for(serving, 5)
    assert health.draining


async def test_a_part_that_cannot_start_closes_those_that_had() -> None:
    closed: list[str] = []

    class Part:
        def __init__(self, name: str) -> None:
            self.name = name

        async def __aenter__(self) -> None:
            if self.name == "bus":
                raise ConnectionRefusedError("no broker")

        async def __aexit__(self, *_: object) -> None:
            closed.append(self.name)

    with pytest.raises(ConnectionRefusedError):
        await serve(_nothing, HttpSettings(port=0), Health(), [Part("store"), Part("bus")])
    assert closed == ["store"]


async def test_a_free_port_is_told() -> None:
    async with listening(_nothing, HttpSettings(port=0)) as address, httpx.AsyncClient() as client:
        assert (await client.get(f"{address}/")).status_code == 204


async def _nothing(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
