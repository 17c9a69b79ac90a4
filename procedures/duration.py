"""Durations as a procedure writes them: a whole number and a unit spelt out, nothing else."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema


class Unit(StrEnum):
    """Clock units run round the clock; working units only in working time (design reading 1)."""

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
_WORKING = frozenset({Unit.WORKING_DAYS, Unit.WORKING_HOURS})
_SPELLING = re.compile(r"([1-9][0-9]{0,3}) (minute|hour|day|working day|working hour)s?")

ACCEPTED = ("5 minutes", "2 hours", "7 days", "3 working days", "1 working hour")
"""One example of each spelling; a bad duration names them."""


@dataclass(frozen=True)
class Duration:
    """An amount of clock or working time, as the clause states it."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Read `5 minutes`, `3 working days` and the like (`ACCEPTED`); ValueError says what is accepted."""
        found = _SPELLING.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ValueError(f"{text!r} is not a duration; accepted: {', '.join(ACCEPTED)}")
        return cls(int(found[1]), Unit(found[2].replace(" ", "_") + "s"))

    @cached_property
    def is_working(self) -> bool:
        """Whether only working time counts."""
        return self.unit in _WORKING

    @cached_property
    def clock_time(self) -> timedelta:
        """The length of a clock duration; working time has none without a calendar (ValueError)."""
        if self.is_working:
            raise ValueError(f"{self} has no length without a calendar")
        return _CLOCK_UNITS[self.unit] * self.amount

    def __str__(self) -> str:
        words = self.unit.value.replace("_", " ")
        return f"{self.amount} {words[:-1] if self.amount == 1 else words}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """In a model a duration is its spelling, both ways."""
        return core_schema.no_info_plain_validator_function(
            _validated, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{_SPELLING.pattern}$", "examples": list(ACCEPTED)}


def _validated(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    try:
        return Duration.parse(value)  # type: ignore[arg-type]  # parse refuses anything but text itself
    except ValueError as fault:
        raise PydanticCustomError("duration", "{reason}", {"reason": str(fault), "accepts": list(ACCEPTED)}) from fault
