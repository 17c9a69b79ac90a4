"""China's working days against lists written by hand from the State Council's yearly notices (国务院办公厅通知)."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from procedures.calendar import Calendar

Span = tuple[str, str]

OFF: dict[int, list[Span]] = {
    2019: [
        ("01-01", "01-01"),  # 2018-12-30 to 2019-01-01
        ("02-04", "02-10"),
        ("04-05", "04-07"),
        ("05-01", "05-04"),  # as amended in March 2019
        ("06-07", "06-09"),
        ("09-13", "09-15"),
        ("10-01", "10-07"),
    ],
    2024: [
        ("01-01", "01-01"),
        ("02-10", "02-17"),
        ("04-04", "04-06"),
        ("05-01", "05-05"),
        ("06-08", "06-10"),
        ("09-15", "09-17"),
        ("10-01", "10-07"),
    ],
    2025: [
        ("01-01", "01-01"),
        ("01-28", "02-04"),
        ("04-04", "04-06"),
        ("05-01", "05-05"),
        ("05-31", "06-02"),
        ("10-01", "10-08"),
    ],
    2026: [
        ("01-01", "01-03"),
        ("02-15", "02-23"),
        ("04-04", "04-06"),
        ("05-01", "05-05"),
        ("06-19", "06-21"),
        ("09-25", "09-27"),
        ("10-01", "10-07"),
    ],
}

WORKED: dict[int, list[str]] = {
    2019: ["02-02", "02-03", "04-28", "05-05", "09-29", "10-12"],
    2024: ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    2025: ["01-26", "02-08", "04-27", "09-28", "10-11"],
    2026: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}


def days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def off_days(year: int) -> set[date]:
    found: set[date] = set()
    for first, last in OFF[year]:
        begin, end = date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}")
        found |= {begin + timedelta(days=n) for n in range((end - begin).days + 1)}
    return found


@pytest.mark.parametrize("year", sorted(OFF))
def test_every_day_of_the_year_is_worked_exactly_as_the_notice_says(year: int) -> None:
    off = off_days(year)
    worked = {date.fromisoformat(f"{year}-{day}") for day in WORKED[year]}
    expected = {day for day in days_of(year) if day in worked or (day.weekday() < 5 and day not in off)}
    calendar = Calendar()
    assert {day for day in days_of(year) if calendar.is_working_day(day)} == expected


def test_the_notice_for_2019_also_moved_the_last_days_of_2018() -> None:
    calendar = Calendar()
    assert calendar.is_working_day(date(2018, 12, 29))
    assert not calendar.is_working_day(date(2018, 12, 31))


STATUTORY = dict.fromkeys(range(2008, 2025), 11) | {2025: 13, 2026: 13}
"""Days of leave a year, whatever was moved: 11 since 2008, 13 since 2025 (Orders 513, 644 and 795)."""

UNEQUAL = {
    2011: 10,  # 2011-12-31 was worked for 2012-01-03
    2012: 12,
    2015: 12,  # 3 September, the victory's 70th anniversary
    2020: 13,  # the Spring Festival was lengthened by two working days
}


@pytest.mark.parametrize("year", sorted(STATUTORY))
def test_in_every_announced_year_weekdays_off_less_weekend_days_worked_are_the_statutory_days(year: int) -> None:
    calendar = Calendar()
    weekdays_off = sum(1 for day in days_of(year) if day.weekday() < 5 and not calendar.is_working_day(day))
    weekend_worked = sum(1 for day in days_of(year) if day.weekday() >= 5 and calendar.is_working_day(day))
    assert weekdays_off - weekend_worked == UNEQUAL.get(year, STATUTORY[year])
