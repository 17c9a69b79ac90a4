"""Work-order numbers that can be read over the phone: 956100-20261120-00042-7 (hotline, date, serial, check digit)."""

import re
import unicodedata
from datetime import date
from typing import NamedTuple

_SHAPE = re.compile(r"(\d{3,12})-(\d{8})-(\d{5,9})-(\d)")
_PAUSES = re.compile(r"[\s\-‐-―_.·]+")


class Number(NamedTuple):
    """A work-order number's parts; `serial` counts the utility's tickets of the local day from 1."""

    hotline: str
    day: date
    serial: int

    def __str__(self) -> str:
        body = f"{self.hotline}-{self.day:%Y%m%d}-{self.serial:05d}"
        return f"{body}-{check_digit(body)}"


def check_digit(body: str) -> int:
    """ISO 7064 MOD 11,10 over the digits: finds every single wrong digit and nearly every swap of neighbours."""
    product = 10
    for digit in body:
        if digit.isdigit():
            total = (int(digit) + product) % 10 or 10
            product = total * 2 % 11
    return (11 - product) % 10


def is_shaped(text: str) -> bool:
    """Whether a text looks like a work-order number, right or misheard."""
    return _SHAPE.fullmatch(_spaced(text)) is not None


def _spaced(text: str) -> str:
    return _PAUSES.sub("-", unicodedata.normalize("NFKC", text).strip())


def parse(text: str) -> Number | None:
    """Read a number as typed: spaces, dots, other dashes or full-width digits do no harm.

    None when it has not the shape of a number, its date is none, its serial has a nought too many, or its check digit
    is wrong (misheard or mistyped).
    """
    found = _SHAPE.fullmatch(_spaced(text))
    if found is None:
        return None
    hotline, day, serial, _ = found.groups()
    try:
        number = Number(hotline, date(int(day[:4]), int(day[4:6]), int(day[6:])), int(serial))
    except ValueError:
        return None
    return number if str(number) == "-".join(found.groups()) else None
