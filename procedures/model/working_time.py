"""When the organisation works: hours a day, seasons, units with hours of their own, days the library does not know."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from procedures import hours
from procedures.calendar import Calendar
from procedures.hours import Period, overlapping
from procedures.model.part import DAY_OF_YEAR, Part, Slug, Sourced

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _apart(periods: tuple[Period, ...]) -> tuple[Period, ...]:
    if both := overlapping(periods):
        raise PydanticCustomError(
            "periods_overlap",
            "they overlap",
            {"one": str(both[0]), "other": str(both[1]), "accepts": ["08:30-12:00", "13:30-17:30"]},
        )
    return periods


Periods = Annotated[tuple[Period, ...], Field(min_length=1, max_length=8), AfterValidator(_apart)]
"""Working periods of a day, half-open: `08:30-12:00`; `22:00-06:00` runs over midnight; `00:00-24:00` is all day."""


def _is_a_day(text: str) -> str:
    try:
        date(2000, *_day(text))
    except ValueError:
        raise PydanticCustomError("pattern", "no such day", {"accepts": ["05-01"]}) from None
    return text


DayOfYear = Annotated[str, Field(pattern=DAY_OF_YEAR), AfterValidator(_is_a_day)]


class Season(Part):
    """Other hours between two days of every year, both included; it may run over New Year."""

    first: DayOfYear
    last: DayOfYear
    periods: Periods

    def counted(self, weekdays: frozenset[int]) -> hours.Season:
        """The season as the calendar knows it."""
        return hours.Season(_day(self.first), _day(self.last), hours.Hours(weekdays, self.periods))


class Schedule(Part):
    """The hours of a week."""

    weekdays: tuple[Weekday, ...] = Field(min_length=1)
    periods: Periods
    seasons: tuple[Season, ...] = ()


class WorkingTime(Schedule, Sourced):
    """The organisation's hours (design reading 15); `schedules` are those of units that name one.

    `closed` and `open` are days the holiday library does not know; `announced_through` is the last year whose public
    holidays have been announced.
    """

    timezone: str
    country: Literal["CN"] | None
    announced_through: int = Field(ge=2000, le=2200)
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()
    schedules: Mapping[Slug, Schedule] = {}

    def calendar(self, counting: str, schedule: str | None = None) -> Calendar:
        """Everybody's calendar, or that of a schedule; `counting` is how *n working days* end."""
        own: Schedule = self.schedules[schedule] if schedule else self
        weekdays = frozenset(WEEKDAYS.index(day) for day in own.weekdays)
        return Calendar(
            timezone=self.timezone,
            country=self.country,
            hours=hours.Hours(weekdays, own.periods),
            seasons=tuple(season.counted(weekdays) for season in own.seasons),
            closed=frozenset(self.closed),
            open=frozenset(self.open),
            counting=counting,  # type: ignore[arg-type]
        )


def _day(month_and_day: str) -> tuple[int, int]:
    month, _, day = month_and_day.partition("-")
    return int(month), int(day)
