"""`hotline procedure`: check a file, show its rules as tables, say what differs between two, record a release."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from contracts.vocabulary import TicketType
from hotline.explain_cli import Lang, find_procedure, reading_table
from kit.clock import RealClock
from procedures import compare
from procedures.compare import Difference, Row
from procedures.faults import ProcedureError
from procedures.loader import RELEASED, key_of, load, record, released_digests
from procedures.model import Basis, EscalationRule, GovernmentStandard, Limit, Procedure, Promise
from procedures.model.part import Sourced
from procedures.wording import duration_text, rank_text, setting_text, value_text
from texts import Language, label, text

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Procedures: what a utility decided, as data.")

_SECTIONS = (
    "clocks",
    "rank",
    "acceptance",
    "work_orders",
    "urging",
    "returns",
    "extension",
    "callback",
    "grading",
    "escalation",
    "knowledge",
    "confidentiality",
    "matters",
)

LangOption = Annotated[Lang, typer.Option("--lang", help="Language of the answer.")]


@app.command()
def check(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], lang: LangOption = Lang.ZH) -> None:
    """Say whether a file holds, or everything that is wrong with it, line by line (exit status 1)."""
    language = lang.language()
    procedure = _loaded(file, language)
    found = compare.rows(procedure)
    limits = sum(1 for row in found if ".limits." in row.path or row.path.startswith("limits_for_all"))
    counted = {"types": len(procedure.types), "limits": limits, "values": len(found)}
    typer.echo(text("check.good", language, ref=procedure.ref, **counted))
    if key_of(file) not in released_digests() and _in_force(procedure):
        typer.echo(text("check.unreleased", language, file=file))


@app.command()
def show(
    procedure: Annotated[str | None, typer.Argument(help="A file, utility, or utility@date; the one in force.")] = None,
    lang: LangOption = Lang.ZH,
) -> None:
    """Show the limits, the other rules and the readings in force as tables."""
    language = lang.language()
    chosen = _named(procedure, language)
    console = Console()
    console.print(
        f"[bold]{chosen.names.of(language)}[/] {chosen.document.of(language)} ({chosen.ref})", highlight=False
    )
    console.print(_limit_table(chosen, language))
    console.print(_setting_table(chosen, language))
    console.print(reading_table(chosen, language))


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A file, utility, or utility@date.")],
    after: Annotated[str, typer.Argument(help="The same.")],
    lang: LangOption = Lang.ZH,
) -> None:
    """Say what the second procedure adds, removes or changes."""
    language = lang.language()
    found = compare.differences(_named(before, language), _named(after, language))
    if not found:
        typer.echo(text("diff.none", language))
        return
    Console().print(_difference_table(found, language))


@app.command()
def release(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    record_file: Annotated[Path, typer.Option("--record", help="Where sha256s are kept.")] = RELEASED,
    lang: LangOption = Lang.ZH,
) -> None:
    """Record the sha256 of a file that holds; one that came into force is never recorded anew (exit status 1)."""
    language = lang.language()
    procedure = _loaded(file, language, record_file if _was_released(file, record_file) else None)
    typer.echo(text("check.released", language, sha256=record(file, record_file)))
    if not _in_force(procedure):
        typer.echo(text("check.not_yet", language, effective=procedure.effective))


def _was_released(file: Path, record_file: Path) -> bool:
    """Whether the file is recorded, and in force by the date that its name was recorded under."""
    recorded = key_of(file) in released_digests(record_file)
    today = RealClock().now().date()
    return recorded and file.stem <= today.isoformat()


def _in_force(procedure: Procedure) -> bool:
    return procedure.effective <= RealClock().now().astimezone(procedure.calendar.zone).date()


def _named(name: str | None, language: Language) -> Procedure:
    if name is not None and name.endswith((".yaml", ".yml")):
        path = Path(name)
        if not path.is_file():
            raise typer.BadParameter(f"no file {name}")
        return _loaded(path, language, None)
    return find_procedure(name, RealClock().now())


def _loaded(file: Path, language: Language, released: Path | None = RELEASED) -> Procedure:
    try:
        return load(file, released)
    except ProcedureError as error:
        for each in error.all():
            typer.echo(each.told(language), err=True)
        typer.echo(text("check.faults", language, count=len(error.all())), err=True)
        raise typer.Exit(1) from error


def _limit_table(procedure: Procedure, lang: Language) -> Table:
    table = _table("limits", ("type", "clock", "case", "limit", "clause", "basis", "note"), lang)
    everyone = text("show.all_types", lang)
    for limit in procedure.limits_for_all:
        table.add_row(everyone, *_limit_cells(limit, lang))
    for ticket_type, rules in procedure.types.items():
        table.add_section()
        named = rules.names.of(lang)
        for limit in rules.limits:
            table.add_row(named, *_limit_cells(limit, lang))
            named = ""
        for promised in _outside(procedure, ticket_type):
            table.add_row(named, *_limit_cells(promised, lang))
        for open_ in rules.unlimited:
            cells = (label(open_.clock, lang), "", text("show.unlimited", lang), f"{open_.source} {open_.rule}")
            table.add_row(named, *cells, label(open_.basis, lang), _note(open_.note, lang))
    table.add_section()
    for limit in procedure.knowledge.limits:
        table.add_row(text("section.knowledge", lang), *_limit_cells(limit, lang))
    return table


def _outside(procedure: Procedure, ticket_type: TicketType) -> Iterator[Promise | GovernmentStandard]:
    every: tuple[Promise | GovernmentStandard, ...] = (*procedure.promises, *procedure.government_standards)
    yield from (each for each in every if ticket_type in each.types)


def _limit_cells(limit: Limit, lang: Language) -> tuple[str, ...]:
    clause = f"{limit.source} {limit.rule}"
    written = duration_text(limit.within, lang)
    return label(limit.clock, lang), _case(limit, lang), written, clause, _basis(limit, lang), _note(limit.note, lang)


def _basis(limit: Limit, lang: Language) -> str:
    return label(limit.origin, lang) if limit.basis is Basis.TEXT else label(limit.basis, lang)


def _case(limit: Limit, lang: Language) -> str:
    parts = [text("explain.grade", lang, grade=limit.grade)] if limit.grade else []
    parts += [text("show.declined", lang)] if limit.declined else []
    parts += [limit.subtype] if limit.subtype else []
    parts += [limit.area] if isinstance(limit, Promise | GovernmentStandard) and limit.area else []
    return " ".join(parts)


def _note(note: str | None, lang: Language) -> str:
    """Notes are the office's own words, in Chinese."""
    return note or "" if lang == "zh" else ""


