"""Which days are worked and at which hours: seasons, public holidays with make-up workdays (调休), overrides."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from procedures.hours import Hours, Period, Season

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
class WorkingDays:
    """The working days of a calendar; a day in `open` is worked whatever the library says, one in `closed` is not."""

    hours: Hours
    seasons: tuple[Season, ...]
    country: str | None
    closed: frozenset[date]
    open: frozenset[date]

    def hours_on(self, day: date) -> Hours:
        """The hours of the first season that includes the day, else the general ones."""
        return next((season.hours for season in self.seasons if season.includes(day)), self.hours)

    def periods_on(self, day: date) -> tuple[Period, ...]:
        """When a working day is worked: a make-up workday, or one in `open`, as an ordinary day of its season."""
        hours = self.hours_on(day)
        return hours.periods if day in self.open or self._is_made_up(day) else hours.on(day.weekday())

    def is_working(self, day: date) -> bool:
        """Whether a shift begins on the day."""
        if day in self.closed or day in self.open:
            return day in self.open
        planned = self.hours_on(day).are_worked_on(day.weekday())
        if self.country is None:
            return planned
        return self._is_made_up(day) or (planned and day not in public_holidays(self.country, day.year))

    def _is_made_up(self, day: date) -> bool:
        return self.country is not None and day in public_holidays(self.country, day.year).weekend_workdays
