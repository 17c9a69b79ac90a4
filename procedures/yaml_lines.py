"""YAML read with the line of every value, and without YAML's surprises: `1:30` stays text, `no` is not false."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from procedures.yaml_slips import of_key, slip

Path = tuple[str | int, ...]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "": None}


class YamlFault(Exception):
    """The text is no YAML this project reads: `code` and `params` are those of a text, `line` counts from 1."""

    def __init__(self, line: int, code: str, params: Mapping[str, object]) -> None:
        super().__init__(f"line {line}: {code}")
        self.line = line
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Lined:
    """A document's value and the line on which each path begins; a mapping's keys stand at ("key", path)."""

    value: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of the path, or of the nearest thing that contains it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def part(self, *path: str | int) -> "Lined":
        """What stands at the path, with the lines of what stands in it."""
        value, depth = self.value, len(path)
        for step in path:
            value = value[step]
        lines = {each[depth:]: line for each, line in self.lines.items() if each[:depth] == path}
        return Lined(value, lines)


def read(text: str) -> Lined:
    """Parse one document; YamlFault for broken YAML or a repeated key."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.reader.ReaderError as fault:
        raise YamlFault(text.count("\n", 0, fault.position) + 1, "yaml", {"reason": fault.reason}) from fault
    except yaml.MarkedYAMLError as fault:
        raise YamlFault(*slip(text, fault)) from fault
    lines: dict[Path, int] = {}
    return Lined(None if node is None else _value(node, (), lines), lines)


def _value(node: Any, path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(child, (*path, place), lines) for place, child in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: Any, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, child in node.value:
        key, line = str(key_node.value), int(key_node.start_mark.line) + 1
        wrong = ("key_twice", {"key": key}) if key in found else of_key(key)
        if wrong is not None:
            raise YamlFault(line, *wrong)
        found[key] = _value(child, (*path, key), lines)
        lines[(*path, key)] = line
    return found


def _scalar(node: Any) -> object:
    """Plain whole and decimal numbers, true and false; everything else, and everything quoted, is text."""
    text: str = node.value
    if node.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
