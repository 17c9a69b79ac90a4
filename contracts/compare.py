"""Compares the schemas with the last released set: no old message and no old reader may stumble over them."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.release import last_release, read_schemas
from contracts.schemas import Schema

ROOT = Path(__file__).parent

UNREADABLE = "recorded messages could not be read: put it back, or say the new shape as a v2 beside this type"
UNTAKEN = "readers of the last release would refuse it: say it in a new optional field, or as a v2 beside this type"

_LOWEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_HIGHEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_FORMS = ("format", "pattern")


def breaking_changes(released: Mapping[str, Schema], present: Mapping[str, Schema]) -> list[str]:
    """What a recorded message or a reader of the released set would stumble over, one line each, with what to do."""
    return [line for name, schema in released.items() for line in _of_type(name, schema, present.get(name))]


def _of_type(name: str, released: Schema, present: Schema | None) -> Iterator[str]:
    if present is None:
        yield f"{name}: the type was removed; {UNREADABLE}"
        return
    yield from _compare(name, _Node(released, released), _Node(present, present))


class _Node:
    """A place in a schema, with the document that its references point into."""

    def __init__(self, document: Schema, schema: Schema) -> None:
        while "$ref" in schema:
            schema = document["$defs"][schema["$ref"].rpartition("/")[2]]
        self.document = document
        self.schema = schema

    def at(self, schema: Schema) -> "_Node":
        return _Node(self.document, schema)

    @property
    def choices(self) -> dict[str, "_Node"]:
        """The alternatives by their JSON type; a plain schema is its own only one.

        Beside an enumeration stands, where its words are open, any word: that takes all of them.
        """
        found = [self.at(each) for each in self.schema.get("anyOf", [self.schema])]
        found.sort(key=lambda each: each.values is None)
        return {str(each.schema.get("type", each.schema.get("const", "any"))): each for each in found}

    @property
    def values(self) -> set[Any] | None:
        """What is allowed, where it is listed."""
        if "const" in self.schema:
            return {self.schema["const"]}
        return set(self.schema["enum"]) if "enum" in self.schema else None


def _compare(place: str, old: _Node, new: _Node) -> Iterator[str]:
    before, after = old.choices, new.choices
    for kind in sorted(before.keys() - after.keys()):
        yield f"{place}: may no longer be of type {kind}; {UNREADABLE}"
    for kind in sorted(after.keys() - before.keys()):
        yield f"{place}: may also be of type {kind}; {UNTAKEN}"
    for kind in sorted(before.keys() & after.keys()):
        yield from _compare_choice(place, before[kind], after[kind])


def _compare_choice(place: str, old: _Node, new: _Node) -> Iterator[str]:
    for form in _FORMS:
        if old.schema.get(form) != new.schema.get(form):
            yield f"{place}: its {form} was changed; {UNREADABLE}"
    yield from _compare_values(place, old.values, new.values)
    yield from _compare_bounds(place, old.schema, new.schema)
    for inside, mark in (("items", "[]"), ("additionalProperties", "[*]"), ("propertyNames", " (a key)")):
        if isinstance(old.schema.get(inside), dict) and isinstance(new.schema.get(inside), dict):
            yield from _compare(f"{place}{mark}", old.at(old.schema[inside]), new.at(new.schema[inside]))
    yield from _compare_keyed(place, old, new)
    yield from _compare_fields(place, old, new)


def _compare_values(place: str, old: set[Any] | None, new: set[Any] | None) -> Iterator[str]:
    """No list of values allows them all."""
    gone, come = _without(old, new), _without(new, old)
    if gone:
        yield f"{place}: the allowed values were narrowed, no longer: {gone}; {UNREADABLE}"
    if come:
        yield f"{place}: the allowed values were widened, now also: {come}; {UNTAKEN}"


def _without(these: set[Any] | None, those: set[Any] | None) -> str:
    if those is None:
        return ""
    return "anything else" if these is None else ", ".join(sorted(map(str, these - those)))


def _compare_bounds(place: str, old: Schema, new: Schema) -> Iterator[str]:
    """A bound that is not stated is as far away as can be."""
    for bound in (*_LOWEST, *_HIGHEST):
        nowhere = float("-inf") if bound in _LOWEST else float("inf")
        before, after = old.get(bound, nowhere), new.get(bound, nowhere)
        if before != after:
            wider = (after < before) is (bound in _LOWEST)
            yield f"{place}: its {bound} went from {before} to {after}; {UNTAKEN if wider else UNREADABLE}"


def _compare_keyed(place: str, old: _Node, new: _Node) -> Iterator[str]:
    """Values under keys of a form; another form is another field."""
    before, after = old.schema.get("patternProperties", {}), new.schema.get("patternProperties", {})
    if before.keys() != after.keys():
        yield f"{place}: the form of its keys was changed; {UNREADABLE}"
    for form in before.keys() & after.keys():
        yield from _compare(f"{place}[*]", old.at(before[form]), new.at(after[form]))


def _compare_fields(place: str, old: _Node, new: _Node) -> Iterator[str]:
    before, after = old.schema.get("properties", {}), new.schema.get("properties", {})
    for name in before:
        if name not in after:
            yield f"{place}.{name}: the field was removed; {UNREADABLE}"
        else:
            yield from _compare(f"{place}.{name}", old.at(before[name]), new.at(after[name]))
    needed, needs = set(old.schema.get("required", ())), set(new.schema.get("required", ()))
    for name in sorted(needs - needed):
        yield f"{place}.{name}: became required; {UNREADABLE}"
    for name in sorted((needed - needs) & after.keys()):
        yield f"{place}.{name}: may now be left out; {UNTAKEN}"


def main() -> int:
    """Exit status 1 for a breaking change against the last release."""
    release = last_release()
    if release is None:
        print("no released contracts yet")
        return 0
    found = breaking_changes(read_schemas(release / "schemas"), read_schemas(ROOT / "schemas"))
    for line in found:
        print(f"breaking, compared with {release.name}: {line}", file=sys.stderr)
    if not found:
        print(f"contracts are compatible with release {release.name}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
