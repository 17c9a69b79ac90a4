"""The calendar's arithmetic against counting on squared paper: every ten minutes of ten weeks, one by one."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from procedures.calendar import Calendar, Counting
from procedures.duration import Duration, Unit
from procedures.hours import Hours, Period, Season

CHINA = ZoneInfo("Asia/Shanghai")
SLOT = timedelta(minutes=10)
SLOT_US = SLOT // timedelta(microseconds=1)
SLOTS = 144
DAYS = 70


@dataclass(frozen=True)
class Paper:
    """Who works each slot since `first`: the day (counted from it) on which the shift began, or None."""

    calendar: Calendar
    first: date
    owners: list[int | None] = field(repr=False)

    def at(self, place: Fraction | int) -> datetime:
        return datetime.combine(self.first, time(), CHINA) + timedelta(microseconds=int(place * SLOT_US))

    def opening(self, place: Fraction) -> Fraction:
        """The place itself in a worked slot, else the next worked slot."""
        if self.owners[int(place)] is not None:
            return place
        return Fraction(next(slot for slot in range(int(place), DAYS * SLOTS) if self.owners[slot] is not None))

    def worked_in(self, begin: Fraction, end: Fraction) -> Fraction:
        """How much of [begin, end) is worked, in slots."""
        slots = (slot for slot in range(int(begin), int(end) + 1) if self.owners[slot] is not None)
        parts = (min(end, Fraction(slot + 1)) - max(begin, Fraction(slot)) for slot in slots)
        return sum((part for part in parts if part > 0), Fraction(0))

    def shift_after(self, day: int, n: int) -> int:
        """The n-th day after this one on which a shift begins."""
        return sorted({owner for owner in self.owners if owner is not None and owner > day})[n - 1]

    def slots_of(self, day: int) -> list[int]:
        return [slot for slot, owner in enumerate(self.owners) if owner == day]


def on_paper(calendar: Calendar, first: date) -> Paper:
    """Each day's own slots, and before its first one, or all day when it is off, the tail of the night before."""
    shifts = [shift_of(calendar, first + timedelta(n)) for n in range(-1, DAYS)]
    owners: list[int | None] = []
    for day, (before, today) in enumerate(pairwise(shifts)):
        for slot in range(SLOTS):
            tail = slot + SLOTS in before and (not today or slot < min(today))
            owners.append(day if slot in today else day - 1 if tail else None)
    return Paper(calendar, first, owners)


