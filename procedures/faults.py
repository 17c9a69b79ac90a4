"""What is wrong with a file that people write, said with its line and with what would be right."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from procedures.model.part import EXAMPLES
from procedures.yaml_lines import Lined, Path, YamlFault
from procedures.yaml_slips import is_wide
from texts import Language, catalogue, text

_QUOTED = re.compile(r"'([^']*)'")
_BOUNDS = {"gt": "> {}", "ge": "≥ {}", "lt": "< {}", "le": "≤ {}"}


@dataclass(frozen=True)
class Fault:
    """One thing wrong at `path`; `code` keys the message catalogue (`file_fault.<code>`)."""

    path: Path
    code: str
    accepts: tuple[str, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)

    def told(self, language: Language = "en") -> str:
        """The fault in words, after its place: `types.fault.limits[1].within: …`."""
        written = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in self.path).lstrip(".")
        words = text(f"file_fault.{self.code}", language, **self.params)
        return f"{written}: {words}" if written else words


class FileError(Exception):
    """A file does not hold: where, why, and what would be accepted; `others` are its further faults."""

    def __init__(self, file: str, line: int, fault: Fault) -> None:
        self.file = file
        self.line = line
        self.fault = fault
        self.others: tuple[FileError, ...] = ()
        super().__init__(self.told())

    @property
    def accepts(self) -> tuple[str, ...]:
        """What would be right in its place."""
        return self.fault.accepts

    def told(self, language: Language = "en") -> str:
        """`file:line: what; accepted: …`."""
        said = f"{self.file}:{self.line}: {self.fault.told(language)}"
        if not self.accepts:
            return said
        return said + text("file_fault.accepted", language, accepts=", ".join(self.accepts))

    def all(self) -> "tuple[FileError, ...]":
        """This one and the others, in order of lines."""
        return (self, *self.others)


def error_of(file: str, faults: Iterable[Fault], lined: Lined | None = None) -> FileError:
    """One error for all faults, headed by the first in the file."""
    return joined([FileError(file, lined.line(fault.path) if lined else 1, fault) for fault in faults])


def joined(errors: list[FileError]) -> FileError:
    """One error for several of one file."""
    errors = sorted(errors, key=lambda each: each.line)
    errors[0].others = tuple(errors[1:])
    return errors[0]


def of_yaml(file: str, fault: YamlFault) -> FileError:
    """Broken YAML, with the line at which reading stopped."""
    return FileError(file, fault.line, Fault((), fault.code, params=fault.params))


def wrong(code: str, value: object, accepts: Iterable[str] = ()) -> PydanticCustomError:
    """What a validator raises for a word that is not right."""
    return PydanticCustomError(code, "{value} is not right", {"value": repr(value), "accepts": list(accepts)})


def of_validation(error: ValidationError) -> Iterator[Fault]:
    """The faults that the model found, each once."""
    for details in error.errors():
        yield _fault(details)


def _fault(details: ErrorDetails) -> Fault:
    path: Path = tuple(part for part in details["loc"] if part != "[key]")
    context: Mapping[str, Any] = details.get("ctx", {})
    kind, given = details["type"], {"value": repr(details["input"])}
    if is_wide(details["input"]) and kind not in ("missing", "extra_forbidden"):
        return Fault(path, "full_width", (), given)
    if "accepts" in context:
        inside = (*path, context["key"]) if "key" in context else path
        return Fault(inside, kind, tuple(context["accepts"]), {**given, **context})
    if kind == "missing":
        return Fault(path[:-1], kind, (f"{path[-1]}: …",), {"field": path[-1]})
    if kind in {"enum", "literal_error"}:
        return Fault(path, "unknown_word", tuple(_QUOTED.findall(str(context["expected"]))), given)
    if kind == "string_pattern_mismatch":
        return Fault(path, "pattern", (EXAMPLES.get(context["pattern"], context["pattern"]),), given)
    return _plain(path, details, context)


def _plain(path: Path, details: ErrorDetails, context: Mapping[str, Any]) -> Fault:
    bounds = tuple(form.format(context[name]) for name, form in _BOUNDS.items() if name in context)
    if bounds:
        return Fault(path, "out_of_bounds", bounds, {"value": str(details["input"])})
    code = f"type_{details['type']}"
    known = f"file_fault.{code}" in catalogue("en")
    return Fault(path, code if known else "invalid", (), {"value": repr(details["input"]), "reason": details["msg"]})
