"""Reads case files; what cannot be read is said with its file, its line and the words that would be accepted."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hotline.cases.model import Case, Step
from hotline.cases.steps import BODIES
from procedures import yaml_lines
from procedures.yaml_lines import Lined, YamlFault
from procedures.yaml_lines import Path as Place

M = TypeVar("M", bound=BaseModel)
SUFFIXES = (".yaml", ".yml")


class CaseFileError(Exception):
    """A case file cannot be read; every fault with its line."""

    def __init__(self, file: Path, faults: list[tuple[int, str]]) -> None:
        super().__init__("\n".join(f"{file}:{line}: {message}" for line, message in sorted(faults)))
        self.file = file
        self.faults = faults


def files_under(paths: list[Path]) -> list[Path]:
    """The case files meant by these paths, folders searched through, each once and in order."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(sorted(f for f in path.rglob("*") if f.suffix in SUFFIXES)))
        else:
            found[path] = None
    return list(found)


def read_cases(file: Path) -> list[Case]:
    """All cases of one file. Raises CaseFileError."""
    try:
        lined = yaml_lines.read(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CaseFileError(file, [(1, f"cannot be read: {error}")]) from error
    except YamlFault as fault:
        reason = f"{fault.reason!r} is written twice" if fault.code == "key_twice" else fault.reason
        raise CaseFileError(file, [(fault.line, reason)]) from fault
    if not isinstance(lined.value, list) or not lined.value:
        raise CaseFileError(file, [(1, "a case file holds a list of cases: `- case: …`")])
    faults: list[tuple[int, str]] = []
    cases = [_case(written, (place,), lined, faults) for place, written in enumerate(lined.value)]
    if faults:
        raise CaseFileError(file, faults)
    return [case for case in cases if case is not None]


def _case(written: object, path: Place, lined: Lined, faults: list[tuple[int, str]]) -> Case | None:
    if not isinstance(written, dict):
        faults.append((lined.line(path), "a case is a mapping that begins with `case:`"))
        return None
    steps = list(_steps(written.get("steps"), (*path, "steps"), lined, faults))
    return _validated(Case, written | {"steps": steps, "line": lined.line(path)}, path, lined, faults)


def _steps(written: object, path: Place, lined: Lined, faults: list[tuple[int, str]]) -> Iterator[Step]:
    if not isinstance(written, list):
        faults.append((lined.line(path), "`steps` is a list: `- {at: …, request: {…}}`"))
        return
    for place, step in enumerate(written):
        found = _step(step, (*path, place), lined, faults)
        if found is not None:
            yield found


def _step(written: object, path: Place, lined: Lined, faults: list[tuple[int, str]]) -> Step | None:
    line = lined.line(path)
    kinds = [key for key in written if key not in ("at", "refused")] if isinstance(written, dict) else []
    if not isinstance(written, dict) or len(kinds) != 1 or kinds[0] not in BODIES:
        here = ", ".join(map(str, kinds)) or "none"
        faults.append((line, f"a step has `at` and exactly one of: {', '.join(BODIES)}; here: {here}"))
        return None
    kind = kinds[0]
    inside = written[kind] if isinstance(written[kind], dict) else {}
    refused = written.get("refused", inside.get("refused"))
    own = {key: value for key, value in inside.items() if key != "refused"}
    body = _validated(BODIES[kind], own, (*path, kind), lined, faults)
    if body is None:
        return None
    given = {"at": written.get("at"), "kind": kind, "body": body, "refused": refused, "line": line}
    return _validated(Step, given, path, lined, faults)


def _validated(
    model: type[M], written: Mapping[str, Any], path: Place, lined: Lined, faults: list[tuple[int, str]]
) -> M | None:
    try:
        return model.model_validate(written)
    except ValidationError as error:
        for detail in _worth_saying(error.errors()):
            place = (*path, *(part for part in detail["loc"] if part != "[key]"))
            faults.append((lined.line(place), _message(model, detail)))
        return None


def _worth_saying(details: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """A list that is empty only because what stands in it is wrong is not called too short as well."""
    for detail in details:
        loc = detail["loc"]
        within = any(other["loc"][: len(loc)] == loc for other in details if other is not detail)
        if detail["type"] != "too_short" or not within:
            yield detail


def _message(model: type[BaseModel], detail: ErrorDetails) -> str:
    where = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    if detail["type"] == "extra_forbidden":
        return f"unknown word {where!r}; accepted: {', '.join(_words(model, detail['loc'][:-1]))}"
    if detail["type"] == "missing":
        return f"{where!r} is missing"
    message = detail["msg"].removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


def _words(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The words known at this place of the model."""
    found: type[BaseModel] | None = model
    for part in loc:
        field = found.model_fields.get(str(part)) if found is not None and not isinstance(part, int) else None
        found = _model_in(field.annotation) if field is not None else found
    return [field.alias or name for name, field in (found or model).model_fields.items() if name not in _OWN_WORDS]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((inner for arg in get_args(annotation) if (inner := _model_in(arg)) is not None), None)


_OWN_WORDS = ("line",)
