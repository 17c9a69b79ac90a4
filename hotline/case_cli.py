"""`hotline case`: plays written cases through the real rules of all services in virtual time."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from hotline.cases import report
from hotline.cases.model import Case
from hotline.cases.play import Played, play
from hotline.cases.procedures import Choose, by_name, for_all, procedure_of
from hotline.cases.reading import WrittenCase, files_under, procedures_under, read_file
from hotline.choosing import UNREADABLE, Lang, LangOption, draft, refuse, stop_line
from procedures.faults import FileError
from procedures.loader import Procedures, load, load_all
from procedures.model import Procedure
from texts import Language, text

Ready = tuple[WrittenCase, Procedure]


def case(
    files: Annotated[list[Path], typer.Argument(help="Case files, or folders searched through for them.")],
    explain: Annotated[bool, typer.Option("--explain", help="Print the timeline with every clock.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line a case, for a program.")] = False,
    only: Annotated[str | None, typer.Option("--only", help="Only cases whose name or rules hold this text.")] = None,
    procedure: Annotated[
        Path | None, typer.Option("--procedure", help="A draft: every case is played on it, whatever it names.")
    ] = None,
    lang: LangOption = Lang.ZH,
) -> None:
    """Play written cases; status 0 when all hold, 1 when one fails, 2 when a file cannot be read."""
    language = lang.language()
    choose, bad = _choose(procedure, files, language)
    ready, unread = _read(files, only, choose)
    bad += unread
    for error in bad:
        for each in error.all():
            stop_line(each.told(language))
    if not ready and not bad:
        stop_line(text("case.none", language, files=", ".join(map(str, files))))
        raise typer.Exit(UNREADABLE)
    failed = asyncio.run(_play_all(ready, language, explain=explain, as_json=as_json))
    if not as_json:
        typer.echo(text("case.sum", language, held=len(ready) - failed, failed=failed, unreadable=len(bad)))
    raise typer.Exit(UNREADABLE if bad else int(failed > 0))


def _choose(file: Path | None, files: list[Path], language: Language) -> tuple[Choose, list[FileError]]:
    """The draft for all, or the installed procedures with those beside the cases; what is wrong with the latter."""
    if file is not None:
        return for_all(draft(file, language)), []
    try:
        known = dict(load_all().by_ref)
    except FileError as error:
        refuse(error, language)
    bad: list[FileError] = []
    for each in procedures_under(files):
        try:
            beside = load(each, None)
            known[beside.ref] = beside
        except FileError as error:
            bad.append(error)
    return by_name(Procedures(known)), bad


def _read(files: list[Path], only: str | None, choose: Choose) -> tuple[list[Ready], list[FileError]]:
    """What can be played, and what is wrong with each file of which nothing can: one does not hold up others."""
    ready: list[Ready] = []
    bad: list[FileError] = []
    for file in files_under(files):
        try:
            ready += list(_ready(file, only, choose))
        except FileError as error:
            bad.append(error)
    return ready, bad


def _ready(file: Path, only: str | None, choose: Choose) -> Iterator[Ready]:
    for written in read_file(file):
        if _wanted(written.case, only):
            yield written, procedure_of(written, choose)


def _wanted(case: Case, only: str | None) -> bool:
    return only is None or only in case.case or only in (case.zh or "") or only in case.rules


async def _play_all(ready: list[Ready], language: Language, *, explain: bool, as_json: bool) -> int:
    """How many do not hold."""
    console = Console(highlight=False, soft_wrap=True)
    failed = 0
    for written, procedure in ready:
        # Whatever goes wrong in one case, even a defect of a rule, is told of that case; the others are played.
        [played] = await asyncio.gather(play(written.case, procedure), return_exceptions=True)
        if isinstance(played, BaseException):
            failed += 1
            _print_broken(console, written, played, language, as_json=as_json)
        else:
            failed += not played.holds
            _print(console, written.file, played, language, explain=explain, as_json=as_json)
    return failed


def _print_broken(
    console: Console, written: WrittenCase, error: BaseException, language: Language, *, as_json: bool
) -> None:
    if not isinstance(error, Exception):
        raise error
    if as_json:
        typer.echo(orjson.dumps(report.broken_as_json(written, error)).decode())
    else:
        report.show_broken(console, written, error, language)


def _print(console: Console, file: Path, played: Played, language: Language, *, explain: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(report.as_json(file, played)).decode())
        return
    report.show(console, file, played, language)
    if explain:
        report.explain(console, played, language)
