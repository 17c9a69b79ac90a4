"""How much of a phone switch one core takes: messages a second, calls at once, and how soon a screen knows.

`python -m bench.telephony [--messages 50000] [--calls 2000]`: real bytes through reader, rules and a store in memory;
then AgentCalled to a listener, with SQLite in the path. Numbers are of this machine at this moment.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from contracts.envelope import Event
from kit.clock import RealClock
from kit.decide.shell import Shell
from kit.store.memory import MemoryStore
from kit.store.sqlite import SqliteFile, SqliteStore
from procedures.loader import load_all
from services.telephony.ami.agents import read_member
from services.telephony.ami.calls import CallReader
from services.telephony.ami.difference import ClockDifference
from services.telephony.ami.wire import Reader
from services.telephony.broadcast import Broadcast
from services.telephony.decider import AGENTS, CALLS
from services.telephony.people import PUBLISHED_KEY, Numbers, vault_of
from services.telephony.statements import Statements
from tests.unit.telephony.story import Story, answered

BATCH = 200
_UTILITY = "kunlun-gas-956100"
_PROCEDURE = load_all().in_force(_UTILITY, datetime.now(UTC))


class Nowhere:
    """An outlet that hands everything to a broadcast."""

    def __init__(self, broadcast: Broadcast | None = None) -> None:
        self.said = 0
        self._broadcast = broadcast

    def put(self, key: str, published: int, events: list[Event]) -> None:  # noqa: ARG002
        self.said += len(events)
        if self._broadcast is not None:
            self._broadcast.tell(events)


def _shell(decider: Any, store: Any, outlet: Any) -> Shell[Any]:
    return Shell(decider, store, outlet, RealClock(), lambda _: _PROCEDURE, timedelta(0))


def _bytes(story: Story, number: int) -> list[bytes]:
    """The messages of one call, as they come over the wire, under a name of its own."""
    found = []
    for message in story.messages:
        lines = [f"{key}: {_renamed(value, number)}" for key, value in message.items() if key != "t"]
        found.append(("\r\n".join(lines) + "\r\n\r\n").encode())
    return found


def _renamed(value: str, number: int) -> str:
    return value.replace("1795298269.", f"1795298269.{number}0") if isinstance(value, str) else value


async def _through(batches: list[bytes], statements: Statements) -> int:
    wire, difference = Reader(), ClockDifference()
    reader = CallReader(_PROCEDURE.ref, Numbers(vault_of(PUBLISHED_KEY), _UTILITY).party)
    messages = 0
    for batch in batches:
        facts: list[Any] = []
        for message in wire.feed(batch):
            messages += 1
            at = difference.moment(message, datetime.now(UTC))
            facts += reader.read(message, at)
            facts += read_member(message, at, _PROCEDURE.ref, reader.is_station)
        if facts:
            await statements.hear(facts)
    return messages


async def throughput(wanted: int) -> float:
    """Messages a second; each is one that a call is made of, none is noise."""
    story = answered()
    calls = wanted // len(story.messages)
    told = [message for number in range(0, calls, 20) for message in _interleaved(story, number)]
    batches = [b"".join(told[start : start + BATCH]) for start in range(0, len(told), BATCH)]
    outlet = Nowhere()
    shells = [_shell(decider, MemoryStore(decider.collection), outlet) for decider in (CALLS, AGENTS)]
    began = time.process_time()
    messages = await _through(batches, Statements(shells[0], shells[1], _UTILITY, "/switch/bench"))
    return messages / (time.process_time() - began)


def _interleaved(story: Story, first: int) -> list[bytes]:
    """Twenty calls that go on at once, message by message."""
    calls = [_bytes(story, first + number + 1) for number in range(20)]
    return [message for step in zip(*calls, strict=True) for message in step]


async def at_once(calls: int) -> float:
    """Megabytes that so many calls take which have begun and not ended."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    story = Story().arrives().queued().rings("8001").answers("8001")
    told = [message for number in range(calls) for message in _bytes(story, number + 1)]
    batches = [b"".join(told[start : start + BATCH]) for start in range(0, len(told), BATCH)]
    shells = [_shell(decider, MemoryStore(decider.collection), Nowhere()) for decider in (CALLS, AGENTS)]
    await _through(batches, Statements(shells[0], shells[1], _UTILITY, "/switch/bench"))
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


async def popped(times: int, folder: Path) -> list[float]:
    """Milliseconds from the bytes of AgentCalled to whoever listens, the save included."""
    broadcast = Broadcast()
    file = SqliteFile(folder / "telephony.db")
    shells = [_shell(each, SqliteStore(each.collection, file), Nowhere(broadcast)) for each in (CALLS, AGENTS)]
    statements = Statements(shells[0], shells[1], _UTILITY, "/switch/bench")
    listening, took = broadcast.listen(_UTILITY, 60), []
    heard: asyncio.Queue[Event] = asyncio.Queue()
    task = asyncio.create_task(_listen(listening, heard))
    await asyncio.sleep(0)
    for number in range(times):
        told = _bytes(Story().arrives().queued().rings("8001"), number + 1)
        await _through([b"".join(told[:-2])], statements)
        began = time.perf_counter()
        await _through([b"".join(told[-2:])], statements)
        while (await heard.get()).data.short_type() != "call.ringing":
            pass
        took.append((time.perf_counter() - began) * 1000)
    task.cancel()
    await file.close()
    return took


async def _listen(listening: Any, heard: asyncio.Queue[Event]) -> None:
    async for event in listening:
        if event is not None:
            heard.put_nowait(event)


def main() -> int:
    """Exit status 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=30_000)
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--pops", type=int, default=500)
    asked = parser.parse_args()
    memory = asyncio.run(at_once(asked.calls))
    rate = asyncio.run(throughput(asked.messages))
    with tempfile.TemporaryDirectory() as folder:
        took = asyncio.run(popped(asked.pops, Path(folder)))
    p99 = statistics.quantiles(took, n=100)[98]
    print(f"messages a second on one core: {rate:,.0f} (goal 5,000)")
    print(f"{asked.calls} calls at once: {memory:,.0f} MB more (goal 200)")
    print(f"AgentCalled to the screen: p50 {statistics.median(took):.1f} ms, p99 {p99:.1f} ms (goal 100)")
    return 0 if rate >= 5_000 and memory < 200 and p99 < 100 else 1


if __name__ == "__main__":
    sys.exit(main())
