"""`hotline up`: the whole hotline in one process."""

import asyncio
import shlex
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from embedded.directory import DirectoryInUse
from embedded.jars import JarsUnavailable
from embedded.ports import PortInUse
from embedded.process import StartFailed
from hotline.address import PATH_VARIABLE
from hotline.demo.planned import live
from hotline.demo.plans import plans
from hotline.demo.scenario import NoScenario, scenario_of
from hotline.demo.show import drive_and_print
from hotline.procedure_tables import limit_table
from hotline.up import Running, everything
from hotline.utility import UtilityOption, chosen, utility_of
from kit.clock import RealClock
from kit.http.serving import run as run_loop
from kit.http.serving import stopped_by_signals
from kit.private import kept_private
from kit.settings import Settings, SettingsError, StoreSettings
from kit.telemetry.logs import set_up_logs
from kit.telemetry.tracing import set_up_telemetry
from procedures.loader import load_all
from procedures.tables import Reader

_DEMO_DAYS = 21
"""The demonstration begins so long before today that even its slowest ticket is closed by now."""

_CANNOT_START = (SettingsError, JarsUnavailable, DirectoryInUse, PortInUse, StartFailed, OSError)

Afterwards = Callable[[Running], Coroutine[Any, Any, int]]
"""What is done once everything is up; the exit status."""


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Drive a demonstration of a few hundred requests.")] = False,
    exit_: Annotated[bool, typer.Option("--exit", help="End after the demonstration; 0 only if all is right.")] = False,
    requests: Annotated[int, typer.Option(min=1, max=100_000, help="How many requests it has.")] = 300,
    seed: Annotated[int, typer.Option(help="The same seed, the same demonstration.")] = 956100,
    stepped_from: Annotated[
        str | None, typer.Option("--stepped-from", metavar="MOMENT", help="Stand at this moment until stepped.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="HTTP port; 0 takes a free one.")] = None,
    utility: UtilityOption = None,
    var: Annotated[Path | None, typer.Option(help="Where broker, documents and keys live (./var).")] = None,
) -> None:
    """Start everything for all installed utilities: broker, services, HTTP. Nothing needs to be configured."""
    console = Console(highlight=False)
    start = _moment(stepped_from) if stepped_from else (_demo_start() if demo else None)
    settings = settings_of(var, port, start, utility)
    afterwards: Afterwards = _nothing_more
    if demo and start is not None:
        afterwards = _demonstration(console, settings, start, requests, seed)
    raise typer.Exit(start_and(console, settings, afterwards, stay=not exit_))


async def _nothing_more(_: Running) -> int:
    return 0


def _demonstration(console: Console, settings: Settings, start: datetime, requests: int, seed: int) -> Afterwards:
    """A few days of the chosen utility, planned beforehand. Ends the command where its file does not fit."""
    procedure = load_all().in_force(utility_of(settings), start)
    try:
        planned = list(plans(start, requests, seed, scenario_of(procedure), procedure))
    except NoScenario as error:
        _cannot_start(error)
        raise typer.Exit(2) from None

    async def afterwards(running: Running) -> int:
        run_name = f"demo-{RealClock().now():%Y%m%d%H%M%S}"
        console.print(limit_table(Reader(procedure, "zh")))
        return await drive_and_print(running, procedure, live, planned, console, run_name)

    return afterwards


def start_and(console: Console, settings: Settings, afterwards: Afterwards, *, stay: bool) -> int:
    """Start everything, do what is to be done, then stay up until told to stop; the exit status."""
    status: list[int] = []

    async def main() -> None:
        status.append(await _up(console, settings, afterwards, stay))

    try:
        run_loop(main())
    except _CANNOT_START as error:
        _cannot_start(error)
        return 2
    return status[0]


def _cannot_start(error: Exception) -> None:
    Console(stderr=True, highlight=False).print(f"cannot start: {error}", soft_wrap=True, markup=False)


async def _up(console: Console, settings: Settings, afterwards: Afterwards, stay: bool) -> int:
    stop = asyncio.Event()
    with stopped_by_signals(stop):
        async with everything(settings, console.print, _downloading(console)) as running:
            _greet(console, running)
            ending = asyncio.create_task(stop.wait())
            doing = asyncio.create_task(afterwards(running))
            await asyncio.wait([ending, doing], return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                doing.cancel()
                await asyncio.gather(doing, return_exceptions=True)
                return 130
            if stay:
                await _stay(console, running, stop)
            ending.cancel()
            return await doing


async def _stay(console: Console, running: Running, stop: asyncio.Event) -> None:
    console.print(f"up at {running.address} · 服务已就绪 · API: {running.address}/docs · Ctrl-C ends")
    path = shlex.quote(str(running.settings.embedded.path.resolve()))
    console.print(f"in another terminal 另开终端: export {PATH_VARIABLE}={path}", soft_wrap=True, markup=False)
    failed = asyncio.create_task(running.host.failed.wait())
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([failed, stopped], return_when=asyncio.FIRST_COMPLETED)
    for task in (failed, stopped):
        task.cancel()


def _greet(console: Console, running: Running) -> None:
    started = running.broker
    console.print(f"broker 消息总线: {started.kind} at {started.bootstrap}")
    if not started.remembers:
        console.print(
            "[yellow]Kafka's files could not be had, so a small broker stands in; it forgets everything at a restart"
            " 无法取得 Kafka，改用临时总线，重启后消息不保留[/]",
            soft_wrap=True,
        )


def _downloading(console: Console) -> Callable[[int, int], None]:
    told = -1

    def downloaded(done: int, total: int) -> None:
        """Bytes; a line for every quarter."""
        nonlocal told
        quarter = done * 4 // total
        if quarter > told:
            told = quarter
            share, megabytes = done * 100 // total, total // 1_000_000
            console.print(f"  fetching Kafka, this once: {share} % of {megabytes} MB 首次下载 Kafka")

    return downloaded


def settings_of(var: Path | None, port: int | None, start: datetime | None, utility: str | None = None) -> Settings:
    """What the environment and the options say. Ends the command where a setting is wrong."""
    try:
        settings = _given(chosen(utility), var, port, start)
    except SettingsError as error:
        Console(stderr=True, highlight=False).print(str(error), soft_wrap=True)
        raise typer.Exit(2) from None
    kept_private(settings.embedded.path)
    set_up_logs("up", settings.log, (settings.embedded.path / "hotline.log").open("a", encoding="utf-8"))
    set_up_telemetry("up", settings.otel)
    return settings


def _given(settings: Settings, var: Path | None, port: int | None, start: datetime | None) -> Settings:
    embedded = settings.embedded.model_copy(update={"stepped_from": start or settings.embedded.stepped_from})
    http = settings.http if port is None else settings.http.model_copy(update={"port": port})
    changes: dict[str, Any] = {"embedded": embedded, "http": http}
    if var is not None:
        changes["embedded"] = embedded.model_copy(update={"path": var})
        if settings.store == StoreSettings():
            changes["store"] = StoreSettings(url=f"sqlite:///{var}/documents")
        changes["attachments"] = settings.attachments.model_copy(update={"path": var / "attachments"})
    return settings.model_copy(update=changes)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        print(f"--stepped-from {text!r}: accepted is such as 2026-11-20T08:00:00+08:00", file=sys.stderr)
        raise typer.Exit(2)
    return found


def _demo_start() -> datetime:
    day = RealClock().now().date() - timedelta(days=_DEMO_DAYS)
    return datetime.combine(day, time(0), UTC) - timedelta(hours=8)
