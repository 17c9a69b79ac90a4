"""The demonstration as one sees it: live progress, and a table at the end."""

from collections.abc import Callable, Coroutine, Iterator, Sequence
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
from hotline.utility import COMES_WITH_IT
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
    columns = [(head, figure) for head, is_there, figure in _COLUMNS_BY_TYPE if is_there(procedure)]
    found.add_column("")
    for head, _ in columns:
        found.add_column(head, justify="right")
    for ticket_type, rules in procedure.types.items():
        if ticket_type in tally.types:
            of = tally.types[ticket_type]
            found.add_row(f"{rules.names.zh} {rules.names.en}", *(figure(of) for _, figure in columns))
    return found


def _always(_: Procedure) -> bool:
    return True


def _asks_for_a_score(procedure: Procedure) -> bool:
    return procedure.callback is not None and procedure.callback.satisfaction is not None


def _may_be_sent_back(procedure: Procedure) -> bool:
    return procedure.callback is not None and procedure.callback.send_back_grounds is not None


_COLUMNS_BY_TYPE: tuple[tuple[str, Callable[[Procedure], bool], Callable[[TypeTally], str]], ...] = (
    ("受理\nopened", _always, lambda of: str(of.opened)),
    ("办结\nclosed", _always, lambda of: str(of.closed)),
    ("按时\non time", _always, lambda of: f"{of.on_time:.0%}" if of.on_time is not None else "-"),
    ("超时\nmissed", _always, lambda of: str(of.missed)),
    (
        "视为按期\nexempt",
        lambda procedure: any(clock.exempted_by for clock in procedure.clocks.values()),
        lambda of: str(of.exempt),
    ),
    ("退单\nreturned", lambda procedure: procedure.returns is not None, lambda of: str(of.returned)),
    ("催办\nurged", lambda procedure: procedure.urging is not None, lambda of: str(of.urged)),
    ("退回\nsent back", _may_be_sent_back, lambda of: str(of.sent_back)),
    (
        "满意度\nsatisfaction",
        _asks_for_a_score,
        lambda of: f"{of.mean_satisfaction:.1f}" if of.mean_satisfaction is not None else "-",
    ),
)
"""What is counted by type: its heading, whether the procedure has it at all, and the figure."""


def print_outcome(console: Console, outcome: Outcome, procedure: Procedure) -> None:
    """The table, how fast it went, and what did not go as it should."""
    console.print(table(outcome.tally, procedure))
    console.print(
        f"{outcome.tally.opened} opened, {outcome.tally.closed} closed in {outcome.seconds:.1f} s"
        f" · request to dispatch event {_percentiles(outcome.latencies)}"
    )
    if outcome.lives.ended:
        whose = "" if procedure.utility == COMES_WITH_IT else f" --utility {procedure.utility}"
        console.print(f"one of them: hotline ticket {outcome.lives.ended[-1].number}{whose}")
    for line in outcome.lives.refused[:10]:
        console.print(f"[red]refused[/] {line}", soft_wrap=True)
    for ended in outcome.lives.wrongly_ended[:10]:
        console.print(f"[red]ended wrongly[/] {ended.number} {ended.type}: {ended.found}, not {ended.wanted}")


def _percentiles(seconds: list[float]) -> str:
    if len(seconds) < 2:
        return "-"
    cuts = quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
