"""Finds in a JSON Schema what may be of any size: a text, a list, a mapping, a key, a number or a moment."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_ENDS = {
    "string": ("maxLength",),
    "array": ("maxItems",),
    "integer": ("maximum", "exclusiveMaximum"),
    "number": ("maximum", "exclusiveMaximum"),
    "mapping": ("maxProperties",),
    "moment": ("formatMaximum",),
}
_OF_ONE_LENGTH = ("uuid", "date")
_FILES = ("binary",)
"""A file's size is counted while it is read, not stated in a schema."""


def bare(document: Schema, schema: Schema, place: str) -> Iterator[str]:
    """Every place under `schema`, whose references point into `document`, that has no end."""
    yield from _bare(document, schema, place, {}, ())


def _bare(document: Schema, schema: Schema, place: str, around: Schema, seen: tuple[str, ...]) -> Iterator[str]:
    """`around`: ends that stand beside `anyOf` hold in every branch of it."""
    while "$ref" in schema:
        if schema["$ref"] in seen:
            return
        seen = (*seen, schema["$ref"])
        schema = _followed(document, schema["$ref"])
    ends = {**around, **{key: value for key, value in schema.items() if key.startswith(("max", "exclusive", "format"))}}
    branches = [branch for key in ("anyOf", "oneOf", "allOf") for branch in schema.get(key, ())]
    for branch in branches:
        yield from _bare(document, branch, place, ends, seen)
    if branches or "enum" in schema or "const" in schema or schema.get("type") in ("boolean", "null"):
        return
    if not any(end in ends for end in _ENDS.get(_kind(schema), ("nothing",))) and not _is_object(schema, ends):
        yield f"{place}: {_kind(schema)}"
    yield from _inside(document, schema, place, seen)


def _kind(schema: Schema) -> str:
    kind = str(schema.get("type", "anything"))
    if schema.get("format") == "date-time":
        return "moment"
    return "mapping" if kind == "object" and "properties" not in schema else kind


def _is_object(schema: Schema, ends: Schema) -> bool:
    of_one_length = schema.get("format") in (*_OF_ONE_LENGTH, *_FILES) or "contentMediaType" in schema
    exact = str(ends.get("pattern", schema.get("pattern", ""))).endswith("{64}$")
    return _kind(schema) == "object" or of_one_length or exact


def _inside(document: Schema, schema: Schema, place: str, seen: tuple[str, ...]) -> Iterator[str]:
    for name, field in schema.get("properties", {}).items():
        yield from _bare(document, field, f"{place}.{name}", {}, seen)
    values = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties"), schema.get("items")]
    for value in values:
        if isinstance(value, Mapping):
            yield from _bare(document, value, f"{place}[]", {}, seen)
    if _kind(schema) == "mapping" and "maxLength" not in schema.get("propertyNames", {}):
        yield f"{place}: key"


def _followed(document: Schema, reference: str) -> Schema:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found  # type: ignore[no-any-return]
