"""The numbers that a procedure file decides, and each a little larger and smaller: still well written."""

import re
from collections.abc import Iterator
from fractions import Fraction

_DURATION = re.compile(r"([0-9]+) ((?:working )?(?:minute|hour|day))s?")
_SHARE = re.compile(r"[0-9]+/[0-9]+")
_TIME = re.compile(r"[0-2][0-9]:[0-5][0-9]")
_DAY = 24 * 60
_PERIOD = re.compile(rf"({_TIME.pattern})-({_TIME.pattern})")
_STEP = 30
_TENTH = Fraction(1, 10)


def neighbours(value: object) -> Iterator[object]:
    """A step down and a step up of a number, if it is one; zero and less than nothing are left out."""
    if isinstance(value, bool):
        return
    if isinstance(value, int):
        yield from (each for each in (value - 1, value + 1) if each >= 0)
    elif isinstance(value, float):
        yield from (float(each) for each in _shares(Fraction(str(value))))
    elif isinstance(value, str):
        yield from _written(value)


def _written(text: str) -> Iterator[str]:
    if found := _DURATION.fullmatch(text):
        yield from (f"{amount} {found[2]}s" for amount in _around(int(found[1])) if amount > 0)
    elif _SHARE.fullmatch(text):
        yield from (str(share) for share in _shares(Fraction(text)))
    elif _TIME.fullmatch(text):
        yield from _times(text)
    elif found := _PERIOD.fullmatch(text):
        yield from (f"{begins}-{found[2]}" for begins in _times(found[1]))
        yield from (f"{found[1]}-{ends}" for ends in _times(found[2]))


def _around(number: int) -> tuple[int, int]:
    return number - 1, number + 1


def _shares(share: Fraction) -> Iterator[Fraction]:
    yield from (each for each in (share - _TENTH, share + _TENTH) if 0 < each <= 1)


def _times(text: str) -> Iterator[str]:
    hours, minutes = text.split(":")
    moment = int(hours) * 60 + int(minutes)
    moved = (each for each in (moment - _STEP, moment + _STEP) if 0 <= each <= _DAY)
    yield from (f"{each // 60:02}:{each % 60:02}" for each in moved)
