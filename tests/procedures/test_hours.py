"""Periods, hours and seasons: what can be written, and what contradicts itself."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from procedures.hours import ACCEPTED, Hours, Period, Season, overlapping
from procedures.spelling import SpellingError

EVERY_DAY = frozenset(range(7))


def periods(*texts: str) -> tuple[Period, ...]:
    return tuple(map(Period.parse, texts))


@pytest.mark.parametrize(
    ("text", "begins", "until"),
    [
        ("08:30-12:00", 510, 720),
        ("18:00-24:00", 1080, 1440),
        ("18:00-00:00", 1080, 1440),
        ("00:00-24:00", 0, 1440),
        ("22:00-06:00", 1320, 1800),
        ("08:00-08:00", 480, 1920),
    ],
)
def test_a_period_is_read_over_midnight_and_until_it_and_written_back(text: str, begins: int, until: int) -> None:
    period = Period.parse(text)
    assert (period.begins, period.until) == (begins, until)
    assert str(period) == text
    assert TypeAdapter(Period).dump_python(TypeAdapter(Period).validate_python(text)) == text


@pytest.mark.parametrize(
    "text", ["8:30-12:00", "08:30", "08:30-24:30", "24:00-06:00", "08:60-09:00", "08:30 - 12:00", "8 am", "", 90]
)
def test_anything_else_is_refused_and_told_what_is_accepted(text: str) -> None:
    with pytest.raises(SpellingError, match="is not a period") as refused:
        Period.parse(text)
    assert (refused.value.code, refused.value.accepts) == ("period", ACCEPTED)
    assert all(example in str(refused.value) for example in ACCEPTED)


def test_a_full_width_colon_is_told_to_be_typed_again() -> None:
    with pytest.raises(ValidationError, match="'：' → ':'") as refused:
        TypeAdapter(Period).validate_python("08：30-12：00")
    assert refused.value.errors()[0]["type"] == "retype"


@pytest.mark.parametrize(("begins", "ends"), [(-1, 60), (1440, 60), (0, 1441)])
def test_a_minute_that_no_day_has_is_refused(begins: int, ends: int) -> None:
    with pytest.raises(ValueError, match="no period"):
        Period(begins, ends)


@pytest.mark.parametrize(
    ("texts", "both"),
    [
        (("13:00-17:30", "08:30-13:30"), ("08:30-13:30", "13:00-17:30")),
        (("22:00-06:00", "05:30-12:00"), ("22:00-06:00", "05:30-12:00")),
        (("20:00-02:00", "22:00-06:00"), ("20:00-02:00", "22:00-06:00")),
        (("00:00-24:00", "12:00-13:00"), ("00:00-24:00", "12:00-13:00")),
        (("08:00-12:00", "08:00-12:00"), ("08:00-12:00", "08:00-12:00")),
    ],
)
def test_two_periods_that_overlap_are_named_and_make_no_hours(texts: tuple[str, ...], both: tuple[str, str]) -> None:
    found = overlapping(periods(*texts))
    assert found is not None
    assert tuple(map(str, found)) == both
    with pytest.raises(ValueError, match=f"{both[0]} and {both[1]} overlap"):
        Hours(EVERY_DAY, periods(*texts))


def test_periods_that_only_touch_do_not_overlap() -> None:
    assert overlapping(periods("22:00-06:00", "06:00-14:00", "14:00-22:00")) is None
    assert overlapping(periods("08:00-08:00")) is None
    assert overlapping(()) is None


def test_a_working_day_has_a_period() -> None:
    with pytest.raises(ValueError, match="needs a period"):
        Hours(EVERY_DAY, ())


@pytest.mark.parametrize(
    ("first", "last", "inside", "outside"),
    [
        ((5, 1), (9, 30), ["2026-05-01", "2026-09-30"], ["2026-04-30", "2026-10-01"]),
        ((11, 15), (3, 15), ["2026-11-15", "2026-12-31", "2027-01-01", "2027-03-15"], ["2027-03-16", "2026-11-14"]),
        ((2, 29), (2, 29), ["2028-02-29"], ["2027-02-28", "2027-03-01"]),
        ((12, 1), (2, 29), ["2027-02-28", "2028-02-29"], ["2027-03-01"]),
    ],
)
def test_a_season_holds_from_its_first_day_to_its_last_every_year(
    first: tuple[int, int], last: tuple[int, int], inside: list[str], outside: list[str]
) -> None:
    season = Season(first, last, Hours(EVERY_DAY, periods("09:00-18:00")))
    assert [day for day in inside if not season.includes(date.fromisoformat(day))] == []
    assert [day for day in outside if season.includes(date.fromisoformat(day))] == []


@pytest.mark.parametrize("wrong", [(2, 30), (13, 1), (0, 1)])
def test_a_season_begins_and_ends_on_a_day_that_exists(wrong: tuple[int, int]) -> None:
    for first, last in ((wrong, (12, 1)), ((1, 1), wrong)):
        with pytest.raises(ValueError, match=r"must be in|out of range"):
            Season(first, last, Hours(EVERY_DAY, periods("09:00-18:00")))
