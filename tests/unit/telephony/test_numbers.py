"""What a carrier sends, in one spelling; what is no number is none."""

import pytest

from contracts.vocabulary import NumberKind
from services.telephony.rules.numbers import masked, number

READ = [
    ("13900139002", NumberKind.MOBILE, "13900139002"),
    ("+8613900139002", NumberKind.MOBILE, "13900139002"),
    ("0086 139-0013-9002", NumberKind.MOBILE, "13900139002"),
    ("8613900139002", NumberKind.MOBILE, "13900139002"),
    ("013900139002", NumberKind.MOBILE, "13900139002"),
    ("053188001234", NumberKind.LANDLINE, "053188001234"),
    ("+8653188001234", NumberKind.LANDLINE, "053188001234"),
    ("88001234", NumberKind.LANDLINE, "88001234"),
    ("12345", NumberKind.SHORT, "12345"),
    ("8001", NumberKind.SHORT, "8001"),
    ("4008123123", NumberKind.SHORT, "4008123123"),
    ("+85225551234", NumberKind.FOREIGN, "0085225551234"),
    ("anonymous", NumberKind.WITHHELD, ""),
    ("", NumberKind.WITHHELD, ""),
    ("<unknown>", NumberKind.UNKNOWN, ""),
    ("139****9002", NumberKind.UNKNOWN, ""),
    ("sip:13900139002@x", NumberKind.UNKNOWN, ""),
    ("1" * 60, NumberKind.UNKNOWN, ""),
    ("١٢٣٤٥", NumberKind.UNKNOWN, ""),
]


@pytest.mark.parametrize(("sent", "kind", "digits"), READ)
def test_a_number_has_one_spelling_and_a_kind(sent: str, kind: NumberKind, digits: str) -> None:
    assert number(sent) == (kind, digits)


def test_a_screen_shows_enough_to_recognise_and_too_little_to_call() -> None:
    assert masked("13900139002") == "139****9002"
    assert masked("88001234") == "****1234"
    assert masked("12345") == "12345"
