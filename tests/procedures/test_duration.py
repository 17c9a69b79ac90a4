"""Durations are spelt out or refused."""

import pytest

from procedures.duration import ACCEPTED, Duration, Unit


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("5 minutes", 5, Unit.MINUTES),
        ("1 minute", 1, Unit.MINUTES),
        ("2 hours", 2, Unit.HOURS),
        ("7 days", 7, Unit.DAYS),
        ("3 working days", 3, Unit.WORKING_DAYS),
        ("1 working day", 1, Unit.WORKING_DAYS),
        ("1 working hour", 1, Unit.WORKING_HOURS),
    ],
)
def test_every_explicit_spelling_is_read_and_written_back(text: str, amount: int, unit: Unit) -> None:
    duration = Duration.parse(text)
    assert (duration.amount, duration.unit) == (amount, unit)
    assert str(duration) == text


@pytest.mark.parametrize(
    "text",
    ["1:30", "90", "2h", "3 wd", "30 seconds", "0 minutes", "1.5 hours", "3  days", " 3 days", "-1 days", "P3D", ""],
)
def test_anything_else_is_refused_and_told_what_is_accepted(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration") as refused:
        Duration.parse(text)
    for example in ACCEPTED:
        assert example in str(refused.value)


def test_working_time_has_no_length_without_a_calendar() -> None:
    with pytest.raises(ValueError, match="calendar"):
        _ = Duration.parse("3 working days").clock_time
