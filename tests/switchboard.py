"""Telephony without its HTTP: a line to a switch, documents in memory, and what was said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from contracts.envelope import Event
from kit.clock import RealClock
from kit.decide.shell import Shell
from kit.settings import TelephonySettings
from kit.store.memory import MemoryStore
from services.telephony.ami.calls import CallReader
from services.telephony.ami.connection import opened
from services.telephony.ami.switch import Asterisk
from services.telephony.decider import AGENTS, CALLS, LEASES, NUMBERS
from services.telephony.line import Desk, Line
from services.telephony.people import Numbers
from tests.unit.telephony.story import PROCEDURE, VAULT


class Kept:
    """The documents of telephony, which outlive a replica, and everything that was said."""

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self.said: list[Event] = []
        self.desk = Desk(*(self._shell(decider) for decider in (CALLS, AGENTS, NUMBERS, LEASES)))  # type: ignore[arg-type]

    def _shell(self, decider: Any) -> Shell[Any]:
        patience = timedelta(0)
        return Shell(decider, MemoryStore(decider.collection), self, RealClock(), lambda _: PROCEDURE, patience)

    def put(self, key: str, published: int, events: Any) -> None:  # noqa: ARG002
        self.said.extend(events)

    def said_of_calls(self) -> list[Event]:
        return [event for event in self.said if event.data.short_type().startswith("call.")]

    def kinds(self) -> list[str]:
        return [event.data.short_type() for event in self.said]

    def line(self, port: int, password: str = "right", log: Path | None = None) -> Line:
        own = TelephonySettings(host="127.0.0.1", port=port, username="hotline", password=password, **self._settings)  # type: ignore[arg-type]
        numbers = Numbers(VAULT, PROCEDURE.utility)

        async def connect() -> Asterisk:
            return Asterisk(await opened(own), CallReader(PROCEDURE.ref, numbers.party), own)

        async def disconnect(switch: Any) -> None:
            await switch.connection.close()

        return Line(self.desk, connect, disconnect, lambda _: PROCEDURE, numbers, log)

    async def end(self) -> None:
        """Let the grace of every call pass."""
        later = datetime.now(UTC) + timedelta(hours=5)
        self.desk.calls.clock = type("Later", (), {"now": lambda _: later})()
        await self.desk.calls.tick()


@asynccontextmanager
async def running(line: Line) -> AsyncIterator[Line]:
    task = asyncio.create_task(line.run())
    try:
        yield line
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(condition: Any, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.005)
