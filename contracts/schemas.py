"""JSON Schema of one event as it lies on the bus: the CloudEvents attributes around the fact's data."""

from collections.abc import Mapping
from typing import Any

from contracts.fact import Fact

Schema = Mapping[str, Any]

_ATTRIBUTES: dict[str, Any] = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "format": "uuid", "description": "derived from cause and name: a replay has the same id"},
    "source": {"type": "string", "pattern": "^/hotline/[a-z_]+$", "description": "the service that says it"},
    "type": {},
    "subject": {"type": "string", "description": "what it is about: a ticket, an article, a task or a notice"},
    "time": {"type": "string", "format": "date-time", "description": "the business moment, equal to data.at"},
    "sequence": {"type": "integer", "minimum": 1, "description": "rises by one per source and subject"},
    "utility": {"type": "string", "description": "whose procedure and people"},
    "datacontenttype": {"const": "application/json"},
    "traceparent": {"type": "string", "description": "W3C trace context"},
    "data": {},
}
_OPTIONAL = {"traceparent"}


def schema_of(fact: type[Fact]) -> dict[str, Any]:
    """The schema of one event type; unknown attributes and fields are allowed, as readers ignore them."""
    data = fact.model_json_schema(mode="validation")
    definitions = data.pop("$defs", {})
    properties = {name: dict(schema) for name, schema in _ATTRIBUTES.items()}
    properties["type"] = {"const": fact.type}
    properties["data"] = data
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{fact.type.replace('.', ':')}",
        "title": fact.__name__,
        "description": first_line(fact),
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in _OPTIONAL],
    }
    if definitions:
        schema["$defs"] = definitions
    return schema


def first_line(fact: type[Fact]) -> str:
    """What the event says, in one sentence."""
    return (fact.__doc__ or "").strip().splitlines()[0]
