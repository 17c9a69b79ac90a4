"""Work-order numbers survive being read over the phone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.numbering import Number, check_digit, parse
from procedures.model.part import HOTLINE

NUMBERS = st.builds(
    Number,
    st.from_regex(HOTLINE, fullmatch=True, alphabet=st.characters(max_codepoint=127)),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(1, 9_999_999),
)


def test_the_check_digit_is_iso_7064_mod_11_10() -> None:
    assert check_digit("0794") == 5  # the standard's own example, 07945


def test_a_number_names_hotline_local_date_and_serial() -> None:
    assert str(Number("956100", date(2026, 11, 20), 42)) == "956100-20261120-00042-4"


@given(NUMBERS)
def test_what_is_written_can_be_read(number: Number) -> None:
    assert parse(str(number)) == number


@given(NUMBERS, st.data())
def test_one_wrong_digit_is_noticed(number: Number, data: st.DataObject) -> None:
    text = str(number)
    place = data.draw(st.sampled_from([place for place, letter in enumerate(text) if letter.isdigit()]))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[place]]))
    assert parse(text[:place] + wrong + text[place + 1 :]) is None


@pytest.mark.parametrize(
    "spelt", ["956100 20261120 00042 4", "９５６１００－２０２６１１２０－０００４２－４", " 956100–20261120–00042–4 "]
)
def test_spaces_dashes_and_full_width_digits_do_no_harm(spelt: str) -> None:
    assert parse(spelt) == Number("956100", date(2026, 11, 20), 42)


@pytest.mark.parametrize("spelt", ["", "956100", "956100-20261320-00042-4", "956100-20261120-42-4", "hello"])
def test_what_is_no_number_is_none(spelt: str) -> None:
    assert parse(spelt) is None


def test_a_serial_with_a_nought_too_many_is_no_number() -> None:
    assert parse("956100-20060410-100000-0") is not None
    assert parse("956100-20060410-000000-4") is None
