"""Full loops per second over HTTP until the closed ticket can be read, and CPU per loop, empty and with 20,000 stored.

One loop: request, dispatch, sign, contact, complete, reply, review, and reading that the ticket is closed.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import httpx

from bench.filling import fill
from bench.system import System, hotline
from hotline.api import Refused

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
    store_calls: Mapping[str, float]
    """By service and call, for one loop."""
    undone: tuple[str, ...] = ()
    """What could not be done, once for each loop."""

    def __str__(self) -> str:
        return (
            f"{self.loops_per_second:6.1f} loops/s  {self.cpu_ms_per_loop:6.1f} CPU ms/loop  "
            f"p50 {self.p50_ms:5.0f} ms  p99 {self.p99_ms:5.0f} ms  {self.megabytes:4.0f} MB  "
            f"{sum(self.store_calls.values()):5.1f} store calls/loop"
        )

    def by_service(self) -> str:
        """Which service asks its store for what, how often in a loop."""
        found: dict[str, list[str]] = {}
        for name, calls in sorted(self.store_calls.items()):
            service, call = name.split()
            found.setdefault(service, []).append(f"{call} {calls:.1f}")
        return "\n".join(f"{'':8} {service:12} {'  '.join(calls)}" for service, calls in found.items())


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
    undone: list[str] = []

    async def worker() -> None:
        for _ in left:
            try:
                seconds.append(await one_loop(system))
            except (Refused, httpx.TransportError) as error:
                undone.append(f"{type(error).__name__} {error}")

    calls = await system.store_calls()
    cpu, begun = system.cpu_seconds(), perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    wall = perf_counter() - begun
    spent = system.cpu_seconds() - cpu
    asked = await system.store_calls() - calls
    seconds = sorted(seconds) or [float("nan")]
    return Figures(
        loops / wall,
        spent / loops * 1000,
        seconds[len(seconds) // 2] * 1000,
        seconds[len(seconds) * 99 // 100] * 1000,
        system.megabytes(),
        {name: count / loops for name, count in asked.items()},
        tuple(undone),
    )


async def compare(loops: int, at_once: int, stored: int, store_url: str | None, name: str) -> tuple[str, ...]:
    """Empty against full, on one store; what could not be done."""
    var = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    try:
        async with hotline(var, store_url) as system:
            await measure(system, max(20, loops // 10), at_once)
            empty = await measure(system, loops, at_once)
            print(f"{name:8} {'empty':>7}  {empty}\n{empty.by_service()}", flush=True)
        await fill(store_url or f"sqlite:///{var}/documents", stored)
        async with hotline(var, store_url) as system:
            await measure(system, max(20, loops // 10), at_once)
            full = await measure(system, loops, at_once)
            print(f"{name:8} {stored:>7}  {full}", flush=True)
        print(f"{name:8} CPU per loop, full : empty = {full.cpu_ms_per_loop / empty.cpu_ms_per_loop:.2f}", flush=True)
        return (*empty.undone, *full.undone)
    finally:
        shutil.rmtree(var, ignore_errors=True)


async def _main(arguments: argparse.Namespace) -> tuple[str, ...]:
    asked = (arguments.loops, arguments.at_once, arguments.stored)
    undone = await compare(*asked, None, "sqlite")
    if arguments.sqlite_only:
        return undone
    from tests.backends import LocalMongo

    with tempfile.TemporaryDirectory() as directory:
        mongo = LocalMongo(Path(directory))
        await mongo.start()
        try:
            return (*undone, *await compare(*asked, mongo.url, "mongo"))
        finally:
            await mongo.stop()


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the status is 1 when a loop could not be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loops", type=int, default=400)
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--stored", type=int, default=20_000)
    parser.add_argument("--sqlite-only", action="store_true")
    undone = Counter(asyncio.run(_main(parser.parse_args(argv))))
    for what, times in undone.items():
        print(f"not done, {times} times: {what}")
    return int(bool(undone))


if __name__ == "__main__":
    sys.exit(main())
