"""Reads case files; what cannot be read is said with its file, its line and the words that would be accepted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from hotline.cases import checking
from hotline.cases.model import Case, Step
from hotline.cases.steps import BODIES
from procedures import faults
from procedures.faults import Fault, FileError
from procedures.files import read_yaml
from procedures.yaml_lines import Lined
from procedures.yaml_lines import Path as Place

M = TypeVar("M", bound=BaseModel)
SUFFIXES = (".yaml", ".yml")
_PROCEDURE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class WrittenCase:
    """A case with the lines on which it stands in its file."""

    file: Path
    case: Case
    lined: Lined

    def error(self, wrong: list[Fault]) -> FileError:
        """What turned out to be wrong with it."""
        return faults.error_of(str(self.file), wrong, self.lined)


def files_under(paths: list[Path]) -> list[Path]:
    """The case files meant by these paths, folders searched through, each once and in order."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(f for f in _yaml_under(path) if not _PROCEDURE.fullmatch(f.stem)))
        else:
            found[path] = None
    return list(found)


def procedures_under(paths: list[Path]) -> list[Path]:
    """The procedure files that lie among the cases of these folders, named by their effective date as everywhere."""
    return [file for path in paths if path.is_dir() for file in _yaml_under(path) if _PROCEDURE.fullmatch(file.stem)]


def _yaml_under(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES)


def read_cases(file: Path) -> list[Case]:
    """All cases of one file. Raises FileError."""
    return [written.case for written in read_file(file)]


def read_file(file: Path) -> list[WrittenCase]:
    """All cases of one file with their lines. Raises FileError with everything that is wrong."""
    lined = read_yaml(file)
    if not isinstance(lined.value, list) or not lined.value:
        raise faults.error_of(str(file), [Fault((), "not_cases", ("- case: …",))])
    found, errors = [], []
    for place in range(len(lined.value)):
        written, wrong = _case(file, lined.part(place))
        found += [written] if written else []
        errors += [faults.error_of(str(file), wrong, lined.part(place))] if wrong else []
    if errors:
        raise faults.joined([each for error in errors for each in error.all()])
    return found


def _case(file: Path, lined: Lined) -> tuple[WrittenCase | None, list[Fault]]:
    if not isinstance(lined.value, dict):
        return None, [Fault((), "not_a_case", ("case: …",))]
    wrong: list[Fault] = []
    steps = list(_steps(lined.value.get("steps"), lined, wrong))
    case = _validated(Case, lined.value | {"steps": steps}, (), wrong)
    if case is not None and not wrong:
        wrong += checking.faults(case)
    return (WrittenCase(file, case, lined) if case else None), wrong


def _steps(written: object, lined: Lined, wrong: list[Fault]) -> Iterator[Step]:
    if not isinstance(written, list):
        wrong.append(Fault(("steps",), "not_steps", ("- {at: …, request: {…}}",)))
        return
    for place, step in enumerate(written):
        found = _step(step, ("steps", place), lined, wrong)
        if found is not None:
            yield found


def _step(written: object, path: Place, lined: Lined, wrong: list[Fault]) -> Step | None:
    kinds = [str(key) for key in written if key not in ("at", "refused")] if isinstance(written, dict) else []
    if not isinstance(written, dict) or len(kinds) != 1 or kinds[0] not in BODIES:
        wrong.append(Fault(path, "not_a_step", tuple(BODIES), {"kinds": ", ".join(kinds) or "-"}))
        return None
    kind = kinds[0]
    inside = written[kind] if isinstance(written[kind], dict) else {}
    refused = written.get("refused", inside.get("refused"))
    own = {key: value for key, value in inside.items() if key != "refused"}
    body = _validated(BODIES[kind], own, (*path, kind), wrong)
    if body is None:
        return None
    given = {"at": written.get("at"), "kind": kind, "body": body, "refused": refused, "line": lined.line(path)}
    return _validated(Step, given, path, wrong)


def _validated(model: type[M], written: Mapping[str, Any], path: Place, wrong: list[Fault]) -> M | None:
    try:
        return model.model_validate(written)
    except ValidationError as error:
        found = list(faults.of_validation(error))
        wrong += [Fault((*path, *each.path), each.code, each.accepts, each.params) for each in _worth_saying(found)]
        return None


def _worth_saying(found: list[Fault]) -> Iterator[Fault]:
    """A list that is empty only because what stands in it is wrong is not called too short as well."""
    for each in found:
        within = any(other.path[: len(each.path)] == each.path for other in found if other is not each)
        if each.code != "type_too_short" or not within:
            yield each
