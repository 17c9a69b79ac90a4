"""`kill -9` of the whole `hotline up` under load, on both of its brokers: after the restart nothing is missing."""

from __future__ import annotations

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from time import monotonic

import pytest

from contracts.envelope import Event, decode
from contracts.topics import TICKETS
from embedded.ports import LOOPBACK, free_ports
from kit.bus.dead_letters import read_letters
from kit.settings import KafkaSettings
from services.registry import speaking_on
from tests.chaos.lives import Life, live_all, plans
from tests.chaos.verdict import SAID_WITHIN_SECONDS, Verdict, judge_order, judge_states, judge_stories, nothing_open
from tests.fleet import Persistent, eventually
from tests.listening import events_on
from tests.running import HotlineProcess, Tokens

TICKETS_EACH = 300
DEATHS = 3
AT_ONCE = 20
TELLERS = [service.prefix for service in speaking_on(TICKETS)]


@pytest.mark.parametrize("broker", ["kafka", "tansu"])
async def test_nothing_is_lost_when_everything_is_killed_at_once_and_started_again(
    broker: str, tmp_path: Path, seed: int, told: Callable[[str], None]
) -> None:
    told(f"HOTLINE_CHAOS_SEED={seed}, {TICKETS_EACH} tickets")
    [port] = free_ports(1)
    arguments = ("up", "--port", str(port), "--var", str(tmp_path / "var"))
    hotline = HotlineProcess(tmp_path / "up", *arguments, environment={"HOTLINE_EMBEDDED__BROKER": broker})
    await hotline.start()
    client = Persistent({"": f"http://{LOOPBACK}:{port}"}, Tokens(tmp_path / "var"), patience_seconds=120)
    ended: list[Life] = []
    begun = monotonic()
    try:
        killing = asyncio.create_task(_kill(hotline, tmp_path / "var" / broker, seed, ended, told))
        failures = await live_all(client, list(plans(TICKETS_EACH, seed)), AT_ONCE, ended)
        await killing
        await eventually(partial(nothing_open, client), 120)
        await asyncio.sleep(SAID_WITHIN_SECONDS)
        verdict = Verdict()
        judge_stories(ended, judge_order(await _told(client, hotline, broker, ended), verdict), verdict)
        await judge_states(client, ended, verdict)
        letters = await read_letters(KafkaSettings(bootstrap_servers=(hotline.bootstrap,)))
    finally:
        await client.close()
        status = await hotline.stop()
    told(f"{verdict}; {DEATHS} deaths, {client.repeats} requests repeated, {monotonic() - begun:.0f} s")
    assert failures == []
    assert (verdict.lost, verdict.doubled) == ([], [])
    assert [letter.failures for letter in letters] == []
    assert (verdict.opened, verdict.closed, status) == (TICKETS_EACH, TICKETS_EACH, 0)


async def _kill(
    hotline: HotlineProcess, broker: Path, seed: int, ended: Sequence[Life], told: Callable[[str], None]
) -> None:
    chance = Random(seed)
    for moment in sorted(chance.uniform(0.05, 0.9) for _ in range(DEATHS)):
        while len(ended) < moment * TICKETS_EACH:  # noqa: ASYNC110 - work is done in many places
            await asyncio.sleep(0.05)
        broker_pid = _pid_of(broker)
        told(f"{moment:.0%} of the work: kill -9 of everything, broker included")
        await hotline.kill()
        await eventually(partial(_gone, broker_pid), 10)
        await hotline.start()


def _pid_of(broker: Path) -> int:
    [pid_file] = broker.glob("*.pid")
    return int(json.loads(pid_file.read_text())["pid"])


async def _gone(pid: int) -> bool:
    """The broker dies with its owner."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def _told(client: Persistent, hotline: HotlineProcess, broker: str, lives: Sequence[Life]) -> list[Event]:
    """Everything that was said: from the bus, or, where that forgets, as the services have it in their histories."""
    if broker == "kafka":
        return await events_on(hotline.bootstrap, TICKETS)
    said: dict[str, list[Event]] = defaultdict(list)
    for life in lives:
        for teller in TELLERS:
            for event in await client.get("supervisor", f"/{teller}/events/{life.ticket}"):
                said[life.ticket or ""].append(decode(json.dumps(event).encode()))
    return [event for events in said.values() for event in events]
