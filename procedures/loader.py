"""Procedure files read, checked and held by reference; a bad file fails with its line, not the night shift."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from procedures import consistency, faults
from procedures.faults import Fault
from procedures.model import Procedure
from procedures.yaml_lines import Lined, YamlFault, read

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
    """No procedure has this reference, or none was in force then."""


@dataclass(frozen=True)
class Procedures:
    """All loaded procedures, by reference."""

    by_ref: Mapping[str, Procedure]

    def get(self, ref: str) -> Procedure:
        """The procedure a ticket pinned, `utility@effective-date`; UnknownProcedureError names the known ones."""
        try:
            return self.by_ref[ref]
        except KeyError:
            raise UnknownProcedureError(f"no procedure {ref!r}; known: {', '.join(sorted(self.by_ref))}") from None

    def in_force(self, utility: str, moment: datetime) -> Procedure:
        """The newest procedure of the utility whose effective day has begun there at `moment`."""
        begun = [each for each in self.of(utility) if each.effective <= moment.astimezone(each.calendar.zone).date()]
        if not begun:
            known = ", ".join(sorted(self.by_ref))
            raise UnknownProcedureError(f"no procedure of {utility!r} in force at {moment.isoformat()}; known: {known}")
        return begun[-1]

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
    """Every procedure under `directory`; ProcedureError for the first file that does not hold."""
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


def load(path: Path, released: Path | None = RELEASED) -> Procedure:
    """One file; ProcedureError with everything that is wrong with it. `released` None asks nothing of its history."""
    try:
        text = path.read_text(encoding="utf-8")
        lined = read(text)
    except YamlFault as fault:
        raise faults.of_yaml(str(path), fault) from fault
    except UnicodeDecodeError as fault:
        raise faults.error_of(str(path), [Fault((), "not_utf8", ("UTF-8",))]) from fault
    procedure, wrong = _checked(lined)
    if procedure is not None:
        wrong += [*_misplaced(path, procedure), *_edited(path, text, released)]
    if wrong or procedure is None:
        raise faults.error_of(str(path), wrong, lined)
    return procedure


def _clashes(procedure: Procedure, others: Iterable[Procedure]) -> Iterator[Fault]:
    """One file per utility and effective date, one number code per utility."""
    for other in others:
        if other.ref == procedure.ref:
            yield Fault((), "second_file", params={"ref": procedure.ref})
        elif other.code == procedure.code and other.utility != procedure.utility:
            yield Fault(("code",), "code_taken", params={"code": procedure.code, "utility": other.utility})


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
    """Write the file's sha256 into the record and return it."""
    digests = released_digests(released) | {key_of(path): digest(path.read_text(encoding="utf-8"))}
    lines = (f'"{key}" = "{digests[key]}"' for key in sorted(digests))
    released.write_text("\n".join((*_RECORD_HEAD, *lines, "")), encoding="utf-8")
    return digests[key_of(path)]


def key_of(path: Path) -> str:
    """A file's name in the record: its folder and file name."""
    resolved = path.resolve()
    return f"{resolved.parent.name}/{resolved.name}"


def _checked(lined: Lined) -> tuple[Procedure | None, list[Fault]]:
    if not isinstance(lined.value, dict):
        return None, [Fault((), "not_a_procedure", ("utility: …",))]
    try:
        procedure = Procedure.model_validate(lined.value)
    except ValidationError as error:
        return None, list(faults.of_validation(error))
    return procedure, list(consistency.faults(procedure))


def _misplaced(path: Path, procedure: Procedure) -> Iterator[Fault]:
    """A file's place says whose and since when; what it says of itself must agree, where it has such a place."""
    if path.resolve().parent.parent.name != DATA.name:
        return
    folder = path.resolve().parent.name
    if folder != procedure.utility:
        yield Fault(("utility",), "wrong_folder", (folder,), {"folder": folder})
    if path.stem != procedure.effective.isoformat():
        yield Fault(("effective",), "wrong_file_name", (f"{procedure.effective}.yaml",), {"file": path.name})


def _edited(path: Path, text: str, released: Path | None) -> Iterator[Fault]:
    recorded = released_digests(released).get(key_of(path)) if released else None
    if recorded is not None and recorded != digest(text):
        yield Fault((), "edited", params={"sha256": recorded[:12]})
