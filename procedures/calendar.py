"""Working-time arithmetic as pure functions: deadlines, elapsed shares and the days that do not count.

Intervals are half-open, [begin, end); instants come in with any offset and go out in UTC. Every result is exact to the
microsecond; one beyond the calendar (contracts.fact), or for which no more time is ever worked, is the calendar's end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeVarTuple
from zoneinfo import ZoneInfo

from contracts.fact import EARLIEST, LATEST
from procedures.duration import Duration, Unit
from procedures.hours import Hours, Period, Season
from procedures.timetable import DAY_US, EPOCH, EPOCH_DAY, FIRST_YEAR, LAST_YEAR, Timetable, Timetables, instant_of
from procedures.working_days import WorkingDays, public_holidays

_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000
_EARLIEST_US, _LATEST_US = instant_of(EARLIEST), instant_of(LATEST)
_FIRST_DAY, _LAST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)

Rest = TypeVarTuple("Rest")

Counting = Literal["same_time", "end_of_day"]
"""How *n working days* ends: at the same time of day (reading 1), or as the n-th working day after closes."""

OFFICE_HOURS = Hours(frozenset(range(5)), (Period(8 * 60 + 30, 17 * 60 + 30),))
"""Monday to Friday 08:30-17:30, the project's own default (reading 15)."""


class DayOff(StrEnum):
    """Why a day is not worked."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SkippedDay:
    """A calendar day that does not count, with its holiday's name where it has one."""

    date: date
    reason: DayOff
    name_zh: str | None = None
    name_en: str | None = None


