"""Durations are spelt out or refused."""

from datetime import timedelta
from fractions import Fraction

import pytest
from pydantic import TypeAdapter, ValidationError

from procedures.duration import ACCEPTED, Duration, Unit
from procedures.faults import of_validation
from procedures.spelling import SpellingError
from texts import Language


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
    ("whole", "share", "part"),
    [
        ("5 hours", "1/2", "150 minutes"),
        ("3 days", "1/2", "36 hours"),
        ("10 working days", "1/2", "5 working days"),
        ("5 working days", "1/2", "1/2 of 5 working days"),
        ("1 working hour", "1/3", "1/3 of 1 working hour"),
        ("5 minutes", "1/2", "1/2 of 5 minutes"),
    ],
)
def test_a_part_is_told_in_whole_numbers_where_there_are_any(whole: str, share: str, part: str) -> None:
    found = Duration.parse(whole).part(Fraction(share))
    assert str(found) == part
    assert Duration.told(part) == found


def test_no_file_spells_a_part() -> None:
    with pytest.raises(SpellingError):
        Duration.parse("1/2 of 5 working days")


def test_half_of_five_minutes_is_two_and_a_half() -> None:
    assert Duration.told("1/2 of 5 minutes").clock_time == timedelta(minutes=2, seconds=30)


@pytest.mark.parametrize(
    "text",
    ["1:30", "90", "2h", "3 wd", "30 seconds", "0 minutes", "1.5 hours", "3  days", " 3 days", "-1 days", "P3D", ""],
)
def test_anything_else_is_refused_and_told_what_is_accepted(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration") as refused:
        Duration.parse(text)
    for example in ACCEPTED:
        assert example in str(refused.value)


@pytest.mark.parametrize(
    ("text", "retype"),
    [
        ("３ working days", "'３' → '3'"),
        ("1２ ｈours", "'２' → '2', 'ｈ' → 'h'"),
        ("1：30", "'：' → ':'"),
        ("3\u3000days", "'\\u3000' → ' '"),
    ],
)
def test_full_width_characters_are_refused_and_each_is_told_to_be_typed_again(text: str, retype: str) -> None:
    with pytest.raises(SpellingError, match="full-width") as refused:
        Duration.parse(text)
    assert (refused.value.code, refused.value.params) == ("retype", {"retype": retype})
    assert retype in str(refused.value)


@pytest.mark.parametrize(
    ("text", "write"),
    [
        ("3个工作日", "3 working days"),
        ("１个工作日", "1 working day"),
        ("2 小时", "2 hours"),
        ("30分钟", "30 minutes"),
        ("7天", "7 days"),
        ("15 自然日", "15 days"),
        ("4个工作小时", "4 working hours"),
    ],
)
def test_a_unit_in_chinese_is_refused_and_told_in_english(text: str, write: str) -> None:
    with pytest.raises(SpellingError, match=write) as refused:
        Duration.parse(text)
    assert (refused.value.code, refused.value.params) == ("unit_in_chinese", {"write": write})
    assert str(Duration.parse(write)) == write


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("３ working days", {"zh": "半角：'３' → '3'", "en": "type '３' → '3'"}),
        ("3个工作日", {"zh": "用英文写：3 working days", "en": "in English: 3 working days"}),
        (2, {"zh": "2 不是时限的写法", "en": "2 is not a duration"}),
    ],
)
def test_a_clerk_reads_in_either_language_what_to_type(text: object, told: dict[Language, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Duration).validate_python(text)
    (fault,) = of_validation(refused.value)
    assert fault.accepts == ACCEPTED
    assert {language: words for language, words in told.items() if words not in fault.told(language)} == {}


def test_seven_days_are_natural_days_and_no_working_time() -> None:
    natural = Duration.parse("7 days")
    assert not natural.is_working
    assert natural.clock_time == timedelta(days=7)


def test_working_time_has_no_length_without_a_calendar() -> None:
    with pytest.raises(ValueError, match="calendar"):
        _ = Duration.parse("3 working days").clock_time
