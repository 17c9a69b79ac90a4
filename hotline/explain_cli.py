"""`hotline explain`: every clock of a type, its deadline, the clause, the days skipped and the readings in force."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.vocabulary import Channel
from hotline.choosing import Lang, LangOption, find_procedure, stop
from kit.clock import RealClock
from procedures.calendar import SkippedDay
from procedures.explain import ExplainedClock, ExplainedLimit, Explanation, Question, explain
from procedures.model import Moment, Procedure
from procedures.model.readings import in_force
from procedures.tables import Reader
from procedures.wording import (
    candidate_text,
    clause_text,
    day_text,
    grade_text,
    limit_text,
    moment_text,
    skipped_day_text,
)
from texts import Language, label, text

app = typer.Typer(add_completion=False, subcommand_metavar="")


@app.callback(invoke_without_command=True)
def main(
    type_: Annotated[str, typer.Option("--type", help="Business type of the request, a word of the procedure.")],
    channel: Annotated[Channel, typer.Option(help="How it reached the centre.")] = Channel.PHONE,
    area: Annotated[str | None, typer.Option(help="Where, as jinan/lixia.")] = None,
    grade: Annotated[int | None, typer.Option(min=1, help="The type's grade, 1 the gravest.")] = None,
    subtype: Annotated[str | None, typer.Option(help="Kind within the type, as stove.")] = None,
    flag: Annotated[list[str] | None, typer.Option(help="A flag; may be given again.")] = None,
    field: Annotated[list[str] | None, typer.Option(help="A field of the procedure's own, NAME=VALUE.")] = None,
    people: Annotated[int, typer.Option(min=1, help="How many people ask together.")] = 1,
    declined: Annotated[bool, typer.Option("--declined", help="A request that is refused.")] = False,
    again: Annotated[bool, typer.Option("--again", help="The reply is being made anew.")] = False,
    gov_due: Annotated[str | None, typer.Option(help="The platform's own deadline (ISO 8601).")] = None,
    at: Annotated[str | None, typer.Option(help="From when the clocks run (ISO 8601); now when left out.")] = None,
    procedure: Annotated[str | None, typer.Option(help="A file, utility, or utility@date; the one in force.")] = None,
    lang: LangOption = Lang.ZH,
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Say when every clock of such a request would end, by which clause, and why."""
    language = lang.language()
    moment = _moment(at, "--at", language) if at else RealClock().now()
    chosen = find_procedure(procedure, moment, language)
    _is_known(chosen, type_, grade, flag or [], language)
    due = _local(_moment(gov_due, "--gov-due", language), chosen) if gov_due else None
    question = Question(
        type_, _local(moment, chosen), channel, area, grade, subtype, tuple(flag or ()),
        _fields(field or [], chosen, language), people, declined, again, due,
    )  # fmt: skip
    answer = explain(chosen, question)
    if as_json:
        typer.echo(TypeAdapter(Explanation).dump_json(answer, indent=2).decode())
        return
    _print(Console(), chosen, answer, language)


def _is_known(procedure: Procedure, type_: str, grade: int | None, flags: list[str], language: Language) -> None:
    if type_ not in procedure.types:
        _unknown(type_, procedure.types, language)
    most = len(procedure.types[type_].grades)
    if grade is not None and grade > most:
        _unknown(grade, range(1, most + 1), language)
    for flag in flags:
        if flag not in procedure.flags:
            _unknown(flag, procedure.flags, language)


def _fields(given: list[str], procedure: Procedure, language: Language) -> tuple[tuple[str, str], ...]:
    pairs = [each.partition("=") for each in given]
    for name, equals, _ in pairs:
        if not equals or name not in procedure.fields:
            _unknown(name, [f"{known}=…" for known in procedure.fields], language)
    return tuple((name, value) for name, _, value in pairs)


def _unknown(word: object, known: Iterable[object], language: Language) -> None:
    accepts = text("file_fault.accepted", language, accepts=", ".join(map(str, known)) or "-")
    stop(text("file_fault.unknown_word", language, value=repr(word)) + accepts)


def _moment(given: str, option: str, language: Language) -> datetime:
    try:
        return datetime.fromisoformat(given)
    except ValueError:
        accepts = text("file_fault.accepted", language, accepts="2026-11-20T16:50+08:00")
        stop(f"{option}: {text('file_fault.not_a_time', language, value=repr(given))}{accepts}")


def _local(moment: datetime, procedure: Procedure) -> datetime:
    """A moment without an offset is local to the procedure."""
    zone = procedure.calendar.zone
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _print(console: Console, procedure: Procedure, answer: Explanation, lang: Language) -> None:
    for line in _heading(procedure, answer, lang):
        console.print(line, highlight=False)
    console.print(_clock_table(procedure, answer, lang))
    for clock in answer.clocks:
        for line in _candidates(procedure, clock, lang):
            console.print(line, highlight=False)
    for line in _skipped(procedure, answer, lang):
        console.print(line, highlight=False)
    for year in _unannounced(procedure, answer):
        console.print(text("explain.unannounced", lang, year=year), style="yellow", highlight=False)
    console.print(reading_table(procedure, lang))


