"""Values for a JSON Schema: plausible ones, and those that an attacker would send in their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

Schema = Mapping[str, Any]

_HOSTILE: tuple[Callable[[Random], Any], ...] = (
    lambda _: None,
    lambda dice: dice.choice([True, False]),
    lambda dice: dice.choice([0, -1, 2**31, 2**53, 2**63, 2**64, 10**400, -(10**30)]),
    lambda dice: dice.choice([1e308, -0.0, 5e-324, 1.5]),
    lambda dice: dice.choice(["", " ", "\x00", "\ud7ff", "\u202e", "’", "👩‍🚒", "ﷺ"]) * dice.choice([1, 40]),
    lambda dice: "界" * dice.choice([100, 9_000]),
    lambda dice: dice.choice(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-02-30T00:00:00Z"]),
    lambda dice: dice.choice(["1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "2026-11-20T10:00:00"]),
    lambda dice: dice.choice(["' OR 1=1 --", "{{7*7}}", "$where", "../../etc/passwd", "<script>", "%00", "tkt_", "*"]),
    lambda _: {"$gt": ""},
    lambda dice: {str(number): number for number in range(dice.choice([1, 200]))},
    lambda dice: [{}] * dice.choice([1, 200]),
    lambda dice: nested(dice.choice([10, 900])),
)


def nested(depth: int) -> Any:
    """A list in a list in a list."""
    found: Any = []
    for _ in range(depth):
        found = [found]
    return found


def hostile(dice: Random) -> Any:
    """One of the values that break careless code."""
    return dice.choice(_HOSTILE)(dice)


class Sender:
    """Bodies and parameters for the operations of one OpenAPI document; the same dice, the same values."""

    def __init__(self, document: Schema, dice: Random, named: Mapping[str, Any] | None = None) -> None:
        self._document = document
        self._dice = dice
        self._named = named or {}

    def value(self, schema: Schema, spoilt: float, name: str = "") -> Any:
        """A value of this schema; every part of it is spoilt with this probability."""
        if self._dice.random() < spoilt:
            return hostile(self._dice)
        schema = self._followed(schema)
        if name in self._named:
            return self._named[name]
        if "const" in schema or "enum" in schema:
            return schema["const"] if "const" in schema else self._dice.choice(schema["enum"])
        if schema.get("format") == "date-time":
            return "2026-11-20T10:00:00+08:00"
        kinds: dict[str, Callable[[Schema, float], Any]] = {
            "object": self._object,
            "array": self._array,
            "integer": lambda each, _: max(1, each.get("minimum", 1)),
            "number": lambda each, _: max(1, each.get("minimum", 1)),
            "boolean": lambda _, __: self._dice.random() < 0.5,
            "null": lambda _, __: None,
        }
        return kinds.get(schema.get("type", "string"), self._text)(schema, spoilt)

    def _followed(self, schema: Schema) -> Schema:
        while True:
            branches = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if "$ref" in schema:
                found: Any = self._document
                for part in schema["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
                schema = found
            elif branches:
                schema = branches[0]
            else:
                return schema

    def _object(self, schema: Schema, spoilt: float) -> Any:
        fields, required = schema.get("properties", {}), schema.get("required", ())
        more = spoilt > 0
        return {
            name: self.value(field, spoilt, name)
            for name, field in fields.items()
            if name in required or (more and self._dice.random() < 0.4)
        }

    def _array(self, schema: Schema, spoilt: float) -> Any:
        return [self.value(schema.get("items", {}), spoilt) for _ in range(max(1, schema.get("minItems", 1)))]

    def _text(self, schema: Schema, _: float) -> Any:
        if "64}" in schema.get("pattern", ""):
            return "0" * 64
        return "abc"
