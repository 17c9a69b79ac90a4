"""Every written case of the procedures, played through the rules of all services."""

import asyncio
from pathlib import Path

import pytest

from hotline.cases.play import play
from hotline.cases.procedures import by_name, procedure_of
from hotline.cases.reading import WrittenCase, files_under, read_file
from tests.utilities import ALL, SMALL

OURS = (path for path in sorted(Path(__file__).parent.iterdir()) if path.is_dir() and not path.name.startswith("_"))
FOLDERS = [*(path for path in OURS if path != SMALL), *sorted(SMALL.glob("*/cases"))]
CASES = [
    pytest.param(written, id=f"{file.stem}: {written.case.case}")
    for file in files_under(FOLDERS)
    for written in read_file(file)
]


@pytest.mark.parametrize("written", CASES)
def test_the_case_holds(written: WrittenCase) -> None:
    played = asyncio.run(play(written.case, procedure_of(written, by_name(ALL))))
    failures = (f"{m.where}: {m.failure.what}: {m.failure.expected} / {m.failure.actual}" for m in played.missed)
    assert played.holds, "\n".join(failures)


def test_there_are_cases_for_the_office_to_read() -> None:
    assert len(CASES) >= 90
    assert all(each.values[0].case.zh for each in CASES), "a case without its Chinese sentence"


def test_no_two_cases_have_the_same_name() -> None:
    names = [str(case.id).partition(": ")[2] for case in CASES]
    assert len(names) == len(set(names))
