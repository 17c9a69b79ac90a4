"""What kind of number a carrier sends, in the one spelling by which it is looked up, and what a screen shows of it."""

import re
from typing import NamedTuple

from contracts.vocabulary import NumberKind

_LONGEST = 24
_WITHHELD = frozenset({"", "anonymous", "restricted", "private", "unavailable", "withheld"})
_KINDS = (
    (NumberKind.MOBILE, re.compile(r"1[3-9]\d{9}")),
    (NumberKind.LANDLINE, re.compile(r"0\d{2,3}\d{7,8}|[2-9]\d{6,7}")),
    (NumberKind.SHORT, re.compile(r"\d{3,6}|[48]00\d{7}")),
)
_OUR_COUNTRY = re.compile(r"(?:\+|00)?86(?=\d{9,})")
_ABROAD = re.compile(r"(?:\+|00)[1-9]\d{6,14}")
_TRUNK_ZERO = re.compile(r"0(?=1[3-9]\d{9}$)")


class Number(NamedTuple):
    """`digits` is empty where there is no number to call or to look up."""

    kind: NumberKind
    digits: str


def number(sent: str) -> Number:
    """Read what the carrier sent: `+86 138…`, `0138…`, an area code with or without its 0, a short code, nothing."""
    packed = re.sub(r"[\s\-().（）]", "", sent[: _LONGEST * 2]).casefold()
    if packed.strip("<>") in _WITHHELD:
        return Number(NumberKind.WITHHELD, "")
    if len(packed) > _LONGEST or not re.fullmatch(r"\+?[0-9]+", packed):
        return Number(NumberKind.UNKNOWN, "")
    national = _national(packed)
    for kind, pattern in _KINDS:
        if pattern.fullmatch(national):
            return Number(kind, national)
    if _ABROAD.fullmatch(packed):
        return Number(NumberKind.FOREIGN, "00" + packed.removeprefix("+").removeprefix("00"))
    return Number(NumberKind.UNKNOWN, "")


def _national(packed: str) -> str:
    """Without the country's own code, with the 0 of an area code that the code before it had replaced."""
    bare = _OUR_COUNTRY.sub("", packed, count=1)
    if bare != packed and not bare.startswith(("0", "400", "800")) and not re.fullmatch(r"1[3-9]\d{9}", bare):
        return "0" + bare
    return _TRUNK_ZERO.sub("", bare)


def masked(digits: str) -> str:
    """139****9002: enough to recognise what somebody reads out, too little to call."""
    if len(digits) < 7:
        return digits
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 8 else f"****{digits[-4:]}"
