"""`hotline deadletters` on a real broker, as an operator types it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.backends import KafkaBackEnd
from tests.integration.bus_setup import POISON, Place, new_key, note, place, reading, signed, until

Hotline = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def hotline(kafka: KafkaBackEnd, tmp_path: Path) -> Hotline:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "HOTLINE_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap, "COLUMNS": "300"}
        command = [sys.executable, "-m", "hotline.cli", "deadletters", *words, "--var", str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)

    return run


async def test_dead_letters_are_listed_shown_and_replayed(kafka: KafkaBackEnd, hotline: Hotline) -> None:
    async with place(kafka) as here:
        key = new_key()
        await here.seed([key])
        await here.send(signed(key, 1, POISON), signed(key, 2, "good"))
        async with reading(here.reader()):
            await until(lambda: _signed(here, key, ("good",)))
        [letter] = [found for found in await _listed(hotline) if found["subject"] == key]
        assert (letter["reason"], letter["services"]) == ("poisonous", [here.service])
        assert letter["id"].startswith(f"{here.topic}/")

        shown = await asyncio.to_thread(hotline, "show", letter["id"], "--lang", "en")
        assert shown.returncode == 0
        assert f"in {note.__name__}" in shown.stdout
        assert '"unit": "poison"' in shown.stdout
        assert "ce_type: hotline.ticket.signed.v1" in shown.stdout

        replayed = await asyncio.to_thread(hotline, "replay", letter["id"])
        assert "已重发 1 条" in replayed.stdout
        assert [found for found in await _listed(hotline) if found["id"] == letter["id"]] == []


async def _signed(here: Place, key: str, units: tuple[str, ...]) -> bool:
    return await here.units(key) == units


async def _listed(hotline: Hotline) -> list[dict[str, Any]]:
    done = await asyncio.to_thread(hotline, "list", "--json")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_what_does_not_exist_is_named(kafka: KafkaBackEnd, hotline: Hotline) -> None:  # noqa: ARG001
    missing = hotline("show", "hotline.tickets/0/99999", "--lang", "en")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "No such dead letters: hotline.tickets/0/99999" in missing.stderr
    assert hotline("replay").returncode == 2


def test_without_a_bus_it_says_how_to_name_one(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    command = [sys.executable, "-m", "hotline.cli", "deadletters", "list", "--var", str(tmp_path), "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
    assert done.returncode == 2
    assert "HOTLINE_KAFKA__BOOTSTRAP_SERVERS" in done.stderr
