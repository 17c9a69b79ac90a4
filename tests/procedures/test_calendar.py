"""Working-time arithmetic: examples by hand, and laws that hold for any moment."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.calendar import Calendar, DayOff
from procedures.duration import Duration, Unit

CHINA = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar()
END_OF_DAY = Calendar(counting="end_of_day")
A_DAY = timedelta(hours=9)

FIRST = datetime(2018, 1, 1, tzinfo=UTC)

moments = st.timedeltas(timedelta(0), timedelta(days=3620)).map(lambda since: FIRST + since)
"""Any instant, to the microsecond, of the years the library knows by notice, and one beyond."""

working_days = st.integers(1, 15).map(lambda n: Duration(n, Unit.WORKING_DAYS))
working_hours = st.integers(1, 60).map(lambda n: Duration(n, Unit.WORKING_HOURS))
clock_time = st.builds(Duration, st.integers(1, 72), st.sampled_from([Unit.MINUTES, Unit.HOURS, Unit.DAYS]))
durations = st.one_of(working_days, working_hours, clock_time)
shares = st.fractions(Fraction(1, 100), Fraction(1), max_denominator=100)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def after(start: str, limit: str, calendar: Calendar = CALENDAR) -> str:
    return calendar.add(at(start), Duration.parse(limit)).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-11-20 16:54", "3 working days", "2026-11-25 16:54:00"),  # Friday to Wednesday
        ("2026-11-20 08:30", "1 working day", "2026-11-23 08:30:00"),  # the opening itself is inside
        ("2026-11-20 17:30", "1 working day", "2026-11-24 08:30:00"),  # the closing itself is outside
        ("2026-11-20 17:29:59", "1 working day", "2026-11-23 17:29:59"),
        ("2026-11-20 08:29:59", "1 working day", "2026-11-23 08:30:00"),
        ("2026-11-21 12:00", "1 working day", "2026-11-24 08:30:00"),  # Saturday counts from Monday's opening
        ("2026-09-30 16:00", "1 working day", "2026-10-08 16:00:00"),  # over the National Day
        ("2026-10-09 16:00", "1 working day", "2026-10-10 16:00:00"),  # Saturday 10 October is worked
        ("2026-02-13 10:00", "2 working days", "2026-02-24 10:00:00"),  # 14 February is worked, then nine days off
        ("2025-12-31 20:00", "1 working day", "2026-01-05 08:30:00"),  # from Sunday 4 January, worked
        ("2026-11-20 16:30", "2 working hours", "2026-11-23 09:30:00"),
        ("2026-11-20 16:30", "1 working hour", "2026-11-20 17:30:00"),  # ends at the closing, not at the next opening
        ("2026-11-20 22:00", "9 working hours", "2026-11-23 17:30:00"),
        ("2026-11-20 23:30", "2 hours", "2026-11-21 01:30:00"),  # hours run round the clock
        ("2026-09-30 16:00", "7 days", "2026-10-07 16:00:00"),
    ],
)
def test_a_limit_ends_where_a_clerk_counting_on_a_wall_calendar_would_end(start: str, limit: str, due: str) -> None:
    assert after(start, limit) == due


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-20 10:00", "2026-11-23 17:30:00"),
        ("2026-11-20 20:00", "2026-11-23 17:30:00"),
        ("2026-11-21 10:00", "2026-11-23 17:30:00"),
        ("2026-11-22 23:59", "2026-11-23 17:30:00"),
    ],
)
def test_under_the_other_reading_a_working_day_ends_when_the_next_one_closes(start: str, due: str) -> None:
    assert after(start, "1 working day", END_OF_DAY) == due


def test_exactly_half_of_a_budget_is_exactly_one_half() -> None:
    start, due = at("2026-11-20 16:54"), CALENDAR.add(at("2026-11-20 16:54"), Duration.parse("3 working days"))
    half = at("2026-11-24 12:24")
    assert CALENDAR.elapsed_share(start, due, half, working=True) == Fraction(1, 2)
    assert CALENDAR.elapsed_share(start, due, half + timedelta(microseconds=1), working=True) > Fraction(1, 2)
    assert CALENDAR.at_share(start, due, Fraction(1, 2), working=True) == half


def test_the_night_and_the_weekend_use_up_nothing_of_a_working_budget() -> None:
    start = at("2026-11-20 16:30")
    due = CALENDAR.add(start, Duration.parse("2 working hours"))
    shares_ = {
        CALENDAR.elapsed_share(start, due, at(moment), working=True)
        for moment in ("2026-11-20 17:30", "2026-11-22 12:00", "2026-11-23 08:30")
    }
    assert shares_ == {Fraction(1, 2)}


def test_skipped_days_say_why_and_make_up_days_are_told() -> None:
    skipped = CALENDAR.skipped_days(at("2026-09-30 16:00"), at("2026-10-12 09:00"))
    assert [(day.date.day, day.reason) for day in skipped] == [
        (1, DayOff.HOLIDAY),
        (2, DayOff.HOLIDAY),
        (3, DayOff.HOLIDAY),
        (4, DayOff.WEEKEND),
        (5, DayOff.HOLIDAY),
        (6, DayOff.HOLIDAY),
        (7, DayOff.HOLIDAY),
        (11, DayOff.WEEKEND),
    ]
    assert (skipped[0].name_zh, skipped[0].name_en) == ("国庆节", "National Day")
    assert CALENDAR.makeup_days(at("2026-09-30 16:00"), at("2026-10-12 09:00")) == (date(2026, 10, 10),)


def test_the_file_overrides_the_library_for_days_it_does_not_know() -> None:
    told = Calendar(closed=frozenset({date(2027, 2, 11)}), open=frozenset({date(2027, 2, 14)}))
    assert not told.is_working_day(date(2027, 2, 11))
    assert told.is_working_day(date(2027, 2, 14))
    assert after("2027-02-10 10:00", "1 working day") != after("2027-02-10 10:00", "1 working day", told)
    assert told.skipped_days(at("2027-02-11 10:00"), at("2027-02-11 11:00"))[0].reason is DayOff.CLOSED


def test_without_a_country_only_weekends_are_off() -> None:
    plain = Calendar(country=None)
    assert plain.is_working_day(date(2026, 10, 1))
    assert not plain.is_working_day(date(2026, 10, 10))


def test_other_hours_and_weekdays_are_a_matter_of_data() -> None:
    shop = Calendar(country=None, weekdays=frozenset(range(7)), opening=time(9), closing=time(21))
    assert after("2026-11-20 20:00", "2 working hours", shop) == "2026-11-21 10:00:00"


@given(moments, st.integers(0, 10**6), durations)
def test_a_later_start_never_ends_earlier(start: datetime, seconds: int, limit: Duration) -> None:
    later = start + timedelta(seconds=seconds)
    assert CALENDAR.add(start, limit) <= CALENDAR.add(later, limit)


@given(moments, durations)
def test_a_longer_limit_never_ends_earlier(start: datetime, limit: Duration) -> None:
    assert CALENDAR.add(start, limit) < CALENDAR.add(start, Duration(limit.amount + 1, limit.unit))


@given(moments, durations, st.integers(1, 15))
def test_two_limits_one_after_the_other_are_their_sum(start: datetime, limit: Duration, more: int) -> None:
    both = Duration(limit.amount + more, limit.unit)
    assert CALENDAR.add(CALENDAR.add(start, limit), Duration(more, limit.unit)) == CALENDAR.add(start, both)


@given(moments, working_days)
def test_n_working_days_hold_n_days_of_working_time_and_end_inside_hours(start: datetime, limit: Duration) -> None:
    due = CALENDAR.add(start, limit)
    assert CALENDAR.working_time_between(start, due) == limit.amount * A_DAY
    assert CALENDAR.is_working_time(due)


@given(moments, working_days)
def test_n_working_days_are_n_days_stepped_one_by_one_over_the_days_off(start: datetime, limit: Duration) -> None:
    """The arithmetic by table against the plainest way to count."""
    local = CALENDAR.next_opening(start).astimezone(CHINA)
    for _ in range(limit.amount):
        local += timedelta(days=1)
        while not CALENDAR.is_working_day(local.date()):
            local += timedelta(days=1)
    assert CALENDAR.add(start, limit) == local


@given(moments, working_hours)
def test_working_hours_hold_exactly_their_working_time(start: datetime, limit: Duration) -> None:
    due = CALENDAR.add(start, limit)
    assert CALENDAR.working_time_between(start, due) == timedelta(hours=limit.amount)
    before = due - timedelta(microseconds=1)
    assert CALENDAR.working_time_between(start, before) < timedelta(hours=limit.amount)


@given(moments, st.integers(1, 15))
def test_the_other_reading_ends_at_a_closing_and_never_within_the_day_of_the_start(start: datetime, n: int) -> None:
    due = END_OF_DAY.add(start, Duration(n, Unit.WORKING_DAYS)).astimezone(CHINA)
    assert due.time() == time(17, 30)
    assert END_OF_DAY.is_working_day(due.date())
    assert due.date() > start.astimezone(CHINA).date()


@given(moments, moments, moments)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    between = CALENDAR.working_time_between
    assert between(one, two) + between(two, three) == between(one, three)
    assert between(one, two) == -between(two, one)


@given(moments, durations, shares)
def test_at_share_is_the_first_moment_at_which_that_share_is_used(
    start: datetime, limit: Duration, share: Fraction
) -> None:
    due, working = CALENDAR.add(start, limit), limit.is_working
    moment = CALENDAR.at_share(start, due, share, working=working)
    assert start < moment <= due
    assert CALENDAR.elapsed_share(start, due, moment, working=working) >= share
    assert CALENDAR.elapsed_share(start, due, moment - timedelta(microseconds=1), working=working) < share


@given(moments, durations, st.integers(0, 10**7))
def test_the_elapsed_share_runs_from_nothing_to_one_and_never_back(
    start: datetime, limit: Duration, seconds: int
) -> None:
    due, working = CALENDAR.add(start, limit), limit.is_working
    now = start + timedelta(seconds=seconds)
    used = CALENDAR.elapsed_share(start, due, now, working=working)
    assert CALENDAR.elapsed_share(start, due, start, working=working) == 0
    assert CALENDAR.elapsed_share(start, due, due, working=working) == 1
    assert used <= CALENDAR.elapsed_share(start, due, now + timedelta(hours=1), working=working)
    assert now < due or used >= 1


@given(moments, durations, st.sampled_from(["Asia/Shanghai", "America/New_York", "Asia/Tokyo"]))
def test_the_offset_in_which_a_moment_is_given_changes_nothing(start: datetime, limit: Duration, zone: str) -> None:
    due = CALENDAR.add(start.astimezone(ZoneInfo(zone)), limit)
    assert due == CALENDAR.add(start, limit)
    assert due.utcoffset() == timedelta(0)


@given(moments, durations)
def test_no_clock_change_ever_moves_a_deadline(start: datetime, limit: Duration) -> None:
    assert start.astimezone(CHINA).utcoffset() == CALENDAR.add(start, limit).astimezone(CHINA).utcoffset()


def test_where_clocks_do_change_the_same_time_of_day_is_kept() -> None:
    berlin = Calendar(timezone="Europe/Berlin", country=None)
    due = berlin.add(datetime(2026, 3, 27, 10, tzinfo=ZoneInfo("Europe/Berlin")), Duration.parse("1 working day"))
    assert due.astimezone(ZoneInfo("Europe/Berlin")).isoformat() == "2026-03-30T10:00:00+02:00"
