"""One `hotline up` for all journeys, its clock stepped; each journey begins where the one before left time standing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from tests.journey.office import Office
from tests.running import HotlineProcess, Tokens

START = "2024-03-04T08:00:00+08:00"
"""So early that a journey may take its weeks and still be in years whose holidays are known."""


@pytest.fixture(scope="session")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hotline")


@pytest.fixture(scope="session")
def hotline(var: Path) -> Iterator[HotlineProcess]:
    arguments = ("up", "--stepped-from", START, "--port", "0", "--var", str(var))
    process = HotlineProcess(var / "process", *arguments)
    asyncio.run(process.start())
    yield process
    assert asyncio.run(process.stop()) == 0, process.log_file.read_text()


@pytest.fixture
async def office(hotline: HotlineProcess, var: Path) -> AsyncIterator[Office]:
    async with httpx.AsyncClient(trust_env=False) as client:
        shown = await client.get(
            f"{hotline.address}/clock", headers={"Authorization": f"Bearer {Tokens(var)('admin')}"}
        )
    made = Office(hotline, var, datetime.fromisoformat(shown.json()["now"]))
    yield made
    await made.close()
