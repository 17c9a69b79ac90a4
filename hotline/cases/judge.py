"""Holds expectations against what the services came to: which one fails, what was expected, what there is instead."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hotline.cases.model import ClockExpected, Expectation
from hotline.cases.moments import moment, seconds
from hotline.cases.saying import Phrase, Saying


@dataclass(frozen=True, slots=True)
class ClockSeen:
    """A clock as it stands, with the clause of its limit."""

    state: str
    due: datetime
    late_by: int | None
    warned_at: datetime | None
    source: str
    rule: str | None


@dataclass(frozen=True, slots=True)
class TicketSeen:
    """One ticket across all services at one moment."""

    stage: str | None = None
    closure: str | None = None
    grade: int | None = None
    type: str | None = None
    unit: str | None = None
    round: int | None = None
    first_owner: str | None = None
    public: bool | None = None
    escalated_to: tuple[str, ...] = ()
    linked_to: tuple[str, ...] = ()
    clocks: Mapping[str, ClockSeen] = field(default_factory=dict)
    events: Sequence[str] = ()
    next_call_not_before: datetime | None = None
    next_call_not_after: datetime | None = None
    review_due: datetime | None = None
    messages: Sequence[str] = ()
    told_by: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that does not hold."""

    what: str
    expected: Saying
    actual: Saying
    clause: str | None = None


_PLAIN = ("stage", "closure", "grade", "type", "unit", "round", "first_owner", "public", "told_by")
_MOMENTS = ("next_call_not_before", "next_call_not_after", "review_due")


def judge(expected: Expectation, seen: TicketSeen, before: datetime, zone: ZoneInfo) -> list[Failure]:
    """Every way in which the ticket is not as expected; `before` is what `+` durations count from."""
    return [
        *_plain(expected, seen),
        *_links(expected, seen),
        *_escalations(expected, seen),
        *(failure for name, clock in expected.clocks.items() for failure in _clock(name, clock, seen, before, zone)),
        *_events(expected, seen.events),
        *_calls(expected, seen, before, zone),
        *_message(expected, seen),
    ]


def _plain(expected: Expectation, seen: TicketSeen) -> Iterator[Failure]:
    for name in _PLAIN:
        wanted, actual = getattr(expected, name), getattr(seen, name)
        if wanted is not None and wanted != actual:
            yield Failure(name, str(wanted), "-" if actual is None else str(actual))


def _links(expected: Expectation, seen: TicketSeen) -> Iterator[Failure]:
    if expected.linked_to is not None and expected.linked_to not in seen.linked_to:
        yield Failure("linked_to", expected.linked_to, ", ".join(seen.linked_to) or "-")


def _escalations(expected: Expectation, seen: TicketSeen) -> Iterator[Failure]:
    wanted, told = expected.escalated_to, seen.escalated_to
    if wanted is None or (len(wanted) == len(told) and all(map(_is_told, wanted, told))):
        return
    yield Failure("escalated_to", ", ".join(wanted) or "-", ", ".join(told) or "-")


def _is_told(wanted: str, told: str) -> bool:
    """A division that the case does not name may be any."""
    return told in (wanted, f"{wanted}:{told.partition(':')[2]}")


def _clock(name: str, wanted: ClockExpected, seen: TicketSeen, before: datetime, zone: ZoneInfo) -> Iterator[Failure]:
    clock = seen.clocks.get(name)
    if clock is None:
        there = ", ".join(seen.clocks) or "-"
        yield Failure(f"clock {name}", Phrase("there"), Phrase("never_started", {"clocks": there}))
        return
    clause = f"{clock.source} {clock.rule or ''}".strip()
    if wanted.state is not None and wanted.state != clock.state:
        yield Failure(f"clock {name} state", wanted.state, clock.state, clause)
    if wanted.late_by is not None and seconds(wanted.late_by) != clock.late_by:
        yield Failure(f"clock {name} late_by", str(wanted.late_by), str(clock.late_by or "-"), clause)
    for field_name in ("due", "warned_at"):
        yield from _moment(f"clock {name}", field_name, wanted, clock, before, zone, clause)


def _moment(
    what: str, name: str, wanted: Any, seen: Any, before: datetime, zone: ZoneInfo, clause: str | None = None
) -> Iterator[Failure]:
    text, actual = getattr(wanted, name), getattr(seen, name)
    if text is None:
        return
    expected = moment(text, before)
    if actual is None or abs(actual - expected) >= timedelta(seconds=1):
        yield Failure(f"{what} {name}".strip(), _local(expected, zone), _local(actual, zone), clause)


def _events(expected: Expectation, said: Sequence[str]) -> Iterator[Failure]:
    stories = " ".join(said) or "-"
    missing = _first_missing(expected.events, said)
    if missing is not None:
        actual = Phrase("out_of_place", {"events": stories, "missing": missing})
        yield Failure("events", " ".join(expected.events), actual)
    for name in expected.never:
        if name in said:
            yield Failure("never", Phrase("never", {"event": name}), stories)
    for name, count in expected.count.items():
        if said.count(name) != count:
            yield Failure(f"count of {name}", str(count), str(said.count(name)))


def _first_missing(wanted: Sequence[str], said: Sequence[str]) -> str | None:
    rest = iter(said)
    return next((name for name in wanted if name not in rest), None)


def _calls(expected: Expectation, seen: TicketSeen, before: datetime, zone: ZoneInfo) -> Iterator[Failure]:
    for name in _MOMENTS:
        yield from _moment("", name, expected, seen, before, zone)


def _message(expected: Expectation, seen: TicketSeen) -> Iterator[Failure]:
    if expected.message is not None and not any(says(text, expected.message) for text in seen.messages):
        yield Failure("message", expected.message, " / ".join(seen.messages) or "-")


def says(text: str, part: str) -> bool:
    """Whether the part stands in the text, blanks and the width of brackets aside: 第十五条（三）1 is 第十五条(三)1."""
    return _bare(part) in _bare(text)


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _local(found: datetime | None, zone: ZoneInfo) -> str:
    return found.astimezone(zone).isoformat() if found else "-"
