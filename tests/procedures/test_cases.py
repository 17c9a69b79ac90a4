"""Every written case of the gas procedure, played through the rules of all services."""

import asyncio
from pathlib import Path

import pytest

from hotline.cases.model import Case
from hotline.cases.play import play
from hotline.cases.reading import files_under, read_cases
from procedures.loader import load_all

FOLDER = Path(__file__).parent / "kunlun-gas-956100"
CASES = [
    pytest.param(case, id=f"{file.stem}: {case.case}") for file in files_under([FOLDER]) for case in read_cases(file)
]


@pytest.mark.parametrize("case", CASES)
def test_the_case_holds(case: Case) -> None:
    played = asyncio.run(play(case, load_all()))
    failures = (f"{m.where}: {m.failure.what}: {m.failure.expected} / {m.failure.actual}" for m in played.missed)
    assert played.holds, "\n".join(failures)


def test_there_are_cases_for_the_office_to_read() -> None:
    assert len(CASES) >= 90
    assert all(case.values[0].zh for case in CASES), "a case without its Chinese sentence"


def test_no_two_cases_have_the_same_name() -> None:
    names = [str(case.id).partition(": ")[2] for case in CASES]
    assert len(names) == len(set(names))
