"""Procedure files read, checked and held by reference; a bad file fails with its line, not the night shift."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from contracts.refusal import Refusal
from procedures import checks, faults
from procedures.faults import Fault, FileError
from procedures.files import read_text, read_yaml
from procedures.model import Procedure
from procedures.yaml_lines import Lined

DATA = Path(__file__).parent / "data"
"""The procedures that come with the project, one folder per utility, one file per effective date."""

RELEASED = Path(__file__).parent / "released.toml"
"""The sha256 of every file that came into force; such a file is never edited again."""


_RECORD_HEAD = (
    "# The sha256 of every procedure file in force: written by `hotline procedure release FILE`, never by hand.",
    "",
    "[sha256]",
)


class UnknownProcedureError(LookupError):
    """No procedure has this reference, or none was in force then; `known` are those there are."""

    def __init__(self, message: str, known: Iterable[str]) -> None:
        self.known = tuple(sorted(known))
        super().__init__(f"{message}; known: {', '.join(self.known)}")


@dataclass(frozen=True)
class Procedures:
    """All loaded procedures, by reference."""

    by_ref: Mapping[str, Procedure]

    def get(self, ref: str) -> Procedure:
        """The procedure a ticket pinned, `utility@effective-date`; UnknownProcedureError names the known ones."""
        try:
            return self.by_ref[ref]
        except KeyError:
            raise UnknownProcedureError(f"no procedure {ref!r}", self.by_ref) from None

    def in_force(self, utility: str, moment: datetime) -> Procedure:
        """The newest procedure of the utility whose effective day has begun there at `moment`."""
        begun = [each for each in self.of(utility) if each.effective <= moment.astimezone(each.calendar.zone).date()]
        if not begun:
            raise UnknownProcedureError(f"no procedure of {utility!r} in force at {moment.isoformat()}", self.by_ref)
        return begun[-1]

    def serving(self, utility: str, moment: datetime) -> Procedure | Refusal:
        """The same for whoever asks from outside: a utility that has none is nothing known."""
        try:
            return self.in_force(utility, moment)
        except UnknownProcedureError:
            return Refusal("unknown_utility", params={"utility": utility})

    def of(self, utility: str) -> tuple[Procedure, ...]:
        """The utility's procedures, oldest first."""
        own = (each for each in self.by_ref.values() if each.utility == utility)
        return tuple(sorted(own, key=lambda each: each.effective))

    def utilities(self) -> tuple[str, ...]:
        """Every utility served."""
        return tuple(sorted({each.utility for each in self.by_ref.values()}))

    def find(self, name: str, moment: datetime) -> Procedure:
        """By `utility@date`, or by utility alone the one in force at `moment`."""
        return self.get(name) if "@" in name else self.in_force(name, moment)


def load_all(directory: Path = DATA, released: Path = RELEASED) -> Procedures:
    """Every procedure under `directory`; FileError for the first file that does not hold."""
    files = tuple(sorted(directory.glob("*/*.yaml")))
    stamps = tuple(path.stat().st_mtime_ns for path in (*files, released) if path.exists())
    return _loaded(files, released, stamps)


@lru_cache(maxsize=8)
def _loaded(files: tuple[Path, ...], released: Path, _stamps: tuple[int, ...]) -> Procedures:
    """Kept until something on disk changes (`_stamps`): many commands and tests in one process read each file once."""
    found: dict[str, Procedure] = {}
    for path in files:
        procedure = load(path, released)
        wrong = list(_clashes(procedure, found.values()))
        if wrong:
            raise faults.error_of(str(path), wrong)
        found[procedure.ref] = procedure
    return Procedures(found)


def load(path: Path, released: Path | None = RELEASED, today: date | None = None) -> Procedure:
    """One file; FileError with everything that is wrong with it. `released` None asks nothing of its history.

    With `today`, an edit before the effective date is told from one after it, and copies of the file are looked for.
    """
    lined = read_yaml(path)
    procedure, wrong = checked(lined)
    if procedure is not None:
        wrong += _misplaced(path, procedure)
        wrong += _edited(path, procedure, released, today) if released else ()
        wrong += _twins(path, procedure) if today else ()
    if wrong or procedure is None:
        raise faults.error_of(str(path), wrong, lined)
    return procedure


