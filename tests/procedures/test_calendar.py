"""Working-time arithmetic: examples by hand, and laws that hold for any moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.fact import EARLIEST, LATEST
from procedures.calendar import Calendar, DayOff
from procedures.duration import Duration, Unit
from procedures.hours import Hours, Period, Season

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
    shop = Calendar(country=None, hours=Hours(frozenset(range(7)), (Period.parse("09:00-21:00"),)))
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


def hours(*texts: str, weekdays: frozenset[int] = frozenset(range(5))) -> Hours:
    return Hours(weekdays, tuple(map(Period.parse, texts)))


LUNCH = Calendar(hours=hours("08:30-12:00", "13:30-17:30"))
SUMMER = Calendar(
    hours=hours("08:30-12:00", "13:00-17:00"),
    seasons=(Season((5, 1), (9, 30), hours("08:00-12:00", "15:00-18:30")),),
)
NIGHT = Calendar(hours=hours("22:00-06:00"))
ALWAYS = Calendar(country=None, hours=hours("00:00-24:00", weekdays=frozenset(range(7))))


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-11-20 11:00", "2 working hours", "2026-11-20 14:30:00"),  # over the lunch break
        ("2026-11-20 11:00", "1 working hour", "2026-11-20 12:00:00"),  # ends as the break begins
        ("2026-11-20 12:30", "1 working hour", "2026-11-20 14:30:00"),
        ("2026-11-20 12:30", "1 working day", "2026-11-23 13:30:00"),  # the break is outside: from 13:30 on
        ("2026-11-20 12:00", "1 working day", "2026-11-23 13:30:00"),
        ("2026-11-20 11:59:59", "1 working day", "2026-11-23 11:59:59"),
    ],
)
def test_a_lunch_break_is_no_working_time(start: str, limit: str, due: str) -> None:
    assert after(start, limit, LUNCH) == due


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-09-30 10:00", "1 working day", "2026-10-08 10:00:00"),
        ("2026-09-30 08:10", "1 working day", "2026-10-08 08:30:00"),  # not open so early in autumn
        ("2026-09-30 18:10", "1 working day", "2026-10-08 17:00:00"),  # nor so late: with that day's last period
        ("2026-04-30 14:00", "1 working day", "2026-05-06 15:00:00"),  # in the longer break of summer
        ("2026-04-30 17:00", "1 working day", "2026-05-07 08:00:00"),  # closed: counted from the next opening
        ("2026-09-30 17:30", "2 working hours", "2026-10-08 09:30:00"),
        ("2026-09-19 16:00", "1 working hour", "2026-09-20 09:00:00"),  # Sunday 20 September is worked, in summer hours
        ("2026-10-09 16:30", "1 working hour", "2026-10-10 09:00:00"),  # Saturday 10 October in autumn's
    ],
)
def test_each_season_has_its_own_hours_also_on_make_up_workdays(start: str, limit: str, due: str) -> None:
    assert after(start, limit, SUMMER) == due


HALF_SATURDAY = Hours(
    frozenset(range(5)), hours("08:30-12:00", "13:30-17:30").periods, ((5, hours("09:00-12:00").periods),)
)
SATURDAYS = Calendar(hours=HALF_SATURDAY, open=frozenset({date(2026, 11, 22)}))


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-11-13 16:30", "4 working hours", "2026-11-14 12:00:00"),  # one on Friday, three on Saturday
        ("2026-11-13 16:30", "5 working hours", "2026-11-16 09:30:00"),
        ("2026-11-14 10:00", "1 working day", "2026-11-16 10:00:00"),
        ("2026-11-13 15:00", "1 working day", "2026-11-14 12:00:00"),  # no afternoon: with that day's last period
        ("2026-11-14 12:00", "1 working day", "2026-11-17 08:30:00"),
        ("2026-10-09 16:30", "5 working hours", "2026-10-10 14:00:00"),  # a make-up Saturday is a whole day
        ("2026-11-21 11:00", "8 working hours", "2026-11-22 17:00:00"),  # and so is a Sunday that was opened
    ],
)
def test_a_half_saturday_is_a_working_day_of_its_own_hours(start: str, limit: str, due: str) -> None:
    assert after(start, limit, SATURDAYS) == due


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-16 10:00", "2026-11-18 14:30:00"),  # two days and half of the nine hours of a third
        ("2026-11-20 16:00", "2026-11-25 11:30:00"),
        ("2026-11-21 12:00", "2026-11-25 13:00:00"),
    ],
)
def test_half_of_five_working_days_is_half_of_the_working_time_in_them(start: str, due: str) -> None:
    half = Duration.parse("5 working days").part(Fraction(1, 2))
    assert CALENDAR.add(at(start), half).astimezone(CALENDAR.zone) == at(due)


def test_the_first_season_that_includes_a_day_counts() -> None:
    flood = Season((7, 1), (7, 31), hours("00:00-24:00", weekdays=frozenset(range(7))))
    flooded = Calendar(country=None, hours=SUMMER.hours, seasons=(flood, *SUMMER.seasons))
    assert flooded.is_working_time(at("2026-07-04 03:00"))
    assert not flooded.is_working_time(at("2026-06-27 03:00"))
    assert flooded.makeup_days(at("2026-07-04 03:00"), at("2026-07-05 03:00")) == ()


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2026-11-19 23:00", "1 working day", "2026-11-20 23:00:00"),
        ("2026-11-20 02:00", "1 working day", "2026-11-21 02:00:00"),  # Thursday's shift to Friday's, on Saturday
        ("2026-11-21 02:00", "1 working day", "2026-11-24 02:00:00"),  # Friday's shift to Monday's
        ("2026-11-21 06:00", "1 working day", "2026-11-24 22:00:00"),
        ("2026-11-20 23:00", "8 working hours", "2026-11-23 23:00:00"),  # until 06:00 on Saturday, then on Monday
        ("2026-11-20 23:00", "7 working hours", "2026-11-21 06:00:00"),
        ("2026-09-30 23:00", "8 working hours", "2026-10-08 23:00:00"),  # the tail is worked into the holiday
    ],
)
def test_a_night_shift_belongs_to_the_day_on_which_it_begins(start: str, limit: str, due: str) -> None:
    assert after(start, limit, NIGHT) == due


def test_a_day_off_after_a_night_has_a_tail_but_no_shift_of_its_own() -> None:
    assert NIGHT.is_working_time(at("2026-11-21 05:59"))
    assert not NIGHT.is_working_time(at("2026-11-21 22:00"))
    assert not NIGHT.is_working_day(date(2026, 11, 21))
    assert [day.date.day for day in NIGHT.skipped_days(at("2026-11-20 23:00"), at("2026-11-23 23:00"))] == [21, 22]


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-19 23:00", "2026-11-21 06:00:00"),
        ("2026-11-20 02:00", "2026-11-21 06:00:00"),  # still Thursday's shift
        ("2026-11-20 07:00", "2026-11-24 06:00:00"),  # Friday, before its shift
        ("2026-11-21 02:00", "2026-11-24 06:00:00"),
    ],
)
def test_counting_by_end_of_day_a_night_ends_when_its_shift_does(start: str, due: str) -> None:
    assert after(start, "1 working day", replace(NIGHT, counting="end_of_day")) == due


def test_counting_by_end_of_day_ends_with_the_last_of_several_periods() -> None:
    assert after("2026-11-20 12:30", "1 working day", replace(LUNCH, counting="end_of_day")) == "2026-11-23 17:30:00"


def test_a_season_that_begins_earlier_in_the_morning_relieves_the_night_before() -> None:
    nights = hours("22:00-08:00", weekdays=frozenset(range(7)))
    mornings = hours("06:00-14:00", weekdays=frozenset(range(7)))
    relieved = Calendar(country=None, hours=nights, seasons=(Season((7, 1), (7, 31), mornings),))
    assert relieved.working_time_between(at("2026-06-30 22:00"), at("2026-07-01 14:00")) == timedelta(hours=16)
    assert after("2026-06-30 07:30", "1 working day", relieved) == "2026-07-01 06:00:00"  # the night ends at six
    closed = replace(relieved, closed=frozenset({date(2026, 7, 1)}))
    assert after("2026-06-30 07:30", "1 working day", closed) == "2026-07-01 07:30:00"  # nobody takes over


def test_round_the_clock_working_time_is_clock_time() -> None:
    assert after("2026-11-20 23:30", "2 working hours", ALWAYS) == "2026-11-21 01:30:00"
    assert after("2026-11-20 23:30", "3 working days", ALWAYS) == "2026-11-23 23:30:00"
    assert ALWAYS.next_opening(at("2026-11-20 00:00")) == at("2026-11-20 00:00")


def test_several_shifts_a_day_leave_no_gap_and_count_nothing_twice() -> None:
    shifts = Calendar(country=None, hours=hours("06:00-14:00", "14:00-22:00", "22:00-06:00"))
    assert shifts.working_time_between(at("2026-11-16 06:00"), at("2026-11-21 06:00")) == timedelta(days=5)
    assert after("2026-11-20 13:00", "2 working hours", shifts) == "2026-11-20 15:00:00"


def test_on_the_day_on_which_clocks_change_the_same_time_of_day_is_kept() -> None:
    berlin = Calendar(timezone="Europe/Berlin", country=None, hours=hours("00:00-24:00", weekdays=frozenset(range(7))))
    for saturday in (date(2026, 3, 28), date(2026, 10, 24)):
        start = datetime.combine(saturday, time(10), berlin.zone)
        due = berlin.add(start, Duration.parse("1 working day")).astimezone(berlin.zone)
        assert due.time() == time(10)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "UTC", "America/New_York"])
def test_the_night_over_new_year_is_worked_in_whichever_year_one_looks_first(zone: str) -> None:
    for moment in ("2026-12-31 23:00", "2027-01-01 02:00", "2027-01-01 09:59"):
        fresh = Calendar(timezone=zone, country=None, hours=hours("22:00-10:00"))
        assert fresh.is_working_time(at(moment).replace(tzinfo=fresh.zone))


def test_where_clocks_change_a_night_is_as_long_as_it_is() -> None:
    berlin = Calendar(timezone="Europe/Berlin", country=None, hours=hours("22:00-06:00", weekdays=frozenset(range(7))))
    zone = berlin.zone
    for evening, length in ((date(2026, 3, 28), 7), (date(2026, 10, 24), 9)):
        start = datetime.combine(evening, time(22), zone)
        assert berlin.working_time_between(start, start + timedelta(hours=8)) == timedelta(hours=length)
        due = berlin.add(start, Duration(length, Unit.WORKING_HOURS)).astimezone(zone)
        assert due.time() == time(6)


def test_where_clocks_go_forward_between_two_periods_nothing_is_worked_twice() -> None:
    """In Berlin 02:00 to 03:00 does not exist on 29 March 2026; of periods within that hour nothing is left."""
    nightly = hours("01:00-02:30", "02:40-02:50", "03:00-04:00", weekdays=frozenset(range(7)))
    berlin = Calendar(timezone="Europe/Berlin", country=None, hours=nightly)
    midnight = datetime(2026, 3, 29, tzinfo=berlin.zone)
    assert berlin.working_time_between(midnight, midnight + timedelta(hours=12)) == timedelta(hours=2)


EDGES = [
    edge.replace(tzinfo=zone)
    for edge in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    for zone in (UTC, CHINA, ZoneInfo("America/New_York"))
]


@pytest.mark.parametrize("moment", EDGES, ids=str)
@pytest.mark.parametrize("limit", ["9999 days", "3 working days", "1 working hour", "9999 working days"])
@pytest.mark.parametrize("calendar", [CALENDAR, END_OF_DAY], ids=["same_time", "end_of_day"])
def test_at_the_edges_of_time_a_limit_ends_somewhere_and_never_fails(
    moment: datetime, limit: str, calendar: Calendar
) -> None:
    due = calendar.add(moment, Duration.parse(limit))
    assert due.utcoffset() == timedelta(0)
    assert due == LATEST if moment.year == 9999 else due < datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("moment", EDGES, ids=str)
def test_at_the_edges_of_time_every_question_has_an_answer(moment: datetime) -> None:
    now = at("2026-11-20 16:00")
    far = moment.year == 9999
    assert not CALENDAR.is_working_time(moment)
    assert not CALENDAR.is_working_day(moment.date())
    assert (CALENDAR.next_opening(moment) == LATEST) is far
    assert (CALENDAR.working_time_between(now, moment) > timedelta(0)) is far
    assert len(CALENDAR.skipped_days(*sorted((now, moment)))) < 40_000
    assert CALENDAR.add_time(moment, timedelta(hours=-1), working=True) == (LATEST if far else EARLIEST)
    for working in (True, False):
        start, due = sorted((now, moment))
        assert CALENDAR.elapsed_share(start, due, due, working=working) == 1
        assert start < CALENDAR.at_share(start, due, Fraction(1, 2), working=working) < due


def test_a_length_beyond_all_time_ends_with_time() -> None:
    now = at("2026-11-20 16:00")
    for working in (True, False):
        assert CALENDAR.add_time(now, timedelta.max, working=working) == LATEST
        assert CALENDAR.add_time(now, timedelta.min, working=working) == EARLIEST


def test_where_nobody_ever_works_no_working_time_ends() -> None:
    never = Calendar(country=None, hours=hours("08:30-17:30", weekdays=frozenset()))
    for limit in ("1 working hour", "1 working day"):
        assert never.add(at("2026-11-20 16:00"), Duration.parse(limit)) == LATEST


def test_a_limit_may_run_over_many_years() -> None:
    plain = Calendar(country=None)
    start = at("2026-11-20 16:00")
    due = plain.add(start, Duration.parse("9995 working days"))
    assert due == start + timedelta(weeks=1999)
    assert plain.working_time_between(start, due) == 9995 * A_DAY
