"""Writes what is derived from the contracts: samples, JSON Schemas, AsyncAPI, docs/events.md; `--check` only compares.

A sample, once recorded, stays as it is for ever: it stands for messages that lie in somebody's topic.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

from contracts.asyncapi import asyncapi_document
from contracts.catalogue import FACTS
from contracts.events_page import events_page
from contracts.samples import sample_bytes
from contracts.schemas import schema_of

ROOT = Path(__file__).parent
DOCS = ROOT.parent / "docs"


def pretty(value: object) -> bytes:
    """JSON as committed: indented, keys in the order given, a newline at the end."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def samples_folder() -> Path:
    """Where a recorded message per type and version is kept."""
    return ROOT / "samples"


def derived_files() -> Iterator[tuple[Path, bytes]]:
    """Every generated file with what it must hold."""
    for wire_type, fact in FACTS.items():
        yield ROOT / "schemas" / f"{wire_type}.json", pretty(schema_of(fact))
    yield ROOT / "asyncapi.json", pretty(asyncapi_document())
    yield DOCS / "events.md", events_page().encode()


def missing_samples() -> Iterator[tuple[Path, bytes]]:
    """The types that have no recorded message yet."""
    for wire_type, fact in FACTS.items():
        file = samples_folder() / f"{wire_type}.json"
        if not file.exists():
            yield file, sample_bytes(fact)


def drift() -> list[Path]:
    """The files that do not hold what the contracts say."""
    stale = [file for file, content in derived_files() if not file.exists() or file.read_bytes() != content]
    known = {file for file, _ in derived_files()}
    orphans = [file for file in sorted((ROOT / "schemas").glob("*.json")) if file not in known]
    return [*stale, *orphans, *(file for file, _ in missing_samples())]


def write() -> list[Path]:
    """Bring every generated file up to date; returns what was written."""
    stale = set(drift())
    written = [*missing_samples(), *((file, content) for file, content in derived_files() if file in stale)]
    for file, content in written:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    kept = {file for file, _ in derived_files()}
    for orphan in (ROOT / "schemas").glob("*.json"):
        if orphan not in kept:
            orphan.unlink()
    return [file for file, _ in written]


def main() -> int:
    """Exit status 1 when `--check` finds drift."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail if a file is out of date")
    if parser.parse_args().check:
        for file in drift():
            print(f"out of date: {file.relative_to(ROOT.parent)} (run `make contracts`)", file=sys.stderr)
        return 1 if drift() else 0
    for file in write():
        print(f"written: {file.relative_to(ROOT.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
