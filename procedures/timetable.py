"""The working periods of consecutive years laid end to end, so that a question about working time is a bisection.

Instants are microseconds since 1970 in UTC: working time is real time, also where a zone changes its clocks.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from procedures.hours import DAY_MINUTES
from procedures.working_days import WorkingDays

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_US = 60_000_000
DAY_US = DAY_MINUTES * MINUTE_US
FIRST_YEAR, LAST_YEAR = 1970, 2099
"""Nothing is worked outside these years, for which holidays can be known; so an absurd moment costs bounded work."""

EPOCH_DAY = EPOCH.toordinal()
_MARGIN_US = 2 * DAY_US
_BEYOND_US = 10**6 * 366 * DAY_US


def instant_of(moment: datetime) -> int:
    """Microseconds since 1970, of any moment that a datetime can hold."""
    since = moment - EPOCH
    return since.days * DAY_US + since.seconds * 1_000_000 + since.microseconds


@dataclass(frozen=True, slots=True)
class Shift:
    """What is worked from one working day on: its local midnight and its periods, a night's tail included.

    Clocks are changed between midnight and its end where it is not `even`.
    """

    day: int
    midnight: int
    periods: tuple[tuple[int, int], ...]
    even: bool


class Timetable:
    """The shifts of the local years `first` to `last`; a question that needs more years is answered with None.

    From `known_from` to `known_until` all that is worked around an instant is in the table.
    """

    def __init__(self, first: int, last: int, shifts: Iterable[Shift]) -> None:
        shifts = tuple(shifts)
        self.first, self.last = first, last
        self.known_from = -_BEYOND_US if first == FIRST_YEAR else _new_year(first) + _MARGIN_US
        self.known_until = _BEYOND_US if last == LAST_YEAR else _new_year(last + 1) - _MARGIN_US
        self._days = [shift.day for shift in shifts]
        self._worked = frozenset(self._days)
        self._midnights = [shift.midnight for shift in shifts]
        self._uneven = frozenset(number for number, shift in enumerate(shifts) if not shift.even)
        self._first_periods = [0, *accumulate(len(shift.periods) for shift in shifts)]
        self._shift_of = [number for number, shift in enumerate(shifts) for _ in shift.periods]
        self._begins = [begin for shift in shifts for begin, _ in shift.periods]
        self._ends = [end for shift in shifts for _, end in shift.periods]
        self._before = [0, *accumulate(end - begin for shift in shifts for begin, end in shift.periods)]

    def worked_before(self, instant: int) -> int:
        """Working time from the table's beginning to the instant."""
        place = bisect_right(self._begins, instant) - 1
        if place < 0:
            return 0
        end = self._ends[place]
        return self._before[place] + (instant if instant < end else end) - self._begins[place]

    def includes(self, instant: int) -> bool:
        """Whether the instant lies in a period."""
        place = bisect_right(self._begins, instant) - 1
        return place >= 0 and instant < self._ends[place]

    def has_shift_on(self, day: int) -> bool:
        """Whether a shift begins on the local day with this ordinal."""
        return day in self._worked

    def opening(self, instant: int) -> int | None:
        """The instant itself inside a period, else the next begin."""
        place = self._open_period(instant)
        if place == len(self._begins):
            return None
        begin = self._begins[place]
        return begin if instant < begin else instant

    def after_working_time(self, instant: int, length: int) -> int | None:
        """The earliest instant at which `length` > 0 has been worked since `instant`."""
        return self.reached(self.worked_before(instant) + length)

    def reached(self, total: int) -> int | None:
        """The earliest instant before which `total` > 0 has been worked since the table's beginning."""
        place = bisect_left(self._before, total) - 1
        if place == len(self._begins):
            return None
        return self._begins[place] + total - self._before[place]

    def same_time(self, instant: int, n: int, zone: ZoneInfo) -> int | None:
        """The opening's time of day in the n-th shift after its own, or what is nearest to it in that shift."""
        place = self._open_period(instant)
        if place == len(self._begins):
            return None
        shift = self._shift_of[place]
        if shift + n >= len(self._days):
            return None
        begin = self._begins[place]
        wanted = self._moved(instant if instant > begin else begin, shift, shift + n, zone)
        return self._nearest(shift + n, wanted)

    def nth_closing(self, instant: int, n: int) -> int | None:
        """The end of the n-th shift after the instant's own, or else after its local day."""
        place = bisect_right(self._begins, instant) - 1
        inside = place >= 0 and instant < self._ends[place]
        shift = self._shift_of[place] + n if inside else bisect_right(self._midnights, instant) + n - 1
        return self._ends[self._first_periods[shift + 1] - 1] if shift < len(self._days) else None

    def _open_period(self, instant: int) -> int:
        """The place of the period that includes the instant, else of the next one."""
        place = bisect_right(self._begins, instant) - 1
        return place if place >= 0 and instant < self._ends[place] else place + 1

    def _moved(self, instant: int, shift: int, other: int, zone: ZoneInfo) -> int:
        """The instant of one shift at its time of day in another."""
        if shift not in self._uneven and other not in self._uneven:
            return self._midnights[other] + instant - self._midnights[shift]
        local = (EPOCH + timedelta(microseconds=instant)).astimezone(zone)
        return instant_of(local + timedelta(self._days[other] - self._days[shift]))

    def _nearest(self, shift: int, instant: int) -> int:
        """The instant inside a period of the shift, else the shift's next begin, else its end."""
        first, end = self._first_periods[shift], self._first_periods[shift + 1]
        place = bisect_right(self._begins, instant, first, end) - 1
        if place >= first and instant < self._ends[place]:
            return instant
        return self._begins[place + 1] if place + 1 < end else self._ends[place]


