"""A utility's account of its rules, as it stands beside its procedure, and the cases that cite them."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from hotline.cases.model import Case
from hotline.cases.reading import files_under, read_cases
from hotline.coverage.without import Taken
from procedures import yaml_lines
from procedures.loader import DATA

ROOT = Path(__file__).parents[2]
ACCOUNTS = ROOT / "procedures" / "coverage"
CASES = ROOT / "tests" / "procedures"


class Held(StrEnum):
    """How a rule is held.

    `enforced`: the software refuses, counts or does it, and a case shows it. `supported`: it offers, records or shows
    what people need. `later`: it comes with the service for oversight. `outside`: it is not software's.
    """

    ENFORCED = "enforced"
    SUPPORTED = "supported"
    LATER = "later"
    OUTSIDE = "outside"

    @property
    def shown(self) -> str:
        """As the page writes it."""
        return {Held.LATER: "later: oversight", Held.OUTSIDE: "not software's"}.get(self, self.value)


class Rule(BaseModel):
    """One rule in our own words, how it is held and where: `procedure:PATH` in the file, `code:NAME` in the code.

    `reason` says why it is not held, or what the service for oversight will do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    clause: str
    en: str
    zh: str
    how: Held
    where: tuple[str, ...] = ()
    without: tuple[Taken, ...] = ()
    reason: str | None = None


class Numbered(BaseModel):
    """The rules of a regulation: from `R004-001` to its last."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    prefix: str = Field(pattern=r"^R\d{3}$")
    last: int = Field(ge=1, le=999)

    def ids(self) -> tuple[str, ...]:
        """Every rule there is."""
        return tuple(f"{self.prefix}-{number:03d}" for number in range(1, self.last + 1))


class Account(BaseModel):
    """All rules of a utility's regulation; `each_without`: every enforced one says what its cases miss without it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    utility: str
    numbered: Numbered
    each_without: bool = False
    rules: tuple[Rule, ...] = Field(min_length=1)

    @property
    def page(self) -> Path:
        """Where its page stands."""
        return ROOT / "docs" / f"coverage-{self.utility}.md"

    @property
    def cases(self) -> Path:
        """Where the utility's cases stand."""
        return CASES / self.utility

    @property
    def procedure(self) -> Path:
        """The newest file of the utility."""
        return max((DATA / self.utility).glob("*.yaml"))


class Shown(NamedTuple):
    """A case that cites a rule, and its file."""

    file: Path
    case: Case


Cases = Mapping[str, list[Shown]]
"""The cases by each rule id they cite."""


def accounts(folder: Path = ACCOUNTS) -> tuple[Account, ...]:
    """Every account as written; ValidationError for an unknown word."""
    return tuple(account(path) for path in sorted(folder.glob("*.yaml")))


def account(path: Path) -> Account:
    """One account; ValidationError for an unknown word."""
    return Account.model_validate(yaml_lines.read(path.read_text("utf-8")).value)


def shown(folder: Path) -> dict[str, list[Shown]]:
    """Every case of the folder under each rule it cites."""
    found: dict[str, list[Shown]] = {}
    for file in files_under([folder]):
        for case in read_cases(file):
            for rule in case.rules:
                found.setdefault(rule, []).append(Shown(file, case))
    return found
