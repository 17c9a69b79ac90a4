"""A procedure's limits, clocks, other rules and differences as tables for its owners."""

from collections.abc import Iterator

from rich import box
from rich.table import Table

from procedures.compare import Change, Difference, Row, rows
from procedures.model import Basis, Limit
from procedures.model.clocks import Start
from procedures.tables import Reader
from procedures.wording import clause_text
from texts import Language, label, text

_TOLD_ELSEWHERE = (
    "readings",
    "limits_for_all",
    "promises",
    "government_standards",
    "scripts",
    "organisation",
    "clauses",
)


def limit_table(reader: Reader) -> Table:
    """Every limit with its conditions, by type."""
    procedure, lang = reader.procedure, reader.language
    table = _table("limits", ("type", "clock", "case", "limit", "clause", "basis", "note"), lang)
    for limit in procedure.limits_for_all:
        table.add_row(text("show.all_types", lang), *_limit_cells(limit, reader))
    for limit in (*procedure.promises, *procedure.government_standards):
        table.add_row(label(limit.origin, lang), *_limit_cells(limit, reader))
    for ticket_type in procedure.types:
        table.add_section()
        for number, cells in enumerate(_type_cells(ticket_type, reader)):
            table.add_row("" if number else reader.procedure.name_of("type", ticket_type).of(lang), *cells)
    table.add_section()
    for limit in procedure.knowledge.limits if procedure.knowledge else ():
        table.add_row(reader.key("knowledge"), *_limit_cells(limit, reader))
    return table


def _type_cells(ticket_type: str, reader: Reader) -> Iterator[tuple[str, ...]]:
    lang, rules = reader.language, reader.procedure.types[ticket_type]
    for limit in rules.limits:
        yield _limit_cells(limit, reader, ticket_type)
    for open_ in rules.unlimited:
        clause = clause_text(open_.source, open_.rule, lang)
        clock = reader.procedure.name_of("clock", open_.clock).of(lang)
        unlimited = text("show.unlimited", lang)
        yield clock, "", unlimited, clause, reader.basis(open_.basis), reader.note(open_.note)


def _limit_cells(limit: Limit, reader: Reader, ticket_type: str | None = None) -> tuple[str, ...]:
    basis = label(limit.origin, reader.language) if limit.basis is Basis.TEXT else reader.basis(limit.basis)
    # What only says that the row holds under the reading in force is left to the table of readings.
    holds = reader.procedure.reads_so(limit.when)
    when = limit.when.model_copy(update={"reading": {}}) if holds else limit.when
    return (
        reader.procedure.name_of("clock", limit.clock).of(reader.language),
        reader.when(when, ticket_type),
        reader.how_long(limit),
        clause_text(limit.source, limit.rule, reader.language),
        basis,
        reader.note(limit.note),
    )


def clock_table(reader: Reader) -> Table:
    """Every clock: whose it is, what starts it, what meets it."""
    table = _table("clocks", ("clock", "owner", "starts", "met_by"), reader.language)
    for clock in reader.procedure.clocks.values():
        starts = "\n".join(_start(start, reader) for start in clock.starts if reader.procedure.reads_so(start.when))
        met_by = reader.value(tuple(trigger.on for trigger in clock.met_by), "on")
        table.add_row(clock.names.of(reader.language), reader.value(clock.owner), starts, met_by)
    return table


def _start(start: Start, reader: Reader) -> str:
    event = reader.value(start.on, "on")
    said = text("show.from", reader.language, event=event, moment=reader.value(start.from_, "from"))
    when = reader.when(start.when.model_copy(update={"reading": {}}))
    return " ".join(filter(None, (event if start.from_ == "event" else said, when)))


def setting_table(reader: Reader) -> Table:
    """Every other decided value with its clause, by section."""
    table = _table("settings", ("what", "value", "clause", "basis", "note"), reader.language)
    section = ""
    for row in rows(reader.procedure):
        if row.source is None or row.section in _TOLD_ELSEWHERE or isinstance(row.content, Limit):
            continue
        if row.section != section:
            section = row.section
            table.add_section()
        clause = clause_text(row.source, row.rule, reader.language)
        table.add_row(reader.place(row.place), reader.row(row), clause, reader.basis(row.basis), reader.note(row.note))
    return table


def difference_table(found: tuple[Difference, ...], before: Reader, after: Reader) -> Table:
    """What was added, removed or changed."""
    lang = after.language
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("what", "change", "before", "after"):
        table.add_column(text(f"diff.{column}", lang), overflow="fold")
    for each in found:
        reader = before if each.change is Change.REMOVED else after
        same = each.before is not None and each.after is not None and each.before.note == each.after.note
        cells = (_cell(each.before, before, noted=not same), _cell(each.after, after, noted=not same))
        table.add_row(reader.place(each.row.place), text(f"diff.{each.change.value}", lang), *cells)
    return table


def _cell(row: Row | None, reader: Reader, *, noted: bool) -> str:
    """What it decides and by which clause; its note where that is news."""
    if row is None:
        return ""
    note = reader.note(row.note) if noted else ""
    cited = (clause_text(row.source, row.rule, reader.language), reader.basis(row.basis), note)
    said = reader.row(row)
    return f"{said}  ({text('show.semicolon', reader.language).join(filter(None, cited))})" if row.source else said


def _table(title: str, columns: tuple[str, ...], lang: Language) -> Table:
    table = Table(title=text(f"show.{title}", lang), title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(text(f"show.{column}", lang), overflow="fold")
    return table
