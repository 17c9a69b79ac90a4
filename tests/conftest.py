"""Fixtures for real back ends, started once per run and only when a test asks; the summary says which were used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.backends import KafkaBackEnd, MongoBackEnd, kafka_back_end, mongo_back_end

_USED = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_USED] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    used = config.stash[_USED]
    if used:
        terminalreporter.write_line(f"back ends used: {'; '.join(used)}")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[KafkaBackEnd]:
    """The bus of this run: `.bootstrap`, `.remembers`, `.idempotent`. All tests share it: use topics of your own."""
    with kafka_back_end(tmp_path_factory.mktemp("kafka")) as found:
        pytestconfig.stash[_USED].append(found.description)
        yield found


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[MongoBackEnd]:
    """The document store of this run: `.url`, `.options`, `.is_mongodb`. Shared: use a database of your own."""
    with mongo_back_end(tmp_path_factory.mktemp("mongo")) as found:
        pytestconfig.stash[_USED].append(found.description)
        yield found


@pytest.fixture(scope="session")
def mongo_url(mongo: MongoBackEnd) -> str:
    """Where the document store is, with the options in the URL that this server needs."""
    return mongo.url


@pytest.fixture(scope="session")
def mongo_options(mongo: MongoBackEnd) -> dict[str, Any]:
    """Keyword arguments for the driver's client."""
    return dict(mongo.options)
