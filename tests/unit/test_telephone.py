"""One telephone has one spelling, and words for nobody are nobody."""

import pytest

from contracts.telephone import is_nobody, is_number, spelled

MOBILE = "13912345678"


@pytest.mark.parametrize(
    "written",
    [
        "139-1234-5678",
        "139 1234 5678",
        "139.1234.5678",
        "１３９１２３４５６７８",
        "139–1234—5678",
        "139−1234‑5678",
        "139\u200b1234\u200b5678",
        "\u202d13912345678\u202c",
        "tel:13912345678",
        "tel:+86-139-1234-5678;ext=12",
        "+8613912345678",
        "(+86)13912345678",
        "0086 13912345678",
        "8613912345678",
        "013912345678",
        "电话：13912345678",
        "联系电话为13912345678",
        "手机号码:139 1234 5678",
        "13912345678转801",
        "13912345678 ext. 12",
        "13912345678（手机）",
        "王女士13912345678",
    ],
)
def test_a_mobile_is_one_telephone_in_every_spelling(written: str) -> None:
    assert spelled(written) == MOBILE
    assert is_number(written)


@pytest.mark.parametrize(
    "written", ["0531-86001234", "(0531) 8600 1234", "+86 531 86001234", "8653186001234", "0531-86001234-801"]
)
def test_a_landline_is_one_telephone_with_its_area_code(written: str) -> None:
    assert spelled(written) == "053186001234"


@pytest.mark.parametrize("short", ["110", "95598", "956100", "86001234", "4001234567"])
def test_short_and_local_numbers_are_what_was_dialled(short: str) -> None:
    assert spelled(short) == short


def test_numbers_abroad_are_dialled_with_two_noughts() -> None:
    assert spelled("+44 20 7946 0958") == spelled("0044 20 7946 0958") == "00442079460958"


@pytest.mark.parametrize("other", ["13912345679", "053113912345678", "web-王", "139****5678", "12", "00000000000"])
def test_what_is_another_number_or_none_is_not_taken_for_this_one(other: str) -> None:
    assert spelled(other) != MOBILE


@pytest.mark.parametrize("written", ["139****5678", "12", "00000000000", "web-王", "", "电话"])
def test_what_is_no_number_is_none(written: str) -> None:
    assert not is_number(written)


@pytest.mark.parametrize(
    "written",
    [
        "anonymous",
        "<Anonymous>",
        "匿名",
        "未知",
        "不详",
        "0",
        "000",
        "-",
        "—",
        "N/A",
        "ＡＮＯＮＹＭＯＵＳ",
        "保密",
        "sip:anonymous@x",
    ],
)
def test_words_for_nobody_are_nobody(written: str) -> None:
    assert is_nobody(written)


@pytest.mark.parametrize("written", ["王女士", "吴", "13912345678", "历下区无影山路3号", "110"])
def test_a_name_a_number_and_a_place_are_somebody(written: str) -> None:
    assert not is_nobody(written)