@dataclass(frozen=True)
class Calendar:
    """When an organisation works: its zone, hours by season, country holidays and its own exceptions.

    The first season that includes a day gives its weekdays and hours; a make-up workday (调休) and a day in `open`
    have that season's periods, those of an ordinary day. A shift over midnight belongs to the working day on which it
    begins: its tail is worked also into a day off, until the next working day's first period begins.
    """

    timezone: str = "Asia/Shanghai"
    country: str | None = "CN"
    hours: Hours = OFFICE_HOURS
    seasons: tuple[Season, ...] = ()
    closed: frozenset[date] = frozenset()
    open: frozenset[date] = frozenset()
    counting: Counting = "same_time"

    def add(self, start: datetime, duration: Duration) -> datetime:
        """The instant at which `duration` from `start` ends (design reading 1), in UTC.

        Clock units run round the clock; working hours are used up as they come, across breaks and nights. n working
        days from inside working time end at the same time of day of the n-th working day after the one that the shift
        belongs to; from outside, a break included, they are counted from the next opening. Where that day is not
        worked at that time (another season), they end at its next period's begin, or with its last period. Counting
        by `end_of_day` they end with the last period of that n-th day, from outside of the n-th after the local day.
        A share of them is that share of the working time in between.
        """
        if not duration.is_working:
            return _later(start, duration.clock_time)
        if duration.share is not None:
            return self.at_share(start, self.add(start, duration.whole), duration.share, working=True)
        begin, n = instant_of(start), duration.amount
        if duration.unit is Unit.WORKING_HOURS:
            return self._after_working_time(begin, n * _HOUR_US)
        if self.counting == "end_of_day":
            return self._first(begin, Timetable.nth_closing, n)
        return self._first(begin, Timetable.same_time, n, self.zone)

    def elapsed_share(self, start: datetime, due: datetime, now: datetime, *, working: bool) -> Fraction:
        """How much of the budget [start, due) is used at `now`: exact, above 1 when overdue, never below 0."""
        if now <= start:
            return Fraction(0)
        used, budget = self._length(start, now, working), self._length(start, due, working)
        if budget <= 0:
            return Fraction(int(now >= due))
        return Fraction(used, budget)

    def at_share(self, start: datetime, due: datetime, share: Fraction, *, working: bool) -> datetime:
        """The first instant, to the microsecond, at which `share` of the budget [start, due) is used, in UTC."""
        if not working:
            return _later(start, _part(self._length(start, due, False), share) * _MICROSECOND)
        begin, end = instant_of(start), instant_of(due)
        table = self._timetables.knowing(begin, end)
        before = table.worked_before(begin)
        used = _part(table.worked_before(end) - before, share)
        if used <= 0:
            return _later(start, used * _MICROSECOND)
        found = table.reached(before + used)
        return self._after_working_time(begin, used) if found is None else _moment(found)

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """The working time in [start, end); negative when `end` comes first."""
        return self._length(start, end, True) * _MICROSECOND

    def time_between(self, start: datetime, end: datetime, *, working: bool) -> timedelta:
        """The working (or else the clock) time in [start, end)."""
        return self._length(start, end, working) * _MICROSECOND

    def add_time(self, start: datetime, length: timedelta, *, working: bool) -> datetime:
        """The earliest instant at which `length` of working (or else clock) time has passed since `start`, in UTC."""
        if not working or length <= timedelta(0):
            return _later(start, length)
        return self._after_working_time(instant_of(start), length // _MICROSECOND)

    def is_working_day(self, day: date) -> bool:
        """Whether the local day is worked, that is, whether a shift begins on it."""
        ordinal = day.toordinal()
        midnight = (ordinal - EPOCH_DAY) * DAY_US
        return self._timetables.knowing(midnight, midnight).has_shift_on(ordinal)

    def is_working_time(self, moment: datetime) -> bool:
        """Whether the moment lies in a period of a working day."""
        instant = instant_of(moment)
        return self._timetables.knowing(instant, instant).includes(instant)

    def next_opening(self, moment: datetime) -> datetime:
        """`moment` itself inside working time, else the next begin of a period, in UTC."""
        instant = instant_of(moment)
        return self._first(instant, Timetable.opening)

    def skipped_days(self, start: datetime, due: datetime) -> tuple[SkippedDay, ...]:
        """The local days from `start` to `due`, both included, that are not worked, and why."""
        return tuple(self._day_off(day) for day in self._local_days(start, due) if not self.is_working_day(day))

    def makeup_days(self, start: datetime, due: datetime) -> tuple[date, ...]:
        """The local days from `start` to `due` that are worked although they fall on a weekend (调休)."""
        days = (
            day for day in self._local_days(start, due) if not self._days.hours_on(day).are_worked_on(day.weekday())
        )
        return tuple(day for day in days if self.is_working_day(day))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which days and hours are judged."""
        return ZoneInfo(self.timezone)

    @cached_property
    def _days(self) -> WorkingDays:
        return WorkingDays(self.hours, self.seasons, self.country, self.closed, self.open)

    @cached_property
    def _timetables(self) -> Timetables:
        return Timetables(self._days, self.zone)

    def _after_working_time(self, begin: int, length: int) -> datetime:
        return self._first(begin, Timetable.after_working_time, length)

    def _first(self, begin: int, find: Callable[[Timetable, int, *Rest], int | None], *args: *Rest) -> datetime:
        """What is found at or after `begin`, in as many years as it takes."""
        table = self._timetables.knowing(begin, begin)
        found = find(table, begin, *args)
        while found is None and table.last < LAST_YEAR:
            table = self._timetables.longer(table)
            found = find(table, begin, *args)
        return LATEST if found is None else _moment(found)

    def _length(self, start: datetime, end: datetime, working: bool) -> int:
        if not working:
            return (end - start) // _MICROSECOND
        begin, finish = instant_of(start), instant_of(end)
        table = self._timetables.knowing(begin, finish)
        return table.worked_before(finish) - table.worked_before(begin)

    def _local_days(self, start: datetime, due: datetime) -> tuple[date, ...]:
        first, last = max(self._local_day(start), _FIRST_DAY), min(self._local_day(due), _LAST_DAY)
        return tuple(date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1))

    def _local_day(self, moment: datetime) -> date:
        try:
            return moment.astimezone(self.zone).date()
        except OverflowError:
            return moment.date()

    def _day_off(self, day: date) -> SkippedDay:
        if day in self.closed:
            return SkippedDay(day, DayOff.CLOSED)
        if self.country is None or day not in public_holidays(self.country, day.year):
            return SkippedDay(day, DayOff.WEEKEND)
        named = (public_holidays(self.country, day.year, language).get(day) for language in ("zh_CN", "en_US"))
        return SkippedDay(day, DayOff.HOLIDAY, *named)


def _part(length: int, share: Fraction) -> int:
    return -(-length * share.numerator // share.denominator)


def _later(start: datetime, length: timedelta) -> datetime:
    try:
        found = start.astimezone(UTC) + length
    except OverflowError:
        return _moment(instant_of(start) + length // _MICROSECOND)
    return min(max(found, EARLIEST), LATEST)


def _moment(instant: int) -> datetime:
    if _EARLIEST_US < instant < _LATEST_US:
        return EPOCH + instant * _MICROSECOND
    return LATEST if instant > 0 else EARLIEST
