"""Full loops per second over HTTP until the closed ticket can be read, and CPU per loop, empty and with 20,000 stored.

One loop: request, dispatch, sign, contact, complete, reply, review, and reading that the ticket is closed.
"""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

from bench.filling import fill
from bench.system import System, hotline

_STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("agent", "dispatch", {"unit": "jinan"}),
    ("unit:jinan", "sign", {}),
    ("unit:jinan", "contact", {}),
    ("unit:jinan", "complete", {}),
    ("unit:jinan", "reply", {"opinion": "已更换阀门", "result": "已解决"}),
    ("agent", "review", {"approved": True}),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one measurement came to."""

    loops_per_second: float
    cpu_ms_per_loop: float
    p50_ms: float
    p99_ms: float
    megabytes: float

    def __str__(self) -> str:
        return (
            f"{self.loops_per_second:6.1f} loops/s  {self.cpu_ms_per_loop:6.1f} CPU ms/loop  "
            f"p50 {self.p50_ms:5.0f} ms  p99 {self.p99_ms:5.0f} ms  {self.megabytes:4.0f} MB"
        )


async def one_loop(system: System) -> float:
    """A ticket from request to close; the seconds until the close could be read."""
    begun = perf_counter()
    accepted = await system.api.post("agent", "/intake/requests", request())
    ticket = accepted["tickets"][0]["ticket"]
    for who, step, body in _STEPS:
        await system.api.post(who, f"/routing/work-orders/{ticket}/{step}", body)
    while not await _is_closed(system, ticket):  # noqa: ASYNC110 - another process closes it
        await asyncio.sleep(0.005)
    return perf_counter() - begun


async def _is_closed(system: System, ticket: str) -> bool:
    order = await system.api.get("supervisor", f"/routing/work-orders/{ticket}")
    return bool(order["stage"] == "closed")


def request() -> dict[str, Any]:
    name = uuid4().hex[:12]
    return {
        "channel": "web",
        "type": "fault",
        "subtype": "stove",
        "text": f"灶具打不着火 {name}",
        "area": "jinan/lixia",
        "customer": {"name": "王女士", "contact": name, "address": "某小区1号楼"},
        "call_wish": {"preference": "none"},
        "separate": True,
    }


async def measure(system: System, loops: int, at_once: int) -> Figures:
    """`loops` loops, `at_once` at a time."""
    left = iter(range(loops))
    seconds: list[float] = []

    async def worker() -> None:
        seconds.extend([await one_loop(system) for _ in left])

    cpu, begun = system.cpu_seconds(), perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    wall = perf_counter() - begun
    spent = system.cpu_seconds() - cpu
    seconds.sort()
    return Figures(
        loops / wall,
        spent / loops * 1000,
        seconds[len(seconds) // 2] * 1000,
        seconds[len(seconds) * 99 // 100] * 1000,
        system.megabytes(),
    )


async def compare(loops: int, at_once: int, stored: int, store_url: str | None, name: str) -> None:
    """Empty against full, on one store."""
    var = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    try:
        async with hotline(var, store_url) as system:
            await measure(system, max(20, loops // 10), at_once)
            empty = await measure(system, loops, at_once)
            print(f"{name:8} {'empty':>7}  {empty}", flush=True)
        await fill(store_url or f"sqlite:///{var}/documents", stored)
        async with hotline(var, store_url) as system:
            await measure(system, max(20, loops // 10), at_once)
            full = await measure(system, loops, at_once)
            print(f"{name:8} {stored:>7}  {full}", flush=True)
        print(f"{name:8} CPU per loop, full : empty = {full.cpu_ms_per_loop / empty.cpu_ms_per_loop:.2f}", flush=True)
    finally:
        shutil.rmtree(var, ignore_errors=True)


async def _main(arguments: argparse.Namespace) -> None:
    await compare(arguments.loops, arguments.at_once, arguments.stored, None, "sqlite")
    if not arguments.sqlite_only:
        from tests.backends import LocalMongo

        with tempfile.TemporaryDirectory() as directory:
            mongo = LocalMongo(Path(directory))
            await mongo.start()
            try:
                await compare(arguments.loops, arguments.at_once, arguments.stored, mongo.url, "mongo")
            finally:
                await mongo.stop()


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loops", type=int, default=400)
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--stored", type=int, default=20_000)
    parser.add_argument("--sqlite-only", action="store_true")
    asyncio.run(_main(parser.parse_args(argv)))


if __name__ == "__main__":
    main()
