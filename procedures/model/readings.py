"""How ambiguous texts are read: each reading with its value and clause; what the alternatives do is settled here.

Readings of the program are named in `CHOICES`; a file may add its own, with the `others` that its cases may try, and
let rows depend on them (`when: {reading: …}`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from procedures.model.part import Slug, Some, Sourced

CHOICES: Mapping[str, tuple[str, ...]] = {
    "working_days": ("same_time", "end_of_day"),
    "competing_limits": ("earliest", "government_replaces"),
    "excluded_types_get": ("answer", "nothing"),
    "half_of": ("budget", "clock_time"),
    "in_time": ("period", "every_clock"),
    "exactly_half": ("explain", "urge"),
    "supplement_counts_as_urge": ("no", "yes"),
    "appointment_in_quiet_hours": ("allowed", "refused"),
    "inconvenient_counts": ("no", "yes"),
    "within_a_month": ("rolling_30_days", "calendar_month"),
    "earlier_members": ("upgraded", "linked_only"),
    "withdrawn_counts": ("yes", "no"),
    "return_window": ("clocks_run",),
    "reply_again": ("original_budget",),
    "urge_period": ("earliest_of_handle_and_reply",),
    "at_the_instant": ("met",),
}
"""Every reading the program knows, the one in force without a word of the file first; one choice is said aloud."""


class Reading(Sourced):
    """The reading in force; `others` are the further choices of a reading that the file itself introduces."""

    value: Slug
    others: Some[Slug] = ()


Readings = Mapping[Slug, Reading]


@dataclass(frozen=True)
class InForce:
    """One reading in force, and its other choices; without a clause where the file says nothing of it."""

    name: str
    chosen: str
    others: tuple[str, ...]
    source: str | None
    rule: str | None
    note: str | None


def choices(name: str, readings: Readings) -> tuple[str, ...]:
    """Every value that this reading may have; none for a reading that is not known."""
    known = CHOICES.get(name)
    if known is not None:
        return known
    own = readings.get(name)
    return (own.value, *own.others) if own else ()


def in_force(readings: Readings) -> Iterator[InForce]:
    """The file's readings in its order, then those it does not mention and that have alternatives."""
    for name, reading in readings.items():
        others = tuple(word for word in choices(name, readings) if word != reading.value)
        yield InForce(name, reading.value, others, reading.source, reading.rule, reading.note)
    for name, words in CHOICES.items():
        if name not in readings and len(words) > 1:
            yield InForce(name, words[0], words[1:], None, None, None)