def _clashes(procedure: Procedure, others: Iterable[Procedure]) -> Iterator[Fault]:
    """One file per utility and effective date, one hotline number per utility: work-order numbers begin with it."""
    for other in others:
        if other.ref == procedure.ref:
            yield Fault((), "second_file", params={"ref": procedure.ref, "file": f"{other.effective}.yaml"})
        elif other.hotline == procedure.hotline and other.utility != procedure.utility:
            yield Fault(("hotline",), "hotline_taken", params={"hotline": procedure.hotline, "utility": other.utility})


def digest(text: str) -> str:
    """The sha256 of a file's text, line ends as on any system."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def released_digests(released: Path = RELEASED) -> dict[str, str]:
    """What is recorded, by `utility/date.yaml`."""
    if not released.exists():
        return {}
    recorded: dict[str, str] = tomllib.loads(released.read_text(encoding="utf-8")).get("sha256", {})
    return recorded


def record(path: Path, released: Path = RELEASED) -> str:
    """Write the file's sha256 into the record and return it. FileError for a file that does not hold."""
    own, sha256 = key_of(load(path, None)), digest(read_text(path))
    digests = released_digests(released) | {own: sha256}
    lines = (f'"{key}" = "{digests[key]}"' for key in sorted(digests))
    released.write_text("\n".join((*_RECORD_HEAD, *lines, "")), encoding="utf-8")
    return sha256


def key_of(procedure: Procedure) -> str:
    """Its name in the record: the folder and file name that it has among the project's procedures."""
    return f"{procedure.utility}/{procedure.effective}.yaml"


def checked(lined: Lined) -> tuple[Procedure | None, list[Fault]]:
    """What a file says and what is wrong with it; no procedure where it is none."""
    if not isinstance(lined.value, dict):
        return None, [Fault((), "not_a_procedure", ("utility: …",))]
    try:
        procedure = Procedure.model_validate(lined.value)
    except ValidationError as error:
        return None, list(faults.of_validation(error))
    return procedure, list(checks.faults(procedure))


def _misplaced(path: Path, procedure: Procedure) -> Iterator[Fault]:
    """A file's place says whose and since when; what it says of itself must agree, where it has such a place."""
    if path.resolve().parent.parent.name != DATA.name:
        return
    folder = path.resolve().parent.name
    if folder != procedure.utility:
        yield Fault(("utility",), "wrong_folder", (folder,), {"folder": folder})
    if path.stem != procedure.effective.isoformat():
        yield Fault(("effective",), "wrong_file_name", (f"{procedure.effective}.yaml",), {"file": path.name})


def _edited(path: Path, procedure: Procedure, released: Path, today: date | None) -> Iterator[Fault]:
    """What came into force is not changed, wherever the changed copy lies."""
    recorded = released_digests(released).get(key_of(procedure))
    if recorded is None or recorded == digest(read_text(path)):
        return
    early = today is not None and today < procedure.effective
    params = {"sha256": recorded[:12], "effective": procedure.effective, "file": path.name}
    yield Fault((), "edited_early" if early else "edited", params=params)


def _twins(path: Path, procedure: Procedure) -> Iterator[Fault]:
    """Another file for the same date: beside it, or among the project's procedures where that is not a mere copy."""
    own = DATA / key_of(procedure)
    beside = (file for file in sorted(path.resolve().parent.glob("*.y*ml")) if file != path.resolve())
    twin = next((file for file in beside if _says(file, procedure)), None)
    if twin is None and own.exists() and not own.samefile(path) and digest(read_text(own)) != digest(read_text(path)):
        twin = own
    if twin is not None:
        yield Fault(("effective",), "second_file", params={"ref": procedure.ref, "file": twin.name})


def _says(file: Path, procedure: Procedure) -> bool:
    """Whether a file is of this utility and date, as far as it can be read at all."""
    try:
        value = read_yaml(file).value
    except FileError:
        return False
    said = (value.get("utility"), value.get("effective")) if isinstance(value, dict) else None
    return said == (procedure.utility, procedure.effective.isoformat())
