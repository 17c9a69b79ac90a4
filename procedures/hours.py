"""The hours of a working day: periods with breaks between them, over midnight or round the clock, by season."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import ClassVar, Self

from procedures.spelling import Spelt, misspelt

DAY_MINUTES = 24 * 60

ACCEPTED = ("08:30-12:00", "22:00-06:00", "18:00-24:00", "00:00-24:00")
"""A period in the day, over midnight, until midnight and round the clock; a bad period names them."""

_SPELLING = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")


@dataclass(frozen=True, slots=True, order=True)
class Period(Spelt):
    """Working time [begins, ends) in minutes after midnight; an end at or before its begin is on the day after.

    Midnight as an end is 1440 (`24:00`) or 0. ValueError for a minute that no day has.
    """

    spelling: ClassVar[re.Pattern[str]] = _SPELLING
    accepted: ClassVar[tuple[str, ...]] = ACCEPTED

    begins: int
    ends: int

    def __post_init__(self) -> None:
        if not (0 <= self.begins < DAY_MINUTES and 0 <= self.ends <= DAY_MINUTES):
            raise ValueError(f"a day has no period from minute {self.begins} to minute {self.ends}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `08:30-12:00` (`ACCEPTED` shows each kind); SpellingError says what is accepted."""
        found = _SPELLING.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise misspelt(text, "period", "period", ACCEPTED)
        ends = DAY_MINUTES if found[3] is None else int(found[3]) * 60 + int(found[4])
        return cls(int(found[1]) * 60 + int(found[2]), ends)

    @property
    def until(self) -> int:
        """The end in minutes after the midnight before the begin: above 1440 on the day after."""
        return self.ends if self.ends > self.begins else self.ends + DAY_MINUTES

    def __str__(self) -> str:
        return "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (self.begins, self.ends))


def overlapping(periods: Iterable[Period]) -> tuple[Period, Period] | None:
    """The first two periods with a minute in common when every day has them, the night before's among them."""
    ordered = sorted(periods)
    for one, other in pairwise(ordered):
        if other.begins < one.until:
            return one, other
    if ordered and ordered[0].begins + DAY_MINUTES < ordered[-1].until:
        return ordered[-1], ordered[0]
    return None


@dataclass(frozen=True, slots=True)
class Hours:
    """The weekdays worked (Monday 0) and the periods of each; `others` are weekdays with periods of their own.

    ValueError for a day without a period, or with two that overlap.
    """

    weekdays: frozenset[int]
    periods: tuple[Period, ...]
    others: tuple[tuple[int, tuple[Period, ...]], ...] = ()

    def __post_init__(self) -> None:
        for periods in (self.periods, *(periods for _, periods in self.others)):
            if not periods:
                raise ValueError("a working day needs a period")
            if both := overlapping(periods):
                raise ValueError(f"{both[0]} and {both[1]} overlap")

    def are_worked_on(self, weekday: int) -> bool:
        """Whether this day of the week is worked."""
        return weekday in self.weekdays or any(day == weekday for day, _ in self.others)

    def on(self, weekday: int) -> tuple[Period, ...]:
        """The periods of this day of the week."""
        return next((periods for day, periods in self.others if day == weekday), self.periods)


@dataclass(frozen=True, slots=True)
class Season:
    """Other hours from one day (month, day) to another every year, both included; it may run over New Year.

    ValueError for a day that no year has; 29 February is taken for the end of February or the first of March.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    hours: Hours

    def __post_init__(self) -> None:
        for month, day in (self.first, self.last):
            date(2000, month, day)

    def includes(self, day: date) -> bool:
        """Whether the season holds on this day."""
        after, before = self.first <= (day.month, day.day), (day.month, day.day) <= self.last
        return after and before if self.first <= self.last else after or before