def _heading(procedure: Procedure, answer: Explanation, lang: Language) -> Iterable[str]:
    asked = answer.question
    said = text(
        "explain.asked",
        lang,
        type=procedure.name_of("type", asked.type),
        channel=asked.channel,
        at=moment_text(asked.at, lang),
    )
    graded = [grade_text(procedure, asked.type, asked.grade, lang)] if asked.grade else []
    yield f"[bold]{procedure.names.of(lang)}[/] {procedure.document.of(lang)} ({answer.procedure})"
    yield " · ".join((said, *graded, *([escape(asked.area)] if asked.area else [])))
    yield " · ".join(_responsible(procedure, answer, lang))
    yield text("explain.supposed", lang)


def _responsible(procedure: Procedure, answer: Explanation, lang: Language) -> Iterable[str]:
    unit = procedure.unit(answer.unit) if answer.unit else None
    division = procedure.division_of(answer.unit) if answer.unit else None
    named = unit.names.of(lang) if unit else text("explain.no_unit", lang)
    yield text("explain.unit", lang, unit=named)
    if division:
        yield text("explain.division", lang, division=division.names.of(lang))
    yield text("explain.callback", lang, kind=label(answer.callback, lang))


def _clock_table(procedure: Procedure, answer: Explanation, lang: Language) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("clock", "starts", "limit", "due", "warned_at", "clause", "basis"):
        table.add_column(text(f"explain.{column}", lang), overflow="fold")
    for clock in answer.clocks:
        binding = clock.limits[0]
        table.add_row(
            procedure.name_of("clock", clock.clock).of(lang),
            start_text(clock.on, clock.counted_from, lang),
            _limit_text(binding, lang),
            moment_text(clock.due, lang),
            moment_text(clock.warned_at, lang) if clock.warned_at else "",
            clause_text(binding.source, binding.rule, lang),
            _basis_text(binding, lang),
        )
    for open_ in answer.open_clocks:
        clause = clause_text(open_.source, open_.rule, lang)
        named = procedure.name_of("clock", open_.clock).of(lang)
        table.add_row(named, "", text("explain.unlimited", lang), "", "", clause, _note(open_.note, lang))
    return table


def start_text(event: str, counted_from: Moment, lang: Language) -> str:
    """From when a clock runs: its event's own moment, or the earlier one it counts from."""
    if counted_from is Moment.EVENT:
        return text("explain.from", lang, moment=text(f"event.{event}", lang))
    return text("explain.from", lang, moment=text(f"from.{counted_from.value}", lang))


def _limit_text(limit: ExplainedLimit, lang: Language) -> str:
    if limit.within is None:
        return text("explain.until", lang)
    written = limit_text(limit.within, lang)
    return f"{written} ({text('explain.advisory', lang)})" if limit.advisory else written


def _basis_text(limit: ExplainedLimit, lang: Language) -> str:
    said = label(limit.basis, lang)
    return f"{said}: {limit.note}" if _note(limit.note, lang) else said


def _note(note: str | None, lang: Language) -> str:
    """Notes are the office's own words, in Chinese."""
    return note or "" if lang == "zh" else ""


def _candidates(procedure: Procedure, clock: ExplainedClock, lang: Language) -> Iterable[str]:
    if len(clock.limits) < 2:
        return
    named = procedure.name_of("clock", clock.clock)
    yield f"[bold]{text('explain.candidates', lang, clock=named)}[/]"
    for place, limit in enumerate(clock.limits):
        mark = text("explain.binding", lang) if place == 0 else ""
        said = candidate_text(limit.origin, limit.within, limit.due, limit.source, limit.rule, lang)
        yield f"  {'  '.join(said._replace(limit=_limit_text(limit, lang)))}  {mark}"


def _skipped(procedure: Procedure, answer: Explanation, lang: Language) -> Iterable[str]:
    """Days that do not count, said once for all clocks that skip the same ones."""
    together: dict[tuple[SkippedDay | date, ...], list[str]] = {}
    for clock in answer.clocks:
        days: tuple[SkippedDay | date, ...] = (*clock.limits[0].skipped, *clock.limits[0].makeup_days)
        together.setdefault(days, []).append(procedure.name_of("clock", clock.clock).of(lang))
    for days, clocks in together.items():
        if days:
            yield f"[bold]{text('explain.skipped', lang, clock=text('explain.joint', lang).join(clocks))}[/]"
        yield from (_day(day, lang) for day in days)


def _day(day: SkippedDay | date, lang: Language) -> str:
    if not isinstance(day, SkippedDay):
        return "  " + text("explain.makeup", lang, days=day_text(day, lang))
    return f"  {skipped_day_text(day, lang)}  {label(day.reason, lang)}"


def _unannounced(procedure: Procedure, answer: Explanation) -> tuple[int, ...]:
    years = {limit.due.year for clock in answer.clocks for limit in clock.limits if limit.skipped}
    return tuple(sorted(year for year in years if year > procedure.working_time.announced_through))


def reading_table(procedure: Procedure, lang: Language) -> Table:
    """The readings in force, with what else they could be."""
    reader = Reader(procedure, lang)
    table = Table(title=text("explain.readings", lang), box=box.SIMPLE_HEAD, title_justify="left", show_header=False)
    for _ in range(4):
        table.add_column(overflow="fold")
    for reading in in_force(procedure.readings):
        others = "; ".join(reader.choice(reading.name, other) for other in reading.others)
        table.add_row(
            reader.reading(reading.name),
            reader.choice(reading.name, reading.chosen),
            text("explain.otherwise", lang, others=others) if others else "",
            clause_text(reading.source, reading.rule, lang),
        )
    return table


if __name__ == "__main__":
    app()
