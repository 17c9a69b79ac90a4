"""What `hotline case` prints: which cases hold, what failed and by which clause, and with --explain the whole story."""

import traceback
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from contracts.envelope import Event
from hotline.cases import timeline
from hotline.cases.play import Played, Refused
from hotline.cases.reading import WrittenCase
from hotline.cases.saying import told
from hotline.printing import printable
from services.sla_monitor.rules.state import SlaClock
from texts import Language, text


def as_json(file: Path, played: Played) -> dict[str, Any]:
    """One case for a program."""
    return {
        "file": str(file),
        "case": played.case.case,
        "rules": list(played.case.rules),
        "procedure": played.procedure.ref,
        "holds": played.holds,
        "failures": [
            {
                "where": str(missed.where),
                "what": missed.failure.what,
                "expected": str(missed.failure.expected),
                "actual": str(missed.failure.actual),
                "clause": missed.failure.clause,
            }
            for missed in played.missed
        ],
        "timeline": [_event_json(event, timeline.label_of(played, event.subject)) for event in timeline.told(played)],
        "refused": [_refused_json(refused) for refused in played.refused],
        "clocks": {label: [_clock_json(clock) for clock in clocks] for label, clocks in played.clocks.items()},
    }


def _event_json(event: Event, label: str) -> dict[str, Any]:
    data = event.data.model_dump(mode="json", exclude_none=True, exclude={"at", "by"})
    return {"at": event.time.isoformat(), "ticket": label, "event": event.data.short_type(), **data}


def _refused_json(refused: Refused) -> dict[str, Any]:
    refusal = refused.refusal
    return {
        "at": refused.at.isoformat(),
        "ticket": refused.label,
        "step": refused.kind,
        "code": refusal.code,
        "clause": refusal.clause,
        "rule": refusal.rule,
        "accepts": list(refusal.accepts),
    }


def _clock_json(clock: SlaClock) -> dict[str, Any]:
    found = clock.model_dump(
        mode="json", include={"round", "started_at", "due", "state", "late_by", "warned_at", "limit", "source", "rule"}
    )
    others = [rival._asdict() | {"due": rival.due.isoformat()} for rival in clock.rivals]
    return {"clock": clock.name, **found, "others": others}


def broken_as_json(written: WrittenCase, error: Exception) -> dict[str, Any]:
    """A case that could not be played to its end, for a program."""
    failure = {"where": "-", "what": "error", "expected": "-", "actual": _said_of(error), "clause": None}
    case = written.case
    return {
        "file": str(written.file),
        "case": case.case,
        "rules": list(case.rules),
        "procedure": case.procedure,
        "holds": False,
        "failures": [failure],
        "timeline": [],
        "refused": [],
        "clocks": {},
    }


def show_broken(console: Console, written: WrittenCase, error: Exception, language: Language) -> None:
    """A case that could not be played to its end, and by what; with the place in the program for its maintainers."""
    console.print(f"[red]✗[/] {escape(printable(written.case.name(language)))}  [dim]{' '.join(written.case.rules)}[/]")
    said = text("case.broken", language, file=written.file.name, error=_said_of(error))
    console.print(f"    {escape(said)}", soft_wrap=True)


def _said_of(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"


def show(console: Console, file: Path, played: Played, language: Language) -> None:
    """One line for a case that holds; every failure of one that does not."""
    mark = "[green]✓[/]" if played.holds else "[red]✗[/]"
    console.print(f"{mark} {escape(printable(played.case.name(language)))}  [dim]{' '.join(played.case.rules)}[/]")
    for missed in played.missed:
        failure = missed.failure
        where = escape(told(missed.where, language))
        console.print(f"    {escape(file.name)} {where}: [bold]{escape(failure.what)}[/]")
        rows = (("expected", failure.expected), ("actual", failure.actual), ("clause", failure.clause or ""))
        for name, said in rows:
            if said:
                shown = escape(printable(told(said, language)))
                console.print(f"      {text(f'case.{name}', language)} {shown}", highlight=False)


def explain(console: Console, played: Played, language: Language) -> None:
    """The timeline in the utility's own time, one event a line, and every clock with its limit and clause."""
    for line in (*timeline.lines(played, language), *timeline.clock_lines(played, language)):
        console.print(f"  {line}", markup=False, soft_wrap=True)
    console.print()
