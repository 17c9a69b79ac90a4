"""Whatever can reach the bus has a size: every text a length, every list and mapping a count, every number a range."""

from collections.abc import Iterator
from typing import Any

import pytest

from contracts.catalogue import FACTS
from contracts.fact import Fact
from contracts.schemas import schema_of

NEEDS = {"string": {"maxLength", "format", "enum", "const"}, "array": {"maxItems"}, "integer": {"maximum"}}


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.short_type())
def test_nothing_in_a_fact_is_without_a_size(fact: type[Fact]) -> None:
    schema = schema_of(fact)
    parts = {"data": schema["properties"]["data"], **schema.get("$defs", {})}
    assert [place for name, part in parts.items() for place in _sizeless(name, part)] == []


def _sizeless(place: str, schema: dict[str, Any]) -> Iterator[str]:
    """The places where anything of any size is allowed; a mapping is an object whose fields have no names."""
    is_mapping = schema.get("type") == "object" and "properties" not in schema
    needed = {"maxProperties"} if is_mapping else NEEDS.get(schema.get("type", ""), set())
    if needed and not needed & schema.keys():
        yield place
    inside = [*schema.get("anyOf", ()), *schema.get("patternProperties", {}).values()]
    inside += [schema[key] for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    for each in inside:
        yield from _sizeless(place, each)
    for name, field in schema.get("properties", {}).items():
        yield from _sizeless(f"{place}.{name}", field)
    if is_mapping and "maxLength" not in schema.get("propertyNames", {}):
        yield f"{place} (a key)"
