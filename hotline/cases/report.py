"""What `hotline case` prints: which cases hold, what failed and by which clause, and with --explain the whole story."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from contracts.clock import ClockFact
from contracts.envelope import Event
from hotline.cases.play import Played


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
                "where": missed.where,
                "what": missed.failure.what,
                "expected": missed.failure.expected,
                "actual": missed.failure.actual,
                "clause": missed.failure.clause,
            }
            for missed in played.missed
        ],
        "timeline": [_event_json(event, _label_of(played, event)) for event in _in_time(played)],
    }


def _event_json(event: Event, label: str) -> dict[str, Any]:
    data = event.data.model_dump(mode="json", exclude_none=True, exclude={"at", "by"})
    return {"at": event.time.isoformat(), "ticket": label, "event": event.data.short_type(), **data}


def show(console: Console, file: Path, played: Played) -> None:
    """One line for a case that holds; every failure of one that does not."""
    mark = "[green]✓[/]" if played.holds else "[red]✗[/]"
    console.print(f"{mark} {escape(played.case.case)}  [dim]{' '.join(played.case.rules)}[/]")
    for missed in played.missed:
        failure = missed.failure
        console.print(f"    {escape(file.name)} {missed.where}: [bold]{escape(failure.what)}[/]")
        console.print(f"      expected 应为 {escape(failure.expected)}", highlight=False)
        console.print(f"      actual   实为 {escape(failure.actual)}", highlight=False)
        if failure.clause:
            console.print(f"      clause   依据 {escape(failure.clause)}", highlight=False)


def explain(console: Console, played: Played) -> None:
    """The timeline in the utility's own time, with each clock's limit and clause."""
    table = Table("time 时间", "ticket 工单", "what 事项", "due 时限", "clause 依据", box=None, pad_edge=False)
    for event in _in_time(played):
        table.add_row(*_row(event, _label_of(played, event), played.stage.zone))
    console.print(table)


def _in_time(played: Played) -> list[Event]:
    return sorted(played.stage.virtual.bus.said, key=lambda event: event.time)


def _row(event: Event, label: str, zone: Any) -> tuple[str, ...]:
    fact = event.data
    due: datetime | None = getattr(fact, "due", None)
    name = f"{fact.short_type()} {fact.clock.value}" if isinstance(fact, ClockFact) else fact.short_type()
    clause = " ".join(_clause(fact))
    return (_local(event.time, zone), label, name, _local(due, zone) if due else "", clause)


def _clause(fact: Any) -> Iterator[str]:
    for name in ("limit", "source", "rule"):
        value = getattr(fact, name, None)
        if value:
            yield str(value)


def _local(moment: datetime, zone: Any) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _label_of(played: Played, event: Event) -> str:
    return next((label for label, key in played.stage.labels.items() if key == event.subject), event.subject)
