"""Marks everything here as chaos, which a plain run leaves out; settings from the environment; figures at the end."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom

import pytest

_TOLD = pytest.StashKey[list[str]]()
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.chaos)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TOLD] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash[_TOLD]:
        terminalreporter.write_line(line)


@pytest.fixture
def told(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Says a line at once where output is shown, and again at the end of the run."""

    def tell(line: str) -> None:
        print(line, flush=True)
        pytestconfig.stash[_TOLD].append(f"{request.node.name}: {line}")

    return tell


@pytest.fixture(scope="session")
def seed() -> int:
    """HOTLINE_CHAOS_SEED, or another one every time."""
    given = os.environ.get("HOTLINE_CHAOS_SEED")
    return int(given) if given else SystemRandom().randrange(1_000_000)


@pytest.fixture(scope="session")
def tickets() -> int:
    """How many requests the great run makes: HOTLINE_CHAOS_TICKETS, else 2,000."""
    return int(os.environ.get("HOTLINE_CHAOS_TICKETS", "2000"))
