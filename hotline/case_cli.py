"""`hotline case`: plays written cases through the real rules of all services in virtual time."""

import asyncio
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from hotline.cases import report
from hotline.cases.model import Case
from hotline.cases.play import Played, first_moment, play
from hotline.cases.reading import CaseFileError, files_under, read_cases
from procedures.faults import ProcedureError
from procedures.loader import Procedures, UnknownProcedureError, load_all

UNREADABLE = 2


def case(
    files: Annotated[list[Path], typer.Argument(help="Case files, or folders searched through for them.")],
    explain: Annotated[bool, typer.Option("--explain", help="Print the timeline with every clock.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a case, for a program.")] = False,
    only: Annotated[str | None, typer.Option("--only", help="Only cases whose name or rules hold this text.")] = None,
) -> None:
    """Play written cases; status 0 when all hold, 1 when one fails, 2 when a file cannot be read."""
    errors = Console(stderr=True, highlight=False)
    try:
        procedures = load_all()
        written = [(file, case) for file in files_under(files) for case in read_cases(file) if _wanted(case, only)]
        if not written:
            errors.print("no case found in: " + ", ".join(map(str, files)), soft_wrap=True)
            raise typer.Exit(UNREADABLE)
        _check_procedures(written, procedures)
        failed = asyncio.run(_play_all(written, procedures, explain=explain, as_json=as_json))
    except (CaseFileError, ProcedureError) as error:
        errors.print(str(error), soft_wrap=True, markup=False)
        raise typer.Exit(UNREADABLE) from None
    raise typer.Exit(1 if failed else 0)


def _check_procedures(written: list[tuple[Path, Case]], procedures: Procedures) -> None:
    """Before anything is played: a procedure that is not there is a fault of the file, on the line of its case."""
    for file, case in written:
        try:
            procedures.find(case.procedure, first_moment(case))
        except UnknownProcedureError as unknown:
            raise CaseFileError(file, [(case.line, f"procedure: {unknown}")]) from unknown


def _wanted(case: Case, only: str | None) -> bool:
    return only is None or only in case.case or only in case.rules


async def _play_all(written: list[tuple[Path, Case]], procedures: Procedures, *, explain: bool, as_json: bool) -> int:
    console = Console(highlight=False, soft_wrap=True)
    failed = 0
    for file, each in written:
        played = await play(each, procedures)
        failed += not played.holds
        _print(console, file, played, explain=explain, as_json=as_json)
    if not as_json:
        console.print(f"{len(written) - failed} held, {failed} failed")
    return failed


def _print(console: Console, file: Path, played: Played, *, explain: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(report.as_json(file, played)).decode())
        return
    report.show(console, file, played)
    if explain:
        report.explain(console, played)