def shift_of(calendar: Calendar, day: date) -> set[int]:
    hours = calendar.hours
    for season in reversed(calendar.seasons):
        days = [season.first <= (day.month, day.day), (day.month, day.day) <= season.last]
        if all(days) if season.first <= season.last else any(days):
            hours = season.hours
    periods = dict(hours.others).get(day.weekday(), hours.periods if day.weekday() in hours.weekdays else ())
    if day in calendar.open:
        periods = hours.periods
    if day in calendar.closed:
        return set()
    ends = [(each.begins, each.ends if each.ends > each.begins else each.ends + 1440) for each in periods]
    return {slot for begin, end in ends for slot in range(begin // 10, end // 10)}


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Now and then one or two weekdays have periods of their own."""
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=2))
    others = draw(st.dictionaries(st.integers(0, 6), day_periods(), max_size=draw(st.sampled_from([0, 0, 2]))))
    return Hours(weekdays, draw(day_periods()), tuple(others.items()))


@st.composite
def day_periods(draw: st.DrawFn) -> tuple[Period, ...]:
    """One to three periods a day; now and then the last runs over midnight, or until it, or round the clock."""
    if draw(st.integers(0, 9)) == 0:
        begin = draw(st.integers(0, SLOTS - 1)) * 10
        return (Period(begin, begin),)
    count = 2 * draw(st.integers(1, 3))
    cuts = [cut * 10 for cut in sorted(draw(st.sets(st.integers(0, SLOTS), min_size=count, max_size=count)))]
    if draw(st.booleans()) and cuts[-1] < 1440:
        cuts = cuts[1:] + cuts[:1]
    periods = [Period(begin, end) for begin, end in zip(cuts[::2], cuts[1::2], strict=True)]
    return tuple(draw(st.permutations(periods)))


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """Ten weeks over New Year or over a 29 February, with seasons that change on the way."""
    first = draw(st.sampled_from([date(2026, 12, 7), date(2028, 2, 7)]))
    days = st.integers(0, DAYS - 1).map(lambda n: first + timedelta(n))
    limits = days.map(lambda day: (day.month, day.day))
    calendar = Calendar(
        country=None,
        hours=draw(hours()),
        seasons=tuple(draw(st.lists(st.builds(Season, limits, limits, hours()), max_size=2))),
        closed=(closed := draw(st.frozensets(days, max_size=4))),
        open=draw(st.frozensets(days, max_size=4)) - closed,
        counting=draw(st.sampled_from(get_args(Counting))),
    )
    return on_paper(calendar, first)


places = st.one_of(
    st.integers(SLOTS, 21 * SLOTS).map(Fraction),
    st.integers(SLOTS * SLOT_US, 21 * SLOTS * SLOT_US).map(lambda since: Fraction(since, SLOT_US)),
)
"""A slot's beginning, or any microsecond, of the first three weeks after the first day."""


@given(papers(), places)
def test_a_moment_is_worked_where_its_slot_is(paper: Paper, place: Fraction) -> None:
    assert paper.calendar.is_working_time(paper.at(place)) is (paper.owners[int(place)] is not None)
    assert paper.calendar.next_opening(paper.at(place)) == paper.at(paper.opening(place))


@given(papers(), places, places)
def test_working_time_between_is_what_the_slots_between_hold(paper: Paper, one: Fraction, other: Fraction) -> None:
    begin, end = sorted((one, other))
    worked = paper.calendar.working_time_between(paper.at(begin), paper.at(end))
    assert worked == timedelta(microseconds=int(paper.worked_in(begin, end) * SLOT_US))
    assert paper.calendar.working_time_between(paper.at(end), paper.at(begin)) == -worked


@given(papers(), places, st.integers(1, 20))
def test_working_hours_are_used_up_slot_by_slot_as_they_come(paper: Paper, place: Fraction, n: int) -> None:
    left, at = Fraction(6 * n), place
    while left:
        assume(int(at) + 1 < DAYS * SLOTS)
        step = min(left, int(at) + 1 - at)
        left -= step if paper.owners[int(at)] is not None else 0
        at += step if paper.owners[int(at)] is not None else int(at) + 1 - at
    assert paper.calendar.add(paper.at(place), Duration(n, Unit.WORKING_HOURS)) == paper.at(at)


@given(papers(), places, st.integers(1, 8))
def test_working_days_end_where_a_finger_moved_over_the_paper_ends(paper: Paper, place: Fraction, n: int) -> None:
    due = paper.calendar.add(paper.at(place), Duration(n, Unit.WORKING_DAYS))
    expected = _closing if paper.calendar.counting == "end_of_day" else _same
    assert due == paper.at(expected(paper, place, n))


def _closing(paper: Paper, place: Fraction, n: int) -> Fraction:
    owner = paper.owners[int(place)]
    day = paper.shift_after(int(place) // SLOTS if owner is None else owner, n)
    return Fraction(max(paper.slots_of(day)) + 1)


def _same(paper: Paper, place: Fraction, n: int) -> Fraction:
    opening = paper.opening(place)
    owner = paper.owners[int(opening)]
    assert owner is not None
    day = paper.shift_after(owner, n)
    wanted, own = opening + (day - owner) * SLOTS, paper.slots_of(day)
    if int(wanted) in own:
        return wanted
    return Fraction(next((slot for slot in own if slot > wanted), max(own) + 1))


@given(papers(), places, places, st.fractions(Fraction(1, 50), 1, max_denominator=50))
def test_a_share_of_any_working_budget_is_first_used_at_its_moment(
    paper: Paper, one: Fraction, other: Fraction, share: Fraction
) -> None:
    start, due = sorted((paper.at(one), paper.at(other)))
    assume(paper.calendar.working_time_between(start, due))
    moment = paper.calendar.at_share(start, due, share, working=True)
    assert paper.calendar.elapsed_share(start, due, moment, working=True) >= share
    assert paper.calendar.elapsed_share(start, due, moment - timedelta(microseconds=1), working=True) < share


@given(papers(), places, st.integers(1, 10**9), st.integers(1, 8), st.sampled_from(list(Unit)))
def test_a_later_start_never_ends_earlier_in_any_calendar(
    paper: Paper, place: Fraction, later: int, n: int, unit: Unit
) -> None:
    start, limit = paper.at(place), Duration(n, unit)
    assert paper.calendar.add(start, limit) <= paper.calendar.add(start + timedelta(microseconds=later), limit)
