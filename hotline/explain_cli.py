"""`hotline explain`: every clock of a type, its deadline, the clause, the days skipped and the readings in force."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.vocabulary import Channel, TicketType
from kit.clock import RealClock
from procedures.calendar import SkippedDay
from procedures.duration import Duration
from procedures.explain import ExplainedClock, ExplainedLimit, Explanation, Question, explain
from procedures.faults import ProcedureError
from procedures.loader import Procedures, UnknownProcedureError, load_all
from procedures.model import Procedure
from procedures.model.readings import in_force
from procedures.wording import day_text, duration_text, moment_text
from texts import Language, label, text

app = typer.Typer(add_completion=False, subcommand_metavar="")


class Lang(StrEnum):
    """The reader's language."""

    ZH = "zh"
    EN = "en"

    def language(self) -> Language:
        """As the message catalogue names it."""
        return "zh" if self is Lang.ZH else "en"


@app.callback(invoke_without_command=True)
def main(
    type_: Annotated[TicketType, typer.Option("--type", help="Business type of the request.")],
    channel: Annotated[Channel, typer.Option(help="How it reached the centre.")] = Channel.PHONE,
    area: Annotated[str | None, typer.Option(help="Where, as jinan/lixia.")] = None,
    grade: Annotated[int | None, typer.Option(min=1, max=3, help="Complaint grade, 1 the gravest.")] = None,
    subtype: Annotated[str | None, typer.Option(help="Kind within the type, as stove.")] = None,
    declined: Annotated[bool, typer.Option("--declined", help="A service application that is refused.")] = False,
    gov_due: Annotated[str | None, typer.Option(help="The 12345 platform's own deadline (ISO 8601).")] = None,
    at: Annotated[str | None, typer.Option(help="From when the clocks run (ISO 8601); now when left out.")] = None,
    procedure: Annotated[str | None, typer.Option(help="utility, or utility@date; the one in force.")] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the answer.")] = Lang.ZH,
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Say when every clock of such a request would end, by which clause, and why."""
    chosen = _procedure(procedure, at)
    moment = _moment(at, "--at", chosen) if at else RealClock().now()
    due = _moment(gov_due, "--gov-due", chosen) if gov_due else None
    local = moment.astimezone(chosen.calendar.zone)
    if grade is None and type_ is TicketType.COMPLAINT:
        grade = chosen.grading.default.value
    answer = explain(chosen, Question(type_, local, channel, area, grade, subtype, declined, due))
    if as_json:
        typer.echo(TypeAdapter(Explanation).dump_json(answer, indent=2).decode())
        return
    _print(Console(), chosen, answer, lang.language())


def find_procedure(name: str | None, moment: datetime) -> Procedure:
    """By reference or utility; the only utility when none is named. typer.BadParameter says what is known."""
    try:
        loaded = load_all()
        return loaded.find(name or _only(loaded), moment)
    except ProcedureError as error:
        raise typer.BadParameter(str(error)) from error
    except UnknownProcedureError as error:
        raise typer.BadParameter(str(error)) from error


def _only(loaded: Procedures) -> str:
    utilities = loaded.utilities()
    if len(utilities) != 1:
        raise UnknownProcedureError(f"name one of: {', '.join(utilities)}")
    return utilities[0]


def _procedure(name: str | None, at: str | None) -> Procedure:
    """A moment without an offset is local to the procedure, which is not known yet: its day decides well enough."""
    parsed = _parsed(at, "--at") if at else RealClock().now()
    return find_procedure(name, parsed)


def _moment(given: str, option: str, procedure: Procedure) -> datetime:
    parsed = _parsed(given, option)
    return parsed.replace(tzinfo=procedure.calendar.zone) if parsed.tzinfo is None else parsed


def _parsed(given: str, option: str) -> datetime:
    try:
        return datetime.fromisoformat(given)
    except ValueError:
        raise typer.BadParameter(
            f"{given!r} is not a moment; accepted: 2026-11-20T16:50+08:00", param_hint=option
        ) from None


def _print(console: Console, procedure: Procedure, answer: Explanation, lang: Language) -> None:
    for line in _heading(procedure, answer, lang):
        console.print(line, highlight=False)
    console.print(_clock_table(answer, lang))
    for clock in answer.clocks:
        for line in _candidates(clock, lang):
            console.print(line, highlight=False)
    for line in _skipped(answer, lang):
        console.print(line, highlight=False)
    for year in _unannounced(procedure, answer):
        console.print(text("explain.unannounced", lang, year=year), style="yellow", highlight=False)
    console.print(reading_table(procedure, lang))


def _heading(procedure: Procedure, answer: Explanation, lang: Language) -> Iterable[str]:
    asked = answer.question
    said = text(
        "explain.asked",
        lang,
        type=label(asked.type, lang),
        channel=label(asked.channel, lang),
        at=moment_text(asked.at, lang),
    )
    graded = [text("explain.grade", lang, grade=asked.grade)] if asked.grade else []
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


def _clock_table(answer: Explanation, lang: Language) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for column in ("clock", "starts", "limit", "due", "warned_at", "clause", "basis"):
        table.add_column(text(f"explain.{column}", lang), overflow="fold")
    for clock in answer.clocks:
        binding = clock.limits[0]
        table.add_row(
            label(clock.clock, lang),
            text(f"starts.{clock.starts}", lang),
            _limit_text(binding, lang),
            moment_text(clock.due, lang),
            moment_text(clock.warned_at, lang),
            f"{binding.source} {binding.rule}",
            _basis_text(binding, lang),
        )
    for open_ in answer.open_clocks:
        said = text("explain.unlimited", lang)
        table.add_row(
            label(open_.clock, lang),
            "",
            said,
            "",
            "",
            f"{open_.source} {open_.rule}",
            (open_.note or "") if lang == "zh" else "",
        )
    return table


def _limit_text(limit: ExplainedLimit, lang: Language) -> str:
    if limit.within is None:
        return text("explain.until", lang)
    written = duration_text(Duration.parse(limit.within), lang)
    return f"{written} ({text('explain.advisory', lang)})" if limit.advisory else written


def _basis_text(limit: ExplainedLimit, lang: Language) -> str:
    said = label(limit.basis, lang)
    return f"{said}: {limit.note}" if limit.note and lang == "zh" else said


def _candidates(clock: ExplainedClock, lang: Language) -> Iterable[str]:
    if len(clock.limits) < 2:
        return
    yield f"[bold]{text('explain.candidates', lang, clock=label(clock.clock, lang))}[/]"
    for place, limit in enumerate(clock.limits):
        mark = text("explain.binding", lang) if place == 0 else ""
        parts = (label(limit.origin, lang), _limit_text(limit, lang), moment_text(limit.due, lang))
        yield f"  {'  '.join(parts)}  {limit.source} {limit.rule}  {mark}"


def _skipped(answer: Explanation, lang: Language) -> Iterable[str]:
    """Days that do not count, said once for all clocks that skip the same ones."""
    together: dict[tuple[SkippedDay | date, ...], list[str]] = {}
    for clock in answer.clocks:
        days: tuple[SkippedDay | date, ...] = (*clock.limits[0].skipped, *clock.limits[0].makeup_days)
        together.setdefault(days, []).append(label(clock.clock, lang))
    for days, clocks in together.items():
        if days:
            yield f"[bold]{text('explain.skipped', lang, clock=text('explain.joint', lang).join(clocks))}[/]"
        yield from (_day(day, lang) for day in days)


def _day(day: SkippedDay | date, lang: Language) -> str:
    if not isinstance(day, SkippedDay):
        return "  " + text("explain.makeup", lang, days=day_text(day, lang))
    name = day.name_zh if lang == "zh" else day.name_en
    return f"  {day_text(day.date, lang)}  {label(day.reason, lang)}{'  ' + name if name else ''}"


def _unannounced(procedure: Procedure, answer: Explanation) -> tuple[int, ...]:
    years = {limit.due.year for clock in answer.clocks for limit in clock.limits if limit.skipped}
    return tuple(sorted(year for year in years if year > procedure.working_time.announced_through))


def reading_table(procedure: Procedure, lang: Language) -> Table:
    """The readings in force, with what else they could be."""
    table = Table(title=text("explain.readings", lang), box=box.SIMPLE_HEAD, title_justify="left", show_header=False)
    for _ in range(5):
        table.add_column(overflow="fold")
    for reading in in_force(procedure.readings):
        key = f"reading.{reading.name}"
        others = "; ".join(text(f"{key}.{other}", lang) for other in reading.others)
        table.add_row(
            str(reading.cited.number),
            text(f"{key}.about", lang),
            text(f"{key}.{reading.chosen}", lang),
            text("explain.otherwise", lang, others=others) if others else "",
            f"{reading.cited.clause} {reading.cited.rule}",
        )
    return table


if __name__ == "__main__":
    app()
