"""Which numbers of a procedure do its cases hold? `python -m hotline.mutate` changes each a little and plays them.

Every duration, count, share, time of day and grade of the file is made a little larger and a little smaller, in memory
and one at a time. A change is noticed when the file is refused at load or when a case fails; what is not noticed is
printed, and the status is 1 when fewer than `--least` per cent of the numbers are noticed both ways.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hotline.cases.play import play
from hotline.cases.procedures import for_all, procedure_of
from hotline.cases.reading import WrittenCase, files_under, read_file
from hotline.numbers import neighbours
from procedures.faults import FileError
from procedures.files import read_yaml
from procedures.loader import DATA, checked
from procedures.yaml_lines import Lined
from procedures.yaml_lines import Path as Place

CASES = Path("tests/procedures")
_NO_DECISIONS = frozenset({"schema", "effective", "hotline", "announced_through", "most", "grace_seconds", "telephony"})
"""What identifies a file, dates its knowledge of holidays or bounds a text is no rule that a case could show; nor is
the grace for messages on their way, which cases do not have, and the phone switch has no part in cases."""


@dataclass(frozen=True)
class Change:
    """One number written otherwise; `rule` is that of the row it stands in."""

    place: Place
    line: int
    before: str
    after: str
    rule: str | None
    value: Any

    @property
    def where(self) -> str:
        """Its place in the words of the file."""
        return ".".join(map(str, self.place))


def changes(lined: Lined) -> Iterator[Change]:
    """Every number of the file a step up and a step down."""
    yield from _changes(lined.value, (), None, lined)


def _changes(value: Any, place: Place, rule: str | None, lined: Lined) -> Iterator[Change]:
    if isinstance(value, dict):
        own = value.get("rule", rule)
        for word, each in value.items():
            if word not in _NO_DECISIONS:
                yield from _changes(each, (*place, word), own, lined)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _changes(each, (*place, number), rule, lined)
    else:
        for after in neighbours(value):
            yield Change(place, lined.line(place), str(value), str(after), rule, after)


def changed(value: Any, place: Place, after: object) -> Any:
    """The file's content with another value at the place; what is not on the way there is shared."""
    if not place:
        return after
    first, *rest = place
    copy: Any = list(value) if isinstance(value, list) else dict(value)
    copy[first] = changed(value[first], tuple(rest), after)
    return copy


@dataclass(frozen=True)
class Trial:
    """A file and the cases that are to notice its changes."""

    lined: Lined
    cases: tuple[WrittenCase, ...]

    def notices(self, change: Change) -> bool:
        """Whether the changed file is refused or a case fails on it; those that cite the number's rule go first."""
        procedure, wrong = checked(Lined(changed(self.lined.value, change.place, change.value), self.lined.lines))
        if procedure is None or wrong:
            return True
        choose = for_all(procedure)
        in_order = sorted(self.cases, key=lambda written: change.rule not in written.case.rules)
        return any(not asyncio.run(play(each.case, procedure_of(each, choose))).holds for each in in_order)


_trial: list[Trial] = []
"""What the worker processes try; they are forks, so that nothing is read twice."""


def _noticed(change: Change) -> tuple[Change, bool]:
    try:
        return change, _trial[0].notices(change)
    except FileError:
        return change, True


def survivors(trial: Trial, found: Sequence[Change], console: Console) -> list[Change]:
    """The changes that nothing notices, on all cores."""
    _trial[:] = [trial]
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        Progress(*columns, console=console) as progress,
        ProcessPoolExecutor(os.cpu_count(), get_context("fork")) as pool,
    ):
        task = progress.add_task("changes tried", total=len(found))
        unnoticed = []
        for change, noticed in pool.map(_noticed, found):
            progress.advance(task)
            unnoticed += [] if noticed else [change]
    return unnoticed


def newest(folder: Path = DATA) -> list[Path]:
    """The newest file of every utility."""
    return [max(utility.glob("*.yaml")) for utility in sorted(folder.iterdir()) if utility.is_dir()]


def _try(file: Path, cases: Path, least: float, console: Console) -> bool:
    lined = read_yaml(file)
    written = tuple(each for case_file in files_under([cases]) for each in read_file(case_file))
    found = list(changes(lined))
    unnoticed = survivors(Trial(lined, written), found, console)
    numbers = dict.fromkeys(change.place for change in found)
    lost = dict.fromkeys(change.place for change in unnoticed)
    share = 100 * (len(numbers) - len(lost)) / len(numbers)
    for change in unnoticed:
        console.print(
            f"{file.name}:{change.line}: {change.where}: {change.before} → {change.after}  {change.rule or ''}"
        )
    console.print(f"{file.parent.name}: {len(numbers) - len(lost)} of {len(numbers)} numbers noticed ({share:.1f} %)")
    return share >= least


def main() -> int:
    """Try each file with its utility's cases; 1 when too little is noticed, 2 when a file cannot be read."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="procedure files; the newest of each utility")
    parser.add_argument("--cases", type=Path, help=f"their cases; {CASES}/<utility> when left out")
    parser.add_argument("--least", type=float, default=95, help="per cent of the numbers that must be noticed")
    asked = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    try:
        kept = [
            _try(file, asked.cases or CASES / file.resolve().parent.name, asked.least, console)
            for file in asked.files or newest()
        ]
    except FileError as error:
        for each in error.all():
            console.print(each.told(), markup=False)
        return 2
    return int(not all(kept))


if __name__ == "__main__":
    sys.exit(main())
