"""Serving until told to stop, and a drain in the right order: requests first, then consumers, producer and store."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from kit.http.connection import bounded
from kit.run.health import Health
from kit.settings import HttpSettings

_log = structlog.get_logger("hotline.serve")
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class DrainTimedOut(RuntimeError):
    """What was begun did not end within the time allowed; the next start finds it in store and bus."""


class _Server(uvicorn.Server):
    """uvicorn that says when it is up, and leaves the signals to us: the process drains more than HTTP."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening(app: ASGIApp, http: HttpSettings) -> AsyncIterator[str]:
    """Answer HTTP within the block; yields the address. Leaving it stops accepting and lets running requests end."""
    listener = socket.create_server((http.host, http.port), backlog=2048, family=_family(http.host))
    config = uvicorn.Config(
        app,
        http=bounded(http),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # Longer than clients and ingresses keep an idle connection: who closes first must not be who is being asked.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=max(1, int(http.drain_seconds / 2)),
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="http")
    try:
        await server.up.wait()
        port = listener.getsockname()[1]
        yield f"http://{_in_address(http.host)}:{port}"
    finally:
        server.should_exit = True
        await task
        listener.close()


async def serve(
    app: ASGIApp,
    http: HttpSettings,
    health: Health,
    parts: Sequence[AbstractAsyncContextManager[object]] = (),
    stop: asyncio.Event | None = None,
) -> None:
    """Enter `parts` in order (store, producer, consumers), answer HTTP; on SIGTERM, SIGINT or `stop` drain backwards.

    Raises DrainTimedOut when leaving takes longer than `http.drain_seconds`.
    """
    stop = stop or asyncio.Event()
    stack = AsyncExitStack()
    with stopped_by_signals(stop):
        try:
            for part in parts:
                await stack.enter_async_context(part)
            address = await stack.enter_async_context(listening(app, http))
            _log.info("listening", address=address)
            await stop.wait()
        finally:
            health.draining = True
            await _drain(stack, http.drain_seconds)


async def _drain(stack: AsyncExitStack, seconds: float) -> None:
    _log.info("draining", seconds=seconds)
    try:
        async with asyncio.timeout(seconds):
            await stack.aclose()
    except TimeoutError:
        _log.error("drain timed out", seconds=seconds)
        raise DrainTimedOut(f"still busy after {seconds:g} s") from None
    _log.info("drained")


@contextmanager
def stopped_by_signals(stop: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set `stop` within the block; a second signal kills as usual."""
    loop = asyncio.get_running_loop()

    def begin() -> None:
        stop.set()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    for number in _SIGNALS:
        loop.add_signal_handler(number, begin)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a process's main coroutine on uvloop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