class Timetables:
    """The table of the years asked about so far, made longer when a question needs more."""

    def __init__(self, days: WorkingDays, zone: ZoneInfo) -> None:
        self._days = days
        self._zone = zone
        self._years: dict[int, tuple[Shift, ...]] = {}
        self._table = Timetable(LAST_YEAR + 1, FIRST_YEAR - 1, ())

    def knowing(self, one: int, other: int) -> Timetable:
        """A table that knows both instants, and so all between them."""
        table = self._table
        if table.known_from <= one <= table.known_until and table.known_from <= other <= table.known_until:
            return table
        low, high = (one, other) if one < other else (other, one)
        return self._reaching(min(table.first, _year(low - _MARGIN_US)), max(table.last, _year(high + _MARGIN_US)))

    def longer(self, table: Timetable) -> Timetable:
        """A table of the same years and as many again after them."""
        return self._reaching(table.first, min(LAST_YEAR, 2 * table.last + 1 - table.first))

    def _reaching(self, first: int, last: int) -> Timetable:
        shifts = (shift for year in range(first, last + 1) for shift in self._shifts(year))
        self._table = Timetable(first, last, shifts)
        return self._table

    def _shifts(self, year: int) -> tuple[Shift, ...]:
        found = self._years.get(year)
        if found is None:
            ordinals = range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
            worked = (day for day in map(date.fromordinal, ordinals) if self._days.is_working(day))
            found = self._years[year] = tuple(shift for shift in map(self._shift, worked) if shift.periods)
        return found

    def _shift(self, day: date) -> Shift:
        """A day's shift; each period ends at the latest when the next begins, be it another season's on the next day.

        Within a day that only matters where clocks are put forward over the gap between two periods.
        """
        periods = sorted(self._days.periods_on(day))
        midnight, until = self._at(day, 0), periods[-1].until
        even = self._at(day, until) == midnight + until * MINUTE_US
        relief = self._relief(day) if until > DAY_MINUTES else _BEYOND_US
        worked: list[tuple[int, int]] = []
        for begins, ends in ((each.begins, each.until) for each in reversed(periods)):
            begin = midnight + begins * MINUTE_US if even else self._at(day, begins)
            end = min(midnight + ends * MINUTE_US if even else self._at(day, ends), relief)
            if begin < end:
                worked.append((begin, end))
            relief = min(relief, begin)
        return Shift(day.toordinal(), midnight, tuple(reversed(worked)), even)

    def _relief(self, day: date) -> int:
        following = day + timedelta(1)
        if not self._days.is_working(following):
            return _BEYOND_US
        return self._at(following, min(self._days.periods_on(following)).begins)

    def _at(self, day: date, minutes: int) -> int:
        local = datetime(day.year, day.month, day.day, tzinfo=self._zone) + timedelta(minutes=minutes)
        return instant_of(local)


def _new_year(year: int) -> int:
    return (date(year, 1, 1).toordinal() - EPOCH_DAY) * DAY_US


def _year(instant: int) -> int:
    """The year of an instant in UTC, or the nearest of the years in which anything is worked."""
    return date.fromordinal(EPOCH_DAY + min(max(instant, 0), _new_year(LAST_YEAR + 1) - 1) // DAY_US).year
