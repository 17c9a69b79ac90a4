"""A played case as lines to read: what happened when, what was refused, and how every clock ended and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from rich.cells import cell_len

from contracts.clock import ClockFact
from contracts.envelope import Event
from contracts.fact import Fact
from hotline.cases.play import Played, Refused
from hotline.cases.stage import words_of
from procedures.model import Origin
from procedures.wording import moment_text
from services.sla_monitor.rules.state import Rival, SlaClock
from texts import label, text

_TOLD = (
    "unit", "round", "fixed", "deemed", "grade", "previous", "closure", "reason", "ground", "until", "decider",
    "appointed_for", "reviewer", "final", "outcome", "attempt", "counts", "solved", "satisfaction", "mismatch",
    "not_before", "not_after", "to", "cause", "count", "strong", "kind", "other", "level", "division",
)  # fmt: skip
"""The fields of facts that say what happened, in the order in which they are read."""

_SILENT = (None, False, ())


def told(played: Played) -> list[Event]:
    """Everything that was said, in order of time."""
    return sorted(played.stage.virtual.bus.said, key=lambda event: event.time)


def label_of(played: Played, subject: str) -> str:
    """What the case calls the subject of an event."""
    return next((label for label, key in played.stage.labels.items() if key == subject), subject)


def lines(played: Played) -> Iterator[str]:
    """One line an event or refusal, in columns: when, which ticket, what, the same in Chinese, and the particulars."""
    rows = [(event.time, _event_row(played, event)) for event in told(played)]
    rows += [(refused.at, _refused_row(played, refused)) for refused in played.refused]
    yield from _columns([row for _, row in sorted(rows, key=lambda each: each[0])])


def clock_lines(played: Played) -> Iterator[str]:
    """One line a clock, all its rounds: how it stands, when it was due, by what limit, and what else was weighed."""
    rows = [_clock_row(played, label, clock) for label, clocks in played.clocks.items() for clock in clocks]
    if rows:
        yield text("case.clocks", "zh")
        yield from _columns(rows)


def _event_row(played: Played, event: Event) -> tuple[str, ...]:
    fact = event.data
    name = fact.short_type()
    said = text(f"event.{name}", "zh")
    if isinstance(fact, ClockFact):
        name, said = f"{name} {fact.clock.value}", f"{said} {label(fact.clock)}"
    return (_when(played, event.time), label_of(played, event.subject), name, said, _particulars(played, fact))


def _refused_row(played: Played, refused: Refused) -> tuple[str, ...]:
    return (
        _when(played, refused.at),
        refused.label or "",
        f"refused {refused.kind}",
        text("case.refused", "zh"),
        words_of(refused.refusal),
    )


def _particulars(played: Played, fact: Fact) -> str:
    if isinstance(fact, ClockFact):
        return _of_clock(played, fact)
    found = ((name, getattr(fact, name, None)) for name in _TOLD)
    return "  ".join(_named(played, name, value) for name, value in found if value not in _SILENT)


def _named(played: Played, name: str, value: object) -> str:
    return name if value is True else f"{name} {_word(played, value)}"


def _of_clock(played: Played, fact: Any) -> str:
    """A clock tells its terms when it starts; afterwards only what is new."""
    if getattr(fact, "source", None) is not None:
        parts = [f"→ {_when(played, fact.due)}", fact.limit, fact.source, fact.rule, "restated" * fact.restated]
        return "  ".join(part for part in parts if part)
    late = getattr(fact, "late_by_s", None)
    reason = getattr(fact, "reason", None)
    return f"late_by {late}s" if late is not None else reason or ""


def _clock_row(played: Played, ticket: str, clock: SlaClock) -> tuple[str, ...]:
    state = f"{clock.state.value} {label(clock.state)}"
    late = f"late_by {clock.late_by}s" if clock.late_by is not None else ""
    name = clock.name.value if clock.round == 1 else f"{clock.name.value} {clock.round}"
    why = "  ".join(part for part in (clock.limit, clock.source, clock.rule, late) if part)
    others = "".join(f"  |  {_rival(played, rival)}" for rival in clock.rivals)
    return (ticket, name, label(clock.name), state, f"→ {_when(played, clock.due)}", why + others)


def _rival(played: Played, rival: Rival) -> str:
    parts = (label(Origin(rival.origin)), rival.limit, rival.source, rival.rule, f"→ {_when(played, rival.due)}")
    return " ".join(part for part in parts if part)


def _word(played: Played, value: object) -> str:
    if isinstance(value, datetime):
        return _when(played, value)
    if isinstance(value, StrEnum):
        return f"{value.value} {label(value)}"
    return label_of(played, value) if isinstance(value, str) else str(value)


def _when(played: Played, moment: datetime) -> str:
    return moment_text(moment.astimezone(played.stage.zone), "zh")


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Columns as wide as their widest word on a screen, where a Chinese character takes two places."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
