"""From request to dispatch event: p50 and p99 at 50 requests a second, seen on the bus."""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from bench.loops import request
from bench.system import System, hotline
from hotline.tally import Tally
from hotline.tap import listening_in


async def one(system: System, asked_at: dict[str, float]) -> None:
    """A request and its dispatch."""
    begun = perf_counter()
    accepted = await system.api.post("agent", "/intake/requests", request())
    ticket = accepted["tickets"][0]["ticket"]
    asked_at[ticket] = begun
    await system.api.post("agent", f"/routing/work-orders/{ticket}/dispatch", {"unit": "jinan"})


async def measure(system: System, bootstrap: str, rate: int, seconds: int) -> list[float]:
    """Seconds from each request to its dispatch event."""
    tally, asked_at = Tally(), dict[str, float]()
    async with listening_in(bootstrap, tally), asyncio.TaskGroup() as group:
        begun = perf_counter()
        for number in range(rate * seconds):
            await asyncio.sleep(max(0.0, begun + number / rate - perf_counter()))
            group.create_task(one(system, asked_at))
    return [tally.dispatched[ticket] - at for ticket, at in asked_at.items() if ticket in tally.dispatched]


async def _main(arguments: argparse.Namespace) -> None:
    var = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    try:
        async with hotline(var) as system:
            await measure(system, system.bootstrap, arguments.rate, 3)
            found = await measure(system, system.bootstrap, arguments.rate, arguments.seconds)
        cuts = quantiles(found, n=100)
        print(
            f"request to dispatch event at {arguments.rate}/s: {len(found)} of {arguments.rate * arguments.seconds}, "
            f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
        )
    finally:
        shutil.rmtree(var, ignore_errors=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    asyncio.run(_main(parser.parse_args(argv)))


if __name__ == "__main__":
    main()
