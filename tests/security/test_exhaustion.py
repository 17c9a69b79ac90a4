"""A thousand hostile requests leave the memory and the disk as they were."""

from __future__ import annotations

import base64
import gc
import random
import string
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from kit.http.serving import listening
from kit.settings import HttpSettings
from tests.handlers.intake_desk import FAULT, UTILITY, FrontDesk

REQUESTS = 1_000
MOST_GROWN = 20 * 1024 * 1024
_LETTERS = string.ascii_letters


class Attacker:
    """Whoever reaches the port, and has a token of an agent where it says so."""

    def __init__(self, client: httpx.AsyncClient, desk: FrontDesk) -> None:
        self._client = client
        self._own = desk._headers("agent", UTILITY, "en")
        self._dice = random.Random(10)

    def junk(self, size: int) -> str:
        """No two are alike."""
        return "".join(self._dice.choices(_LETTERS, k=50)) + "x" * (size - 50)

    async def sends(self, method: str, path: str, **more: Any) -> None:
        await self._client.request(method, path, **more)

    async def a_strangers_token(self) -> None:
        head = base64.urlsafe_b64encode(b'{"alg":"EdDSA","kid":"%b"}' % self.junk(9_000).encode()).decode()
        await self.sends("GET", "/intake/tickets", headers={"Authorization": f"Bearer {head}.e30.{self.junk(9_000)}"})

    async def long_headers(self) -> None:
        headers = {"Accept-Language": self.junk(28_000), "X-Request-Id": self.junk(60)}
        await self.sends("GET", f"/intake/tickets/{self.junk(900)}", headers=headers)

    async def large_headers(self) -> None:
        await self.sends("GET", "/intake/tickets", headers={"X-Junk": self.junk(100_000)})

    async def a_strangers_upload(self) -> None:
        await self.sends("POST", "/intake/attachments", files={"file": self.junk(300_000).encode()})

    async def endless_words(self) -> None:
        body = FAULT | {"text": self.junk(7_900), "subject": self.junk(190), "attachments": ["0" * 64]}
        await self.sends("POST", "/intake/proposals", json=body, headers=self._own)
        await self.sends("POST", "/intake/requests", json=body, headers=self._own)

    async def an_upload_that_is_no_file_we_take(self) -> None:
        files = {"file": b"\x00" + self.junk(200_000).encode()}
        await self.sends("POST", "/intake/attachments", files=files, headers=self._own)

    async def a_key_never_used_again(self) -> None:
        headers = self._own | {"Idempotency-Key": self.junk(120)}
        await self.sends("POST", f"/intake/tickets/{self.junk(100)}/urges", json={}, headers=headers)


@pytest.fixture
async def attacker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Attacker]:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    desk = FrontDesk(tmp_path)
    async with (
        listening(desk.app, HttpSettings(port=0)) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as client,
    ):
        yield Attacker(client, desk)


@pytest.mark.security
async def test_memory_stays_flat_and_nothing_is_left_on_the_disk(attacker: Attacker, tmp_path: Path) -> None:
    attacks = (
        attacker.a_strangers_token,
        attacker.long_headers,
        attacker.large_headers,
        attacker.a_strangers_upload,
        attacker.endless_words,
        attacker.an_upload_that_is_no_file_we_take,
        attacker.a_key_never_used_again,
    )
    for number in range(100):
        await attacks[number % len(attacks)]()
    before = _memory()
    for number in range(REQUESTS):
        await attacks[number % len(attacks)]()
    assert _memory() - before < MOST_GROWN
    assert _left(tmp_path) == []


def _left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".pem", ".key")]


def _memory() -> int:
    gc.collect()
    found: int = psutil.Process().memory_info().rss
    return found
