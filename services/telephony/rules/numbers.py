"""What kind of number a carrier sends, in the one spelling by which it is looked up, and what a screen shows of it."""

import re
from typing import NamedTuple

from contracts.telephone import spelled
from contracts.vocabulary import NumberKind

_LONGEST = 24
_WITHHELD = frozenset({"", "anonymous", "restricted", "private", "unavailable", "withheld"})
_DIALLED = re.compile(r"[+0-9]+")
_KINDS = (
    (NumberKind.MOBILE, re.compile(r"1[3-9]\d{9}")),
    (NumberKind.LANDLINE, re.compile(r"0\d{2,3}\d{7,8}|[2-9]\d{6,7}")),
    (NumberKind.SHORT, re.compile(r"\d{3,6}|[48]00\d{7}")),
)
_ABROAD = re.compile(r"00[1-9]\d{6,14}")


class Number(NamedTuple):
    """`digits` is empty where there is no number to call or to look up."""

    kind: NumberKind
    digits: str


def number(sent: str) -> Number:
    """Read what the carrier sent: `+86 138…`, `0138…`, an area code with or without its 0, a short code, nothing."""
    packed = re.sub(r"[\s\-().（）]", "", sent[: _LONGEST * 2]).casefold()
    if packed.strip("<>") in _WITHHELD:
        return Number(NumberKind.WITHHELD, "")
    national = spelled(packed) if len(packed) <= _LONGEST and _DIALLED.fullmatch(packed) else ""
    for kind, pattern in (*_KINDS, (NumberKind.FOREIGN, _ABROAD)):
        if pattern.fullmatch(national):
            return Number(kind, national)
    return Number(NumberKind.UNKNOWN, "")


def masked(digits: str) -> str:
    """139****9002: enough to recognise what somebody reads out, too little to call."""
    if len(digits) < 7:
        return digits
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 8 else f"****{digits[-4:]}"
