"""Real calls on a real Asterisk: what the service makes of them, and what it can ask of the switch."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from contracts.calls import CallAnswered, CallArrived, CallEnded
from embedded.switch.asterisk import AGENTS, QUEUE, Asterisk
from embedded.switch.packages import PackagesUnavailable, unpacked
from embedded.switch.phones import Phones
from services.telephony.ami.switch import Asterisk as Adapter
from services.telephony.line import Line
from tests.switch import scenes
from tests.switch.scenes import CALLER, SCENES
from tests.switchboard import Kept, running, until

pytestmark = pytest.mark.switch

ROOT = Path(__file__).parents[2]
RECORDED = os.environ.get("HOTLINE_RECORD_CALLS")
"""A folder in which the messages of every scene are kept, one a line, without what nobody reads."""

_NOISE = re.compile(
    r"VarSet|Newexten|RTCP|DeviceState|NewConnectedLine|NewCallerid|MusicOnHold|BridgeCreate|BridgeDestroy"
)


@pytest.fixture
async def switch(tmp_path: Path) -> AsyncIterator[Asterisk]:
    try:
        packages = await unpacked(ROOT / "var" / "switch")
    except PackagesUnavailable as error:
        pytest.skip(f"Debian's packages cannot be had: {error}")
    async with Asterisk(packages, tmp_path / "s") as found:
        yield found


async def _held(line: Line) -> Adapter:
    await until(lambda: line.holds, 20)
    assert isinstance(line.switch, Adapter)
    for station in AGENTS:
        await line.switch.sign(station, [QUEUE], on=True)
    await asyncio.sleep(0.3)
    return line.switch


def _record(adapter: Adapter, name: str) -> None:
    """Keep what the switch says from now on."""
    if RECORDED is None:
        return
    file, received = Path(RECORDED) / f"{name}.ami.jsonl", adapter.connection.received
    file.write_bytes(b"")

    async def kept():  # type: ignore[no-untyped-def]
        messages = await received()
        with file.open("ab") as out:
            for message, moment in messages:
                if not _NOISE.match(str(message.get("Event", ""))):
                    out.write(orjson.dumps({"t": round(moment.timestamp(), 4), **message}) + b"\n")
        return messages

    adapter.connection.received = kept  # type: ignore[method-assign]


@pytest.mark.parametrize("name", SCENES)
async def test_a_real_call_comes_to_what_it_was(switch: Asterisk, name: str) -> None:
    scene, outcome = SCENES[name]
    kept = Kept(dial_context="hotline-dial")
    async with running(kept.line(switch.manager, switch.password)) as line:
        adapter = await _held(line)
        _record(adapter, name)
        async with Phones(switch) as people:
            await scene(switch, people, adapter)
            await asyncio.sleep(1)
    await kept.end()
    ends = [event.data for event in kept.said if isinstance(event.data, CallEnded)]
    assert [end.outcome for end in ends] == [outcome]
    assert [end.closed_by for end in ends] == ["hang_up"]
    assert CALLER not in repr(kept.said)


async def test_three_talk_in_one_call(switch: Asterisk) -> None:
    kept = Kept()
    async with running(kept.line(switch.manager, switch.password)) as line:
        adapter = await _held(line)
        async with Phones(switch) as people:
            await scenes.three_at_once(switch, people, adapter, lambda: kept.said_of_calls()[0].subject)
            await asyncio.sleep(1)
    await kept.end()
    answers = [event.data.party for event in kept.said_of_calls() if isinstance(event.data, CallAnswered)]
    assert answers == ["agent", "third"]
    assert len({event.subject for event in kept.said_of_calls()}) == 1


async def test_a_restart_of_the_switch_in_mid_call_closes_the_call_and_the_line_comes_back(switch: Asterisk) -> None:
    kept = Kept()
    async with running(kept.line(switch.manager, switch.password, log=switch.queue_log)) as line:
        await _held(line)
        async with Phones(switch) as people:
            for port in switch.phones.values():
                await people.stand(port, scenes.phones.phone())
            await people.call(CALLER, scenes.phones.caller(stays=30))
            await until(lambda: "call.answered" in kept.kinds(), 20)
            await asyncio.sleep(6)
            await switch.kill()
            await until(lambda: line.switch is None, 10)
            await switch.start()
            await until(lambda: line.holds, 30)
            await asyncio.sleep(0.5)
    await kept.end()
    assert [event.data.closed_by for event in kept.said if isinstance(event.data, CallEnded)] == ["gap"]
    assert len([event for event in kept.said if isinstance(event.data, CallArrived)]) == 1
