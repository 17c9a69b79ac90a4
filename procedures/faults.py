"""What is wrong with a procedure file, said with its line and with what would be right."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from procedures.yaml_lines import Lined, Path

_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True)
class Fault:
    """One thing wrong at `path`, and the words or forms accepted there."""

    path: Path
    message: str
    accepts: tuple[str, ...] = ()


class ProcedureError(Exception):
    """A procedure file does not load: where, why, and what would be accepted; `others` are its further faults."""

    def __init__(self, file: str, line: int, message: str, accepts: tuple[str, ...] = ()) -> None:
        super().__init__(f"{file}:{line}: {message}" + (f"; accepted: {', '.join(accepts)}" if accepts else ""))
        self.file = file
        self.line = line
        self.message = message
        self.accepts = accepts
        self.others: tuple[ProcedureError, ...] = ()

    def all(self) -> "tuple[ProcedureError, ...]":
        """This one and the others, in order of lines."""
        return tuple(sorted((self, *self.others), key=lambda each: each.line))


def of_validation(error: ValidationError) -> Iterator[Fault]:
    """The faults that the model found, each once."""
    for details in error.errors():
        yield _fault(details)


def error_of(file: str, faults: "list[Fault]", lined: Lined) -> ProcedureError:
    """One error for all faults, headed by the first in the file."""
    placed = sorted(
        (ProcedureError(file, lined.line(fault.path), _placed(fault), fault.accepts) for fault in faults),
        key=lambda each: each.line,
    )
    placed[0].others = tuple(placed[1:])
    return placed[0]


def _fault(details: ErrorDetails) -> Fault:
    path: Path = tuple(part for part in details["loc"] if part != "[key]")
    context: Mapping[str, Any] = details.get("ctx", {})
    if details["type"] == "unknown_word":
        return Fault((*path, context["key"]), details["msg"], tuple(context["accepts"]))
    if details["type"] == "missing":
        return Fault(path[:-1], f"{path[-1]} is missing", (f"{path[-1]}: …",))
    if details["type"] in {"enum", "literal_error"}:
        return Fault(path, f"unknown word {details['input']!r}", tuple(_QUOTED.findall(str(context["expected"]))))
    if details["type"] == "string_pattern_mismatch":
        return Fault(path, f"{details['input']!r} does not fit", (str(context["pattern"]),))
    return Fault(path, _plain(details), tuple(context.get("accepts", ())))


def _plain(details: ErrorDetails) -> str:
    return details["msg"].split("; accepted:")[0]


def _placed(fault: Fault) -> str:
    """The message with the path before it, as `types.fault.limits[1].within`."""
    written = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in fault.path).lstrip(".")
    return f"{written}: {fault.message}" if written else fault.message
