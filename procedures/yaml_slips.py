"""What people who type YAML at a Chinese keyboard get wrong, found where a parser only says that it stopped."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

KEY = r"[A-Za-z_][A-Za-z0-9_-]*"
_WIDE_COLON = re.compile(rf"(?:^|[{{,，\s-])({KEY})\s*：")
_WIDE_COMMA = re.compile(rf"(，)\s*{KEY}\s*[:：]")
_WIDE_BRACKET = re.compile(r"([｛｝［］])")
_WIDE = (_WIDE_COLON, _WIDE_COMMA, _WIDE_BRACKET)
_NO_BLANK = re.compile(rf"(?:^\s*(?:-\s+)*|[{{,]\s*)({KEY}):(?=[^\s,}}\]])")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_QUOTED = re.compile(r"(?<![^\s{\[,:])(?:\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\n]|'')*')")
_OPENS = re.compile(r"(?:^|[\s{\[,])([\"'])")
_CLOSING = {"{": "}", "[": "]"}

Slip = tuple[int, str, Mapping[str, object]]
"""The line, counted from 1; the code of the text; what is filled into it."""


def slip(text: str, error: Any) -> Slip:
    """What is most likely wrong, by the parser's error and what stands on the lines around it."""
    lines = text.split("\n")
    stopped = error.problem_mark or error.context_mark
    begun = error.context_mark or stopped
    problem = str(error.problem)
    if "tab" in problem or (error.problem_mark and _tab_at(lines, error.problem_mark)):
        return stopped.line + 1, "tab", {}
    quote = _open_quote(lines[: stopped.line])
    if quote is not None:
        return quote
    for number in _near(lines, begun.line, stopped.line):
        found = of_line(lines[number])
        if found is not None:
            return number + 1, *found
    return _by_problem(text, problem, str(error.context), begun, stopped)


def of_line(line: str) -> tuple[str, Mapping[str, object]] | None:
    """A full-width mark, or a colon without a blank, where YAML wants its own."""
    bare = _COMMENT.sub("", _QUOTED.sub("", line))
    for wide in _WIDE:
        found = wide.search(bare)
        if found is not None:
            return "full_width", {"value": found[0].strip(" {,-")}
    found = _NO_BLANK.search(bare)
    return ("no_blank", {"key": found[1]}) if found else None


def of_key(key: str) -> tuple[str, Mapping[str, object]] | None:
    """The same of what was taken for a key: `within：2 hours`, `within:2 hours`."""
    return of_line(key) or (("full_width", {"value": key}) if re.search("[，：]", key) else None)


def is_wide(value: object) -> bool:
    """Whether a value swallowed what follows it: `contact，within：2 hours`, `jinan，zibo`."""
    return isinstance(value, str) and re.search(rf"^{KEY}\s*[，：]|[，：]\s*{KEY}\s*[:：]", value) is not None


def _tab_at(lines: list[str], mark: Any) -> bool:
    return bool(mark.line < len(lines) and lines[mark.line][mark.column : mark.column + 1] == "\t")


def _open_quote(lines: list[str]) -> Slip | None:
    """The first text in quotes that its line does not end; such a text swallows what follows."""
    for number, line in enumerate(lines, 1):
        found = _OPENS.search(_COMMENT.sub("", _QUOTED.sub("", line)))
        if found is not None:
            return number, "unclosed", {"mark": found[1]}
    return None


def _near(lines: list[str], begun: int, stopped: int) -> Iterator[int]:
    """Where it stopped, the last line with words before that, and where what was being read began."""
    before = next((n for n in range(min(stopped, len(lines)) - 1, -1, -1) if lines[n].strip()), stopped)
    yield from (n for n in dict.fromkeys((stopped, before, begun)) if n < len(lines))


def _by_problem(text: str, problem: str, context: str, begun: Any, stopped: Any) -> Slip:
    if "quoted scalar" in context:
        return begun.line + 1, "unclosed", {"mark": text.split("\n")[begun.line][begun.column]}
    if "flow" in context:
        return _unclosed(text) or (stopped.line + 1, "no_comma", {})
    if "expected ':'" in problem:
        return begun.line + 1, "no_colon", {}
    if "mapping values" in problem:
        return stopped.line + 1, "colon_here", {}
    if "expected key" in problem or "block end" in problem or "indicator" in problem:
        return stopped.line + 1, "indentation", {}
    return stopped.line + 1, "yaml", {"reason": problem}


def _unclosed(text: str) -> Slip | None:
    """The last bracket that the file never closes."""
    opened: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        for mark in _COMMENT.sub("", _QUOTED.sub("", line)):
            if mark in _CLOSING:
                opened.append((number, mark))
            elif opened and mark == _CLOSING[opened[-1][1]]:
                opened.pop()
    return (opened[-1][0], "unclosed", {"mark": opened[-1][1]}) if opened else None
