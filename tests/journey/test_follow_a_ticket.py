"""docs/follow-a-ticket.md, typed as it stands, prints what it says."""

import asyncio
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.running import HotlineProcess

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "follow-a-ticket.md"
END_OF_BLOCK = "~~ end of block ~~"


@dataclass(frozen=True)
class Typed:
    """Commands of the page, and what it says they print; `…` stands for anything."""

    commands: str
    printed: str | None


def second_terminal(page: str) -> list[Typed]:
    blocks = re.findall(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```$)?", page, re.M | re.S)
    return [Typed(commands, printed or None) for commands, printed in blocks]


@contextmanager
def first_terminal(page: str, folder: Path) -> Iterator[None]:
    """The `hotline up` of the page, on a free port."""
    [command] = re.findall(r"^```sh terminal-1\n.*?^hotline (up .*?)$", page, re.M | re.S)
    arguments = shlex.split(command)
    place = arguments.index("--var") + 1
    arguments[place] = str(folder / arguments[place])
    process = HotlineProcess(folder / "terminal-1", *arguments, "--port", "0")
    asyncio.run(process.start())
    try:
        yield
    finally:
        asyncio.run(process.stop())


def typed(blocks: list[Typed], folder: Path) -> list[str]:
    """What each block prints, all typed into one shell that knows no settings of the test run."""
    script = f"\necho {shlex.quote(END_OF_BLOCK)}\n".join(block.commands for block in blocks)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.stderr == ""
    return done.stdout.split(END_OF_BLOCK + "\n")


def says_the_same(told: str, printed: str) -> bool:
    """Whatever the line breaks."""
    pieces = [re.escape("".join(piece.split())) for piece in printed.split("…")]
    return re.fullmatch(".*?".join(pieces), "".join(told.split()), re.S) is not None


def test_the_page_can_be_followed_by_hand_and_prints_what_it_says(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    blocks = second_terminal(page)
    with first_terminal(page, tmp_path):
        told = typed(blocks, tmp_path)
    assert len(told) == len(blocks)
    wrong = [
        f"{block.commands}\nprints\n{output}\nnot\n{block.printed}"
        for block, output in zip(blocks, told, strict=True)
        if block.printed is not None and not says_the_same(output, block.printed)
    ]
    assert not wrong, "\n".join(wrong)


def test_what_differs_from_the_page_is_noticed() -> None:
    assert says_the_same('{"stage":"closed",\n"n":1}', '{"stage":"closed",…}')
    assert not says_the_same('{"stage":"replied"}', '{"stage":"closed"…}')
    assert not says_the_same("one\ntwo", "one")
