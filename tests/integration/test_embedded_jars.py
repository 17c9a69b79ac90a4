"""Kafka's jars are taken once, whole and unaltered, or Tansu stands in and says so."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from embedded import broker
from embedded.jars import LOCK_FILE, JarsUnavailable, kafka_jars, locked_jars

NOBODY = "http://127.0.0.1:9"


class _WrongJars(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"not what was locked")

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def wrong_repository() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _WrongJars)
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_lock_names_kafka_and_a_way_to_see_its_errors() -> None:
    artifacts = {jar.artifact for jar in locked_jars(LOCK_FILE.read_text())}
    assert {"kafka_2.13", "kafka-clients", "slf4j-simple"} <= artifacts


async def test_a_jar_that_is_not_the_locked_one_is_refused_and_not_kept(tmp_path: Path, wrong_repository: str) -> None:
    with pytest.raises(JarsUnavailable, match=r"\.jar has sha256 [0-9a-f]{64}, kafka\.lock says"):
        await kafka_jars(tmp_path, repository=wrong_repository)
    assert os.listdir(tmp_path) == ["owner.lock"]


async def test_without_jars_the_broker_that_forgets_stands_in_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_CACHE", str(tmp_path / "cache"))
    async with broker(tmp_path, repository=NOBODY) as running:
        assert (running.kind, running.remembers, running.idempotent) == ("tansu", False, False)
        assert "jars cannot be had" in (running.fallback_reason or "")


async def test_without_jars_kafka_by_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_CACHE", str(tmp_path / "cache"))
    with pytest.raises(JarsUnavailable):
        async with broker(tmp_path, wanted="kafka", repository=NOBODY):
            pass
