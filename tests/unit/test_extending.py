"""The page for the next person lists what an addition touches; the tree holds each list to an example and its goal."""

import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
LEFT_OUT = (
    "tests/*",
    "bench/*",
    "docs/*",
    "*.md",
    "contracts/samples/*",
    "contracts/schemas/*",
    "contracts/released/*",
    "contracts/asyncapi.json",
)


class Example(NamedTuple):
    """By what an example is found in the tree, which files are its own, and how many it may touch besides."""

    section: str
    marks: str
    most: int
    own: tuple[str, ...] = ()
    at_times: tuple[str, ...] = ()


PROCEDURE = "kunlun-gas-956100"
EXAMPLES = (
    Example("A limit", rf'clock: urge, within|^"{PROCEDURE}/2011-01-01.yaml" =', 2),
    Example("An event", r"\bTicketProgressed\b|\bticket\.progressed\b|^progressed = ", 6, own=("procedures/data/*",)),
    Example(
        "A step",
        r'^class Progress\(Command\)|command: Progress\b|^        "progress",$|^\[step\](?:\n\S.*)*\nprogress = ',
        5,
    ),
    Example(
        "A service",
        r"^from services\.callback\b|^from contracts import (?:.*, )?callback\b|\bService\(\"callback\"|^ *- callback$",
        4,
        own=(
            "services/callback/*",
            "contracts/callback.py",
            "texts/*/callback.toml",
            "deploy/kubernetes/base/callback/*",
        ),
        at_times=("hotline/cases/stage.py",),
    ),
)


def listed(section: str) -> set[str]:
    """The files in the table under a heading."""
    [text] = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.M))


def tree() -> list[str]:
    """Every file that is written by hand and runs, as git has it."""
    told = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    files = [file for file in told.stdout.splitlines() if (ROOT / file).is_file()]
    return [file for file in files if not any(fnmatch(file, pattern) for pattern in LEFT_OUT)]


def touching(marks: str) -> set[str]:
    """The files in which a mark stands."""
    found = re.compile(marks, re.M)
    return {file for file in tree() if found.search((ROOT / file).read_text("utf-8", "replace"))}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.section)
def test_the_page_lists_exactly_the_files_that_its_example_touches(example: Example) -> None:
    found = {file for file in touching(example.marks) if not any(fnmatch(file, own) for own in example.own)}
    assert listed(example.section) == found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.section)
def test_no_addition_touches_more_files_than_the_house_allows(example: Example) -> None:
    assert len(listed(example.section) - set(example.at_times)) <= example.most


def test_a_utility_is_data_and_the_code_that_names_one_is_known() -> None:
    named = {file for file in tree() if PROCEDURE in file} | touching(PROCEDURE)
    [text] = re.findall(r"^## A utility\n(.*?)(?=^## )", PAGE, re.M | re.S)
    told = {name for name in re.findall(r"`([^`]+)`", text) if (ROOT / name).is_file()}
    assert named - told == {"contracts/samples.py"}
    assert all(file.startswith("procedures/") for file in listed("A utility"))
    assert listed("A utility") <= named
