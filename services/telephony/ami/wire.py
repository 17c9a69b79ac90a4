"""The manager interface on the wire: lines `Key: value`, a message ends with an empty line."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

Value: TypeAlias = str | list[str]
Message: TypeAlias = Mapping[str, Value]
"""A key that comes more than once has all its values."""

LONGEST_LINE = 8_192
MOST_LINES = 400
"""Beyond these a message is no message of a switch; what follows it is read on."""

TERMINATOR = "\r\n"


class Malformed(ValueError):
    """Bytes that are no message; reading goes on behind them."""


class Reader:
    """Takes bytes as they come and gives messages; what is malformed is counted, named and passed over."""

    def __init__(self) -> None:
        self.malformed = 0
        self._rest = b""
        self._lines: list[str] = []
        self._skipping = False

    def feed(self, received: bytes) -> Iterator[Message]:
        """The messages that are complete with these bytes."""
        *lines, self._rest = (self._rest + received).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            self._rest, self._skipping = b"", True
        for line in lines:
            message = self._line(line)
            if message is not None:
                yield message

    def _line(self, line: bytes) -> Message | None:
        if self._skipping or len(line) > LONGEST_LINE:
            self._skipping = False
            self.malformed += 1
            return None
        text = line.rstrip(b"\r").decode("utf-8", "replace")
        if text:
            if len(self._lines) < MOST_LINES:
                self._lines.append(text)
            return None
        found, self._lines = self._lines, []
        return self._message(found) if found else None

    def _message(self, lines: list[str]) -> Message | None:
        fields: dict[str, Value] = {}
        for line in lines:
            key, colon, value = line.partition(":")
            if not colon or not key:
                self.malformed += 1
                continue
            _add(fields, key, value.removeprefix(" "))
        return fields if "Event" in fields or "Response" in fields else None


def _add(fields: dict[str, Value], key: str, value: str) -> None:
    known = fields.get(key)
    if known is None:
        fields[key] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        fields[key] = [known, value]


def text(message: Message, key: str) -> str:
    """The value, the first of several; empty for none."""
    value = message.get(key, "")
    return value if isinstance(value, str) else value[0]


def texts(message: Message, key: str) -> list[str]:
    """All values."""
    value = message.get(key, [])
    return [value] if isinstance(value, str) else value


def number(message: Message, key: str, default: int = 0) -> int:
    """A whole number in a sensible range; the default for anything else."""
    value = text(message, key)
    if not value.isascii() or not value.isdecimal() or len(value) > 9:
        return default
    return int(value)


def written(action: str, fields: Mapping[str, str], variables: Mapping[str, str], action_id: str) -> bytes:
    """An action as it is sent. Raises ValueError for a value that would end its line and begin another action."""
    lines = [("Action", action), ("ActionID", action_id), *fields.items()]
    lines += [("Variable", f"{name}={value}") for name, value in variables.items()]
    for key, value in lines:
        if any(sign in key + value for sign in "\r\n\0"):
            raise ValueError(f"{key}: a line break in a value")
    return (TERMINATOR.join(f"{key}: {value}" for key, value in lines) + TERMINATOR * 2).encode()
