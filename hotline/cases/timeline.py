"""A played case as lines to read: what happened when, what was refused, and how every clock ended and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from rich.cells import cell_len

from contracts.clock import ClockFact
from contracts.envelope import Event
from contracts.fact import Fact
from hotline.cases.play import Played, Refused
from hotline.cases.saying import RefusalWords
from hotline.cases.words import KINDS_BY_FIELD
from procedures.model.procedure import Named
from procedures.wording import candidate_text, limit_text, moment_text
from services.sla_monitor.rules.state import Rival, SlaClock
from texts import Language, label, text

_TOLD = (
    "unit", "round", "fixed", "deemed", "grade", "previous", "closure", "reason", "ground", "items", "step", "until",
    "decider", "appointed_for", "reviewer", "final", "outcome", "attempt", "counts", "solved", "satisfaction",
    "mismatch", "not_before", "not_after", "to", "cause", "count", "strong", "kind", "other", "level", "division",
    "template", "channel", "destination", "payment", "amount_fen", "paper", "warning", "recheck",
)  # fmt: skip
"""The fields of facts that say what happened, in the order in which they are read."""

_SILENT = (None, False, ())


def told(played: Played) -> list[Event]:
    """Everything that was said, in order of time."""
    return sorted(played.stage.virtual.bus.said, key=lambda event: event.time)


def label_of(played: Played, subject: str) -> str:
    """What the case calls the subject of an event."""
    return next((label for label, key in played.stage.labels.items() if key == subject), subject)


def lines(played: Played, language: Language) -> Iterator[str]:
    """One line an event or refusal, in columns: when, which ticket, what (in two words), and the particulars."""
    writer = _Writer(played, language)
    rows = [(event.time, writer.event(event)) for event in told(played)]
    rows += [(refused.at, writer.refused(refused)) for refused in played.refused]
    yield from _columns([row for _, row in sorted(rows, key=lambda each: each[0])])


def clock_lines(played: Played, language: Language) -> Iterator[str]:
    """One line a clock, all its rounds: how it stands, when it was due, by what limit, and what else was weighed."""
    writer = _Writer(played, language)
    rows = [writer.clock(label, clock) for label, clocks in played.clocks.items() for clock in clocks]
    if rows:
        yield text("case.clocks", language)
        yield from _columns(rows)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Rows of a played case in the reader's language."""

    played: Played
    language: Language

    def event(self, event: Event) -> tuple[str, ...]:
        fact = event.data
        name = fact.short_type()
        said = text(f"event.{name}", self.language)
        if isinstance(fact, ClockFact):
            name, said = f"{name} {fact.clock}", f"{said} {self._named('clock', fact.clock)}"
        return (self._when(event.time), label_of(self.played, event.subject), name, said, self._particulars(fact))

    def refused(self, refused: Refused) -> tuple[str, ...]:
        why = RefusalWords(refused.refusal).of(self.language)
        said = text("case.refused", self.language)
        return (self._when(refused.at), refused.label or "", f"refused {refused.kind}", said, why)

    def clock(self, ticket: str, clock: SlaClock) -> tuple[str, ...]:
        name = clock.name if clock.round == 1 else f"{clock.name} {clock.round}"
        late = f"late_by {clock.late_by}s" if clock.late_by is not None else ""
        why = "  ".join(
            part for part in (limit_text(clock.limit, self.language), clock.source, clock.rule, late) if part
        )
        others = "".join(f"  |  {self._rival(rival)}" for rival in clock.rivals)
        state = f"{clock.state.value} {label(clock.state, self.language)}"
        called = self._named("clock", clock.name)
        return (ticket, name, called, state, f"→ {self._when(clock.due)}", why + others)

    def _particulars(self, fact: Fact) -> str:
        if isinstance(fact, ClockFact):
            return self._of_clock(fact)
        found = ((name, getattr(fact, name, None)) for name in _TOLD)
        return "  ".join(self._field(name, value) for name, value in found if value not in _SILENT)

    def _field(self, name: str, value: object) -> str:
        return name if value is True else f"{name} {self._word(name, value)}"

    def _of_clock(self, fact: Any) -> str:
        """A clock tells its terms when it starts; afterwards only what is new."""
        if getattr(fact, "source", None) is not None:
            restated = "restated" * fact.restated
            parts = (
                f"→ {self._when(fact.due)}",
                limit_text(fact.limit, self.language),
                fact.source,
                fact.rule,
                restated,
            )
            return "  ".join(part for part in parts if part)
        late = getattr(fact, "late_by_s", None)
        reason = getattr(fact, "reason", None)
        return f"late_by {late}s" if late is not None else reason or ""

    def _rival(self, rival: Rival) -> str:
        due = rival.due.astimezone(self.played.stage.zone)
        said = candidate_text(rival.origin, rival.limit, due, rival.source, rival.rule, self.language)
        return " ".join(part for part in (said.origin, said.limit, said.clause, f"→ {said.due}") if part)

    def _word(self, field: str, value: object) -> str:
        match value:
            case datetime():
                return self._when(value)
            case StrEnum():
                return f"{value.value} {label(value, self.language)}"
            case str() if field in KINDS_BY_FIELD and self._named(KINDS_BY_FIELD[field], value) != value:
                return f"{value} {self._named(KINDS_BY_FIELD[field], value)}"
            case tuple():
                return ", ".join(map(str, value))
            case str():
                return label_of(self.played, value)
            case _:
                return str(value)

    def _named(self, kind: Named, word: str) -> str:
        return self.played.procedure.name_of(kind, word).of(self.language)

    def _when(self, moment: datetime) -> str:
        return moment_text(moment.astimezone(self.played.stage.zone), self.language)


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Columns as wide as their widest word on a screen, where a Chinese character takes two places."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
