"""Which days of a year are worked: weekdays, public holidays with make-up workdays (调休), a file's overrides."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays import HolidayBase


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int, language: str | None = None) -> "HolidayBase":
    """The country's holidays around `year`: a year's notice may also move days of its neighbours.

    Imported here because the library takes half a second to load, which most commands never need.
    """
    import holidays

    observed: HolidayBase = getattr(holidays, country)(years=(year - 1, year, year + 1), language=language)
    return observed


@dataclass(frozen=True)
class YearTable:
    """One year's working days as ordinals, and for each day of the year how many came before it."""

    first: int
    days: tuple[int, ...]
    before: tuple[int, ...]


@dataclass(frozen=True)
class WorkingDays:
    """The working days of a calendar; a day in `open` is worked whatever the library says, one in `closed` is not."""

    weekdays: frozenset[int]
    country: str | None
    closed: frozenset[date]
    open: frozenset[date]

    def is_working(self, ordinal: int, year: int) -> bool:
        """Whether the day `ordinal` of `year` is worked."""
        table = self.year(year)
        position = ordinal - table.first
        return table.before[position + 1] > table.before[position]

    def count(self, start: date, end: date) -> int:
        """How many working days lie in [start, end)."""
        first, last = self.year(start.year), self.year(end.year)
        counted = last.before[end.toordinal() - last.first] - first.before[start.toordinal() - first.first]
        if first is last:
            return counted
        return counted + self._in_years(start.year, end.year) - self._in_years(end.year, start.year)

    def nth_from(self, day: date, n: int) -> int:
        """The ordinal of the n-th working day on or after `day`, counted from 0."""
        year = day.year
        table = self.year(year)
        wanted = table.before[day.toordinal() - table.first] + n
        while wanted >= len(table.days):
            wanted -= len(table.days)
            year += 1
            table = self.year(year)
        return table.days[wanted]

    def year(self, year: int) -> YearTable:
        """The table of a year, made once."""
        table = self._tables.get(year)
        if table is None:
            table = self._tables[year] = self._table(year)
        return table

    def _in_years(self, first: int, end: int) -> int:
        return sum(len(self.year(year).days) for year in range(first, end))

    @cached_property
    def _tables(self) -> dict[int, YearTable]:
        return {}

    def _table(self, year: int) -> YearTable:
        first, end = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
        days: list[int] = []
        before: list[int] = []
        for ordinal in range(first, end):
            before.append(len(days))
            if self._worked(date.fromordinal(ordinal)):
                days.append(ordinal)
        return YearTable(first, tuple(days), (*before, len(days)))

    def _worked(self, day: date) -> bool:
        if day in self.closed or day in self.open:
            return day in self.open
        if self.country is None:
            return day.weekday() in self.weekdays
        observed = public_holidays(self.country, day.year)
        if day in observed.weekend_workdays:
            return True
        return day.weekday() in self.weekdays and day not in observed
