"""A ticket's story as people read it: what happened in the order of cause, in their words, and every clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text

from contracts.fact import SYSTEM
from contracts.ids import event_id
from hotline.printing import printable
from procedures.model import Procedure
from procedures.model.procedure import Named
from procedures.wording import limit_text, local_text
from texts import Language, catalogue, text

Said = Mapping[str, Any]
"""An event as it went over the bus."""


@dataclass(frozen=True, slots=True)
class Story:
    """A ticket as its services tell it."""

    order: dict[str, Any]
    events: list[dict[str, Any]]
    clocks: dict[str, Any]


def in_order(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """By business moment; within one moment what follows from another comes after it."""
    by_moment = sorted(events, key=_moment)
    return [each for _, together in groupby(by_moment, _moment) for each in _by_cause(list(together))]


def _moment(said: Said) -> datetime:
    return datetime.fromisoformat(said["time"])


def _by_cause(waiting: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    while waiting:
        first = next((each for each in waiting if not any(_is_before(other, each) for other in waiting)), waiting[0])
        waiting.remove(first)
        yield first


def _is_before(one: Said, other: Said) -> bool:
    """Whether the same service said it earlier, or the other was said because of it: an event's id tells its cause."""
    if one["source"] == other["source"]:
        return bool(one["sequence"] < other["sequence"])
    return bool(event_id(one["id"], other["source"], other["sequence"]) == other["id"])


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells in one language, in the words of the ticket's procedure."""

    procedure: Procedure
    language: Language

    def head(self, order: Said) -> Text:
        """Number, type, stage, why it was closed, where it lies."""
        told = Text(printable(order["number"]), "bold")
        for name in ("type_name", "stage_name", "closure_name", "unit_name"):
            if order.get(name):
                told.append(f"  {printable(order[name])}", "not bold")
        return told.append(f"  {printable(order['id'])}", "not bold dim")

    def line(self, said: Said, order: Said) -> Text:
        """When, what, the few things worth knowing beside it, and who."""
        data = said["data"]
        parts = [self._when(said["time"]), self._what(said), *self._details(said, order)]
        told = Text("  ".join(filter(None, parts)))
        by = data.get("by", {}).get("subject", "")
        who = text("story.system", self.language) if by == SYSTEM.subject else printable(by)
        return told.append(f"  {who}", "dim") if who else told

    def clocks(self, clocks: Sequence[Said]) -> Table:
        """Every clock with its end, how it came out and its clause."""
        table = Table(*(text(f"story.{name}", self.language) for name in _COLUMNS), box=None, pad_edge=False)
        for clock in clocks:
            late = clock.get("late_by_s")
            state = self._of_catalogue(clock["state"], "clock_state") + (f" +{_lateness(late)}" if late else "")
            clause = (clock["source"], clock.get("rule"), limit_text(clock.get("limit"), self.language))
            row = (clock["name"], self._when(clock["due"]), state, " ".join(filter(None, clause)))
            table.add_row(*(Text(printable(cell)) for cell in row))
        return table

    def _what(self, said: Said) -> str:
        name = said["type"].removeprefix("hotline.").rpartition(".v")[0]
        what = self._of_catalogue(name, "event")
        return f"{self._named('clock', said['data']['clock'])} {what}" if _is_of_a_clock(said) else what

    def _details(self, said: Said, order: Said) -> Iterator[str]:
        data = said["data"]
        for name in _TOLD:
            told = self._told(name, data, order) if data.get(name) is not None else ""
            if told and not (name == "clock" and _is_of_a_clock(said)):
                yield printable(told)

    def _told(self, name: str, data: Said, order: Said) -> str:
        """A field of a fact in the reader's words."""
        value = data[name]
        match name:
            case "to":
                levels = [value] if isinstance(value, str) else value
                return ", ".join(self._addressee(level, data, order) for level in levels)
            case "satisfied":
                return self._satisfied(value, data)
            case "limit":
                return limit_text(value, self.language)
            case "grade":
                return text("explain.grade", self.language, grade=value)
            case "due" | "until" | "appointed_for":
                return f"→ {self._when(value)}"
        if name in _OF_PROCEDURE:
            return self._named(_OF_PROCEDURE[name], value)
        return self._of_catalogue(value, *_OF_VOCABULARY.get(name, ()))

    def _named(self, kind: Named, word: str) -> str:
        return self.procedure.name_of(kind, word).of(self.language)

    def _of_catalogue(self, word: object, *sections: str) -> str:
        """A word of the vocabulary; one that a newer service says, and what is no such word, is told as it is."""
        known = catalogue(self.language)
        return next((known[key] for section in sections if (key := f"{section}.{word}") in known), str(word))

    def _when(self, moment: str) -> str:
        return local_text(datetime.fromisoformat(moment), self.procedure.calendar.zone, exact=True)

    def _addressee(self, level: str, data: Said, order: Said) -> str:
        """To whom it was brought: the division by its name, where the ticket has one."""
        division = data.get("division") or order.get("division")
        if level == "division" and division:
            return self._named("place", division)
        return self._of_catalogue(level, "level")

    def _satisfied(self, satisfied: bool, data: Said) -> str:
        """What a satisfaction call brought; a call that only answers asks nothing."""
        if data.get("kind") != "satisfaction":
            return ""
        return text(f"story.{'satisfied' if satisfied else 'dissatisfied'}", self.language)


_COLUMNS = ("clock", "due", "state", "clause")

_TOLD = (
    "unit",
    "to",
    "cause",
    "clock",
    "grade",
    "other",
    "ground",
    "reason",
    "step",
    "outcome",
    "opinion",
    "result",
    "grounds",
    "solved",
    "satisfied",
    "mismatch",
    "basis",
    "closure",
    "until",
    "appointed_for",
    "due",
    "limit",
    "source",
    "rule",
)
"""What a reader wants beside the event's name, in this order."""

_OF_PROCEDURE: Mapping[str, Named] = {
    "unit": "place",
    "clock": "clock",
    "ground": "ground",
    "reason": "hold",
    "step": "progress",
    "solved": "solved",
    "mismatch": "mismatch",
}
_OF_VOCABULARY = {
    "cause": ("escalation_cause",),
    "outcome": ("call_outcome", "contact_failure"),
    "closure": ("closure",),
}
"""The sections of the catalogue that name a field's words."""


def _is_of_a_clock(said: Said) -> bool:
    return str(said["type"]).startswith("hotline.clock.")


def _lateness(seconds: int) -> str:
    """`0:20:00`, `51:03:10`: hours, minutes, seconds."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