def _setting_table(procedure: Procedure, lang: Language) -> Table:
    table = _table("settings", ("what", "value", "clause", "basis", "note"), lang)
    for section in _SECTIONS:
        table.add_section()
        for row in _section_rows(procedure, section):
            named, said = _told(procedure, row, lang)
            basis = label(row.basis, lang) if row.basis else ""
            table.add_row(named, said, f"{row.source} {row.rule}", basis, _note(row.note, lang))
    return table


def _section_rows(procedure: Procedure, section: str) -> Iterator[Row]:
    """The section's cited values beside its limits, which stand in their own table."""
    for row in compare.rows(procedure):
        if row.path.partition(".")[0] == section and row.source and not isinstance(row.content, Limit):
            yield row


def _told(procedure: Procedure, row: Row, lang: Language) -> tuple[str, str]:
    named = setting_text(row.path, lang)
    if row.path == "rank":
        return named, rank_text(procedure.rank.value, lang)
    match row.content:
        case EscalationRule() as rule:
            said = f"{text('show.to', lang)} {label(rule.to, lang)} {value_text(rule.clocks, lang)}"
            return f"{text('section.escalation', lang)}: {label(rule.when, lang)}", said
        case Sourced():
            return named, row.value
        case _:
            return named, value_text(row.content, lang)


def _table(title: str, columns: tuple[str, ...], lang: Language) -> Table:
    table = Table(title=text(f"show.{title}", lang), title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(text(f"show.{column}", lang), overflow="fold")
    return table


def _difference_table(found: tuple[Difference, ...], lang: Language) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("what", "change", "before", "after"):
        table.add_column(text(f"diff.{column}", lang), overflow="fold")
    for each in found:
        cells = (_cell(each.before), _cell(each.after))
        table.add_row(setting_text(each.path, lang), text(f"diff.{each.change.value}", lang), *cells)
    return table


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    return f"{row.value}  ({row.source} {row.rule} {row.basis})" if row.source else row.value


if __name__ == "__main__":
    app()
