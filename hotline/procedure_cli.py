"""`hotline procedure`: begin a file, check it, show it as tables, say what differs between two, record a release."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hotline.choosing import Lang, LangOption, find_procedure, refuse
from hotline.explain_cli import reading_table
from hotline.procedure_new import new
from hotline.procedure_tables import clock_table, difference_table, limit_table, setting_table
from kit.clock import RealClock
from procedures import compare
from procedures.faults import FileError
from procedures.loader import RELEASED, key_of, load, record, released_digests
from procedures.model import Limit, Procedure
from procedures.tables import Reader
from texts import Language, text

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Procedures: what a utility decided, as data.")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
app.command()(new)

RecordOption = Annotated[Path, typer.Option("--record", help="Where sha256s are kept.")]


@app.command()
def check(file: File, record_file: RecordOption = RELEASED, lang: LangOption = Lang.ZH) -> None:
    """Say whether a file holds, or everything that is wrong with it, line by line (exit status 1)."""
    language = lang.language()
    procedure = _loaded(file, language, record_file, _today())
    found = compare.rows(procedure)
    limits = sum(1 for row in found if isinstance(row.content, Limit))
    counted = {"types": len(procedure.types), "limits": limits, "values": len(found)}
    typer.echo(text("check.good", language, ref=procedure.ref, **counted))
    if key_of(procedure) in released_digests(record_file):
        typer.echo(text("check.is_released", language, effective=procedure.effective))
    elif _in_force(procedure):
        typer.echo(text("check.retroactive", language, effective=procedure.effective, file=file))


@app.command()
def show(
    procedure: Annotated[str | None, typer.Argument(help="A file, utility, or utility@date; the one in force.")] = None,
    lang: LangOption = Lang.ZH,
) -> None:
    """Show the limits, the clocks, the other rules and the readings in force as tables."""
    language = lang.language()
    chosen = find_procedure(procedure, RealClock().now(), language)
    console, reader = Console(), Reader(chosen, language)
    console.print(
        f"[bold]{chosen.names.of(language)}[/] {chosen.document.of(language)} ({chosen.ref})", highlight=False
    )
    for table in (limit_table, clock_table, setting_table):
        console.print(table(reader))
    console.print(reading_table(chosen, language))


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A file, utility, or utility@date.")],
    after: Annotated[str, typer.Argument(help="The same.")],
    lang: LangOption = Lang.ZH,
) -> None:
    """Say what the second procedure adds, removes or changes."""
    language = lang.language()
    old, new = (find_procedure(name, RealClock().now(), language) for name in (before, after))
    found = compare.differences(old, new)
    if not found:
        typer.echo(text("diff.none", language))
        return
    Console().print(difference_table(found, Reader(old, language), Reader(new, language)))


@app.command()
def release(file: File, record_file: RecordOption = RELEASED, lang: LangOption = Lang.ZH) -> None:
    """Record the sha256 of a file that holds; one that came into force is never recorded anew (exit status 1)."""
    language = lang.language()
    procedure = _loaded(file, language, None)
    if _in_force(procedure) and key_of(procedure) in released_digests(record_file):
        _loaded(file, language, record_file)
    typer.echo(text("check.released", language, sha256=record(file, record_file)))
    if not _in_force(procedure):
        typer.echo(text("check.not_yet", language, effective=procedure.effective))


def _today() -> date:
    return RealClock().now().date()


def _in_force(procedure: Procedure) -> bool:
    return procedure.effective <= RealClock().now().astimezone(procedure.calendar.zone).date()


def _loaded(file: Path, language: Language, released: Path | None, today: date | None = None) -> Procedure:
    try:
        return load(file, released, today)
    except FileError as error:
        refuse(error, language, status=1)


if __name__ == "__main__":
    app()
