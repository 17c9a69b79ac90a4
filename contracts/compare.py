"""Compares the schemas with the last released set and fails on a change that would break a reader."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parent
Schema = Mapping[str, Any]


def last_release(folder: Path = ROOT / "released") -> Path | None:
    """The newest released set: a folder named by a version such as `1.0`."""
    versions = [each for each in folder.iterdir() if each.is_dir()] if folder.exists() else []
    return max(versions, key=lambda each: [int(part) for part in each.name.split(".")], default=None)


def read_schemas(folder: Path) -> dict[str, Schema]:
    """Every schema of a folder by event type."""
    return {file.name.removesuffix(".json"): orjson.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))}


def breaking_changes(released: Mapping[str, Schema], present: Mapping[str, Schema]) -> list[str]:
    """What a reader or a recorded message of the released set would stumble over, one line each."""
    return [line for name, schema in released.items() for line in _of_type(name, schema, present.get(name))]


def _of_type(name: str, released: Schema, present: Schema | None) -> Iterator[str]:
    if present is None:
        yield f"{name}: the type was removed"
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
        """The alternatives by their JSON type; a plain schema is its own only one."""
        found = [self.at(each) for each in self.schema.get("anyOf", [self.schema])]
        return {str(each.schema.get("type", each.schema.get("const", "any"))): each for each in found}

    @property
    def values(self) -> set[Any] | None:
        if "const" in self.schema:
            return {self.schema["const"]}
        return set(self.schema["enum"]) if "enum" in self.schema else None


def _compare(place: str, old: _Node, new: _Node) -> Iterator[str]:
    for kind in sorted(old.choices.keys() - new.choices.keys()):
        yield f"{place}: may no longer be of type {kind}"
    for kind in sorted(old.choices.keys() & new.choices.keys()):
        yield from _compare_choice(place, old.choices[kind], new.choices[kind])


def _compare_choice(place: str, old: _Node, new: _Node) -> Iterator[str]:
    if old.schema.get("format") != new.schema.get("format"):
        yield f"{place}: its format was changed"
    if new.values is not None and (old.values is None or old.values - new.values):
        gone = ", ".join(sorted(map(str, old.values - new.values))) if old.values else "anything else"
        yield f"{place}: the allowed values were narrowed, no longer: {gone}"
    if "items" in old.schema and "items" in new.schema:
        yield from _compare(f"{place}[]", old.at(old.schema["items"]), new.at(new.schema["items"]))
    yield from _compare_fields(place, old, new)


def _compare_fields(place: str, old: _Node, new: _Node) -> Iterator[str]:
    before, after = old.schema.get("properties", {}), new.schema.get("properties", {})
    for name in before:
        if name not in after:
            yield f"{place}.{name}: the field was removed"
        else:
            yield from _compare(f"{place}.{name}", old.at(before[name]), new.at(after[name]))
    for name in sorted(set(new.schema.get("required", ())) - set(old.schema.get("required", ()))):
        yield f"{place}.{name}: became required"


def main() -> int:
    """Exit status 1 for a breaking change against the last release."""
    release = last_release()
    if release is None:
        print("no released contracts yet")
        return 0
    found = breaking_changes(read_schemas(release), read_schemas(ROOT / "schemas"))
    for line in found:
        print(f"breaking: {line}", file=sys.stderr)
    if found:
        print(f"Say the new shape as a v2 beside v1, or restore it (compared with {release.name}).", file=sys.stderr)
    else:
        print(f"contracts are compatible with release {release.name}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
