"""`hotline play`: recorded requests through the whole hotline, at their real moments."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hotline.demo.recorded import BadRecord, Record, live, records
from hotline.demo.show import drive_and_print
from hotline.up import Running
from hotline.up_cli import settings_of, start_and
from hotline.utility import utility_of
from procedures.loader import load_all

UNREADABLE = 2


def play(
    file: Annotated[Path, typer.Argument(help="JSON lines with id, customer, at, subject, text, reply, replied_at.")],
    exit_: Annotated[bool, typer.Option("--exit", help="End after the last; 0 only if all is right.")] = False,
    most: Annotated[int | None, typer.Option("--most", min=1, help="Only the first so many.")] = None,
    port: Annotated[int | None, typer.Option(help="HTTP port; 0 takes a free one.")] = None,
    var: Annotated[Path, typer.Option(help="Emptied first: time starts anew with every play.")] = Path("var/play"),
) -> None:
    """Start everything, let recorded requests come at their real moments by stepping, and end with a table."""
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    try:
        read = list(records(file))[:most]
    except (OSError, BadRecord) as error:
        errors.print(f"{file}: {error}", soft_wrap=True, markup=False)
        raise typer.Exit(UNREADABLE) from None
    if not read:
        errors.print(f"{file}: holds no request")
        raise typer.Exit(UNREADABLE)
    raise typer.Exit(_play(console, read, var, port, stay=not exit_))


def _play(console: Console, read: list[Record], var: Path, port: int | None, *, stay: bool) -> int:
    shutil.rmtree(var, ignore_errors=True)
    settings = settings_of(var, port, read[0].at - timedelta(minutes=1))

    async def afterwards(running: Running) -> int:
        procedure = load_all().in_force(utility_of(settings), read[0].at)
        return await drive_and_print(running, procedure, live, read, console, "play")

    return start_and(console, settings, afterwards, stay=stay)
