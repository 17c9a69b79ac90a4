"""When the organisation works: hours a day, seasons, units with hours of their own, days the library does not know."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from procedures import hours
from procedures.calendar import Calendar
from procedures.hours import Period, overlapping
from procedures.model.part import DAY_OF_YEAR, Part, Slug, Some, Sourced

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


class OtherDays(Part):
    """Weekdays that are worked at hours of their own: a half Saturday."""

    weekdays: Some[Weekday] = Field(min_length=1)
    periods: Periods


class Season(Part):
    """Other hours between two days of every year, both included; it may run over New Year.

    Weekdays with hours of their own keep them, unless the season says others.
    """

    first: DayOfYear
    last: DayOfYear
    periods: Periods
    days: tuple[OtherDays, ...] | None = None


class Schedule(Part):
    """The hours of a week."""

    weekdays: tuple[Weekday, ...] = Field(min_length=1)
    periods: Periods
    days: tuple[OtherDays, ...] = ()
    seasons: tuple[Season, ...] = ()

    def hours(self, season: Season | None = None) -> hours.Hours:
        """The hours as the calendar knows them, all year or in a season."""
        days = self.days if season is None or season.days is None else season.days
        weekdays = frozenset(WEEKDAYS.index(day) for day in self.weekdays)
        others = tuple((WEEKDAYS.index(day), each.periods) for each in days for day in each.weekdays)
        return hours.Hours(weekdays, self.periods if season is None else season.periods, others)


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
        return Calendar(
            timezone=self.timezone,
            country=self.country,
            hours=own.hours(),
            seasons=tuple(hours.Season(_day(each.first), _day(each.last), own.hours(each)) for each in own.seasons),
            closed=frozenset(self.closed),
            open=frozenset(self.open),
            counting=counting,  # type: ignore[arg-type]
        )


def _day(month_and_day: str) -> tuple[int, int]:
    month, _, day = month_and_day.partition("-")
    return int(month), int(day)
