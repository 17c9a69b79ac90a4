"""Working-time arithmetic as pure functions: deadlines, elapsed shares and the days that do not count.

Intervals are half-open, [opening, closing); instants come in with any offset and go out in UTC.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from procedures.duration import Duration, Unit
from procedures.working_days import WorkingDays, public_holidays

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000

Counting = Literal["same_time", "end_of_day"]
"""How *n working days* ends: at the same time of day (reading 1), or as the n-th working day after closes."""


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
    """When an organisation works: its zone, weekdays (Monday 0), hours, country holidays and its own exceptions."""

    timezone: str = "Asia/Shanghai"
    weekdays: frozenset[int] = frozenset(range(5))
    opening: time = time(8, 30)
    closing: time = time(17, 30)
    country: str | None = "CN"
    closed: frozenset[date] = field(default=frozenset())
    open: frozenset[date] = field(default=frozenset())
    counting: Counting = "same_time"

    def add(self, start: datetime, duration: Duration) -> datetime:
        """The instant at which `duration` from `start` ends (design reading 1), in UTC.

        Clock units run round the clock. Working days from inside working hours end at the same time of day, from
        outside they are counted from the next opening; working hours are used up as they come.
        """
        if not duration.is_working:
            return start.astimezone(UTC) + duration.clock_time
        if duration.unit is Unit.WORKING_HOURS:
            return self._after_working_time(start, duration.amount * _HOUR_US)
        return self._after_working_days(start, duration.amount)

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
        budget = self._length(start, due, working)
        used = -(-budget * share.numerator // share.denominator)
        if not working or budget <= 0:
            return (start + used * _MICROSECOND).astimezone(UTC)
        return self._after_working_time(start, used) if used else start.astimezone(UTC)

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """The working time in [start, end); negative when `end` comes first."""
        return self._working_us(start, end) * _MICROSECOND

    def time_between(self, start: datetime, end: datetime, *, working: bool) -> timedelta:
        """The working (or else the clock) time in [start, end)."""
        return self._length(start, end, working) * _MICROSECOND

    def add_time(self, start: datetime, length: timedelta, *, working: bool) -> datetime:
        """The earliest instant at which `length` of working (or else clock) time has passed since `start`, in UTC."""
        if not working or length <= timedelta(0):
            return (start + length).astimezone(UTC)
        return self._after_working_time(start, length // _MICROSECOND)

    def is_working_day(self, day: date) -> bool:
        """Whether the local day is worked."""
        return self._days.is_working(day.toordinal(), day.year)

    def is_working_time(self, moment: datetime) -> bool:
        """Whether the moment lies in [opening, closing) of a working day."""
        local = moment.astimezone(self.zone)
        return self.opening <= local.time() < self.closing and self.is_working_day(local)

    def next_opening(self, moment: datetime) -> datetime:
        """`moment` itself inside working hours, else the next opening, in UTC."""
        return self._opened(moment.astimezone(self.zone)).astimezone(UTC)

    def skipped_days(self, start: datetime, due: datetime) -> tuple[SkippedDay, ...]:
        """The local days from `start` to `due`, both included, that are not worked, and why."""
        return tuple(self._day_off(day) for day in self._local_days(start, due) if not self.is_working_day(day))

    def makeup_days(self, start: datetime, due: datetime) -> tuple[date, ...]:
        """The local days from `start` to `due` that are worked although they fall on a weekend (调休)."""
        days = self._local_days(start, due)
        return tuple(day for day in days if day.weekday() not in self.weekdays and self.is_working_day(day))

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which days and hours are judged."""
        return ZoneInfo(self.timezone)

    @cached_property
    def _days(self) -> WorkingDays:
        return WorkingDays(self.weekdays, self.country, self.closed, self.open)

    @cached_property
    def _opening_us(self) -> int:
        return _time_us(self.opening)

    @cached_property
    def _day_us(self) -> int:
        return _time_us(self.closing) - self._opening_us

    def _after_working_days(self, start: datetime, n: int) -> datetime:
        local = start.astimezone(self.zone)
        if self.counting == "end_of_day":
            last = self._days.nth_from(local + _DAY, n - 1)
            return self._at(last, self._opening_us + self._day_us)
        opened = self._opened(local)
        return (opened + (self._days.nth_from(opened, n) - opened.toordinal()) * _DAY).astimezone(UTC)

    def _opened(self, local: datetime) -> datetime:
        ordinal, used = local.toordinal(), _datetime_us(local) - self._opening_us
        working = self._days.is_working(ordinal, local.year)
        if working and 0 <= used < self._day_us:
            return local
        begin = self._days.nth_from(local, 1 if working and used >= 0 else 0)
        return datetime.combine(date.fromordinal(begin), self.opening, self.zone)

    def _after_working_time(self, start: datetime, length_us: int) -> datetime:
        """The earliest instant at which `length_us` > 0 of working time has passed since `start`."""
        local = start.astimezone(self.zone)
        whole, rest = divmod(self._used_today_us(local) + length_us, self._day_us)
        if rest == 0:  # used up at a closing, not at the opening after it
            whole, rest = whole - 1, self._day_us
        return self._at(self._days.nth_from(local, whole), self._opening_us + rest)

    def _used_today_us(self, local: datetime) -> int:
        used = _datetime_us(local) - self._opening_us
        if used <= 0 or not self._days.is_working(local.toordinal(), local.year):
            return 0
        return used if used < self._day_us else self._day_us

    def _working_us(self, start: datetime, end: datetime) -> int:
        begin, finish = start.astimezone(self.zone), end.astimezone(self.zone)
        whole = self._days.count(begin, finish) * self._day_us
        return whole + self._used_today_us(finish) - self._used_today_us(begin)

    def _length(self, start: datetime, end: datetime, working: bool) -> int:
        return self._working_us(start, end) if working else (end - start) // _MICROSECOND

    def _at(self, ordinal: int, moment_us: int) -> datetime:
        midnight = datetime.combine(date.fromordinal(ordinal), time(), self.zone)
        return (midnight + timedelta(microseconds=moment_us)).astimezone(UTC)

    def _local_days(self, start: datetime, due: datetime) -> tuple[date, ...]:
        first, last = start.astimezone(self.zone).toordinal(), due.astimezone(self.zone).toordinal()
        return tuple(date.fromordinal(ordinal) for ordinal in range(first, last + 1))

    def _day_off(self, day: date) -> SkippedDay:
        if day in self.closed:
            return SkippedDay(day, DayOff.CLOSED)
        if self.country is None or day not in public_holidays(self.country, day.year):
            return SkippedDay(day, DayOff.WEEKEND)
        named = (public_holidays(self.country, day.year, language).get(day) for language in ("zh_CN", "en_US"))
        return SkippedDay(day, DayOff.HOLIDAY, *named)


def _time_us(moment: time) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond


def _datetime_us(moment: datetime) -> int:
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * 1_000_000 + moment.microsecond
