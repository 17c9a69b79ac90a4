"""Durations as a procedure writes them: a whole number and a unit spelt out, nothing else."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import ClassVar, Self

from procedures.spelling import SpellingError, Spelt, half_width, misspelt


class Unit(StrEnum):
    """Clock units run round the clock, natural days (自然日) among them; working units only in working time."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"


_CLOCK_UNITS = {
    Unit.MINUTES: timedelta(minutes=1),
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: timedelta(days=1),
}
_SMALLER = {Unit.DAYS: (Unit.HOURS, 24), Unit.HOURS: (Unit.MINUTES, 60)}
_WORKING = frozenset({Unit.WORKING_DAYS, Unit.WORKING_HOURS})
_SPELLING = re.compile(r"([1-9][0-9]{0,3}) (minute|hour|day|working day|working hour)s?")

ACCEPTED = ("5 minutes", "2 hours", "7 days", "3 working days", "1 working hour")
"""One example of each spelling; a bad duration names them."""

_CHINESE_UNITS = {
    "分钟": Unit.MINUTES,
    "小时": Unit.HOURS,
    "天": Unit.DAYS,
    "日": Unit.DAYS,
    "自然日": Unit.DAYS,
    "工作日": Unit.WORKING_DAYS,
    "工作小时": Unit.WORKING_HOURS,
}
_CHINESE = re.compile(rf"([1-9][0-9]{{0,3}})\s*个?({'|'.join(_CHINESE_UNITS)})")


@dataclass(frozen=True)
class Duration(Spelt):
    """An amount of clock or working time, as the clause states it."""

    spelling: ClassVar[re.Pattern[str]] = _SPELLING
    accepted: ClassVar[tuple[str, ...]] = ACCEPTED

    amount: int
    unit: Unit
    share: Fraction | None = None
    """A limit may be a part of a duration that no whole number of a unit is: half of 5 working days."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `5 minutes`, `3 working days` and the like (`ACCEPTED`); SpellingError says what is accepted.

        Nothing else is read, but for `3个工作日` and `３ working days` the message says what to type.
        """
        found = _SPELLING.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise cls._unread(text)
        return cls(int(found[1]), Unit(found[2].replace(" ", "_") + "s"))

    @classmethod
    def told(cls, text: str) -> Self:
        """Read what `str` says of a limit, a part of a duration included, which no file spells so."""
        share, _, whole = text.rpartition(" of ")
        found = cls.parse(whole)
        return replace(found, share=Fraction(share)) if share else found

    def part(self, share: Fraction) -> Self:
        """This share of it, in whole numbers of a unit where there are any: half of 5 hours is 150 minutes."""
        amount, unit = self.amount * share, self.unit
        while amount.denominator != 1 and unit in _SMALLER:
            unit, many = _SMALLER[unit]
            amount *= many
        return replace(self, amount=int(amount), unit=unit) if amount.denominator == 1 else replace(self, share=share)

    @property
    def whole(self) -> Self:
        """What it is a part of."""
        return replace(self, share=None)

    @classmethod
    def _unread(cls, value: object) -> SpellingError:
        chinese = _CHINESE.fullmatch(half_width(value)) if isinstance(value, str) else None
        if chinese is None:
            return misspelt(value, "duration", "duration", ACCEPTED)
        write = str(cls(int(chinese[1]), _CHINESE_UNITS[chinese[2]]))
        why = f"{value!r} is not a duration: its unit is spelt in English, type {write!r}"
        return SpellingError("unit_in_chinese", why, ACCEPTED, write=write)

    @cached_property
    def is_working(self) -> bool:
        """Whether only working time counts."""
        return self.unit in _WORKING

    @cached_property
    def clock_time(self) -> timedelta:
        """The length of a clock duration; working time has none without a calendar (ValueError)."""
        if self.is_working:
            raise ValueError(f"{self} has no length without a calendar")
        length = _CLOCK_UNITS[self.unit] * self.amount
        return length * self.share.numerator / self.share.denominator if self.share else length

    @cached_property
    def _text(self) -> str:
        words = self.unit.value.replace("_", " ")
        whole = f"{self.amount} {words[:-1] if self.amount == 1 else words}"
        return f"{self.share} of {whole}" if self.share else whole

    def __str__(self) -> str:
        return self._text
