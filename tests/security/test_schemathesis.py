"""Schemathesis, bounded and seeded, on every operation of the document: no server error, no undocumented status."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from contracts.vocabulary import Role
from kit.auth.issuer import SeededUser
from kit.http.serving import listening
from kit.settings import HttpSettings
from tests.security.people import ENDLESS, Crowd

EXAMPLES = 12
EVERYBODY = SeededUser("everybody", "everybody", tuple(Role), ("jinan",), ("luzhong",), ("web",), ("jinan-12345",))
BOUNDED = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


class Server(threading.Thread):
    """All services, answering on a port of this machine until told to stop."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.address = ""
        self.headers: dict[str, str] = {}
        self._folder = folder
        self._up, self._done = threading.Event(), threading.Event()

    def run(self) -> None:
        """The thread's own loop."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        # Made here: a store belongs to the thread that opened it.
        crowd = Crowd(self._folder)
        self.headers = crowd.headers(EVERYBODY)
        async with listening(crowd.app, HttpSettings(port=0)) as self.address:
            self._up.set()
            await asyncio.to_thread(self._done.wait)

    def __enter__(self) -> Server:
        self.start()
        assert self._up.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join(20)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of all services, and the token of somebody with every role."""
    with Server(tmp_path_factory.mktemp("served")) as server:
        yield server.address, server.headers


@pytest.mark.security
def test_no_operation_answers_with_a_server_error_or_undocumented(served: tuple[str, dict[str, str]]) -> None:
    address, headers = served
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    operations = [each for each in operations if each.path not in ENDLESS]
    assert len(operations) > 80
    for operation in operations:

        @BOUNDED
        @given(case=operation.as_strategy())
        def answers(case: schemathesis.Case) -> None:
            case.call_and_validate(
                headers=headers, checks=[not_a_server_error, status_code_conformance, content_type_conformance]
            )

        answers()
