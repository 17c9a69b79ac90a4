"""The demonstration as one sees it: live progress, and a table at the end."""

from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from statistics import quantiles
from time import perf_counter
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from hotline.api import Api
from hotline.demo.desks import Lives
from hotline.pace import Pace, StepTo
from hotline.stepping import Stepper
from hotline.tally import Tally, TypeTally
from hotline.tap import listening_in
from hotline.tokens import token_of
from hotline.up import Running
from kit.clock import RealClock
from procedures.model import Procedure

_COLUMNS = (
    SpinnerColumn(),
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("closed 已办结"),
    TimeElapsedColumn(),
)


T = TypeVar("T")
Live = Callable[[Lives, T], Coroutine[Any, Any, None]]
"""How one request is lived through."""


@dataclass(slots=True)
class Outcome:
    """What a demonstration came to."""

    tally: Tally
    lives: Lives
    seconds: float
    latencies: list[float] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Every ticket reached the stage it should, and nothing was refused on the way."""
        return not self.lives.wrongly_ended and not self.lives.refused


async def drive(
    running: Running, api: Api, procedure: Procedure, live: Live[T], requests: Sequence[T], console: Console, run: str
) -> Outcome:
    """Live all requests at the pace of the stepped clock and look where every ticket ended."""
    assert running.stepper is not None
    await running.stepper.step_to(running.stepper.now())  # the topics are there when the tap joins
    internal = [name for name, clock in procedure.clocks.items() if clock.internal]
    tally, begun = Tally(internal), perf_counter()
    async with listening_in(running.broker.bootstrap, tally):
        with _shown(console, len(requests), running.stepper, tally) as step_to:
            pace = Pace(running.stepper.now(), step_to)
            lives = Lives(api, pace, run, procedure)
            await pace.live(live(lives, request) for request in requests)
        await running.stepper.step_to(running.stepper.now())  # what the last of them said is heard, too
        await lives.look()
    latencies = [tally.dispatched[t] - at for t, at in lives.requested.items() if t in tally.dispatched]
    return Outcome(tally, lives, perf_counter() - begun, latencies)


async def drive_and_print(
    running: Running, procedure: Procedure, live: Live[T], requests: Sequence[T], console: Console, run: str
) -> int:
    """Drive, print the table, and let time run on by itself from the present; 0 only if all went right."""
    assert running.stepper is not None
    api = Api(running.address, token_of(running.settings))
    try:
        outcome = await drive(running, api, procedure, live, requests, console, run)
    finally:
        await api.close()
    print_outcome(console, outcome, procedure)
    now = RealClock().now()
    if running.stepper.now() < now:
        await running.stepper.step_to(now)
    running.stepper.release()
    return 0 if outcome.right else 1


@contextmanager
def _shown(console: Console, count: int, stepper: Stepper, tally: Tally) -> Iterator[StepTo]:
    """A step that also moves the progress bar."""
    with Progress(*_COLUMNS, console=console, refresh_per_second=4) as progress:
        task = progress.add_task("", total=count)

        async def step_to(moment: datetime) -> None:
            await stepper.step_to(moment)
            opened = f"{moment:%Y-%m-%d %H:%M}  opened 已受理 {tally.opened}"
            progress.update(task, completed=tally.closed, description=opened)

        yield step_to


def table(tally: Tally, procedure: Procedure) -> Table:
    """By type: opened, closed, limits kept and missed, sent back, satisfaction."""
    found = Table(title="业务类型 By type", box=None, pad_edge=False)
    found.add_column("")
    for head in ("受理\nopened", "办结\nclosed", "按时\non time", "超时\nmissed", "退单\nreturned", "催办\nurged"):
        found.add_column(head, justify="right")
    for head in ("退回\nsent back", "满意度\nsatisfaction"):
        found.add_column(head, justify="right")
    for ticket_type, rules in procedure.types.items():
        if ticket_type in tally.types:
            found.add_row(f"{rules.names.zh} {rules.names.en}", *_figures(tally.types[ticket_type]))
    return found


def _figures(of: TypeTally) -> Iterable[str]:
    yield from (str(of.opened), str(of.closed))
    yield f"{of.on_time:.0%}" if of.on_time is not None else "-"
    yield from (str(of.missed), str(of.returned), str(of.urged), str(of.sent_back))
    yield f"{of.mean_satisfaction:.1f}" if of.mean_satisfaction is not None else "-"


def print_outcome(console: Console, outcome: Outcome, procedure: Procedure) -> None:
    """The table, how fast it went, and what did not go as it should."""
    console.print(table(outcome.tally, procedure))
    console.print(
        f"{outcome.tally.opened} opened, {outcome.tally.closed} closed in {outcome.seconds:.1f} s"
        f" · request to dispatch event {_percentiles(outcome.latencies)}"
    )
    if outcome.lives.ended:
        console.print(f"one of them: hotline ticket {outcome.lives.ended[-1].number}")
    for line in outcome.lives.refused[:10]:
        console.print(f"[red]refused[/] {line}", soft_wrap=True)
    for ended in outcome.lives.wrongly_ended[:10]:
        console.print(f"[red]ended wrongly[/] {ended.number} {ended.type}: {ended.found}, not {ended.wanted}")


def _percentiles(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "-"
    cuts = quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
