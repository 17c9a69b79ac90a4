"""The line to a switch: a peer that speaks the manager's protocol on a real socket, and everything that goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.calls import CallAbandoned, CallEnded
from kit.clock import machine_now
from kit.settings import TelephonySettings
from kit.store.port import Query
from services.telephony.ami import connection
from services.telephony.ami.connection import opened
from services.telephony.ami.switch import Asterisk
from services.telephony.line import Line
from services.telephony.port import Dial, LoginRefused, SwitchAway
from services.telephony.rules import lease
from tests.switchboard import Kept, running, until
from tests.unit.telephony.story import MOBILE, PROCEDURE, Story, answered


@dataclass
class Peer:
    """Answers every action, and says what a test tells it to."""

    secret: str = "right"
    forbidden: str = ""
    channels: list[dict[str, str]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    frozen: bool = False
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
                action = dict(line.split(": ", 1) for line in lines if ": " in line)
                self.asked.append(action)
                if not self.frozen:
                    self._answer(writer, action)

    def _answer(self, writer: asyncio.StreamWriter, action: dict[str, str]) -> None:
        good = action["Action"] != "Login" or action["Secret"] == self.secret
        good = good and action["Action"] != self.forbidden
        of = {"ActionID": action["ActionID"]}
        self._write(writer, {"Response": "Success" if good else "Error", "Message": "said"} | of)
        if action["Action"] == "CoreShowChannels":
            for channel in self.channels:
                self._write(writer, {"Event": "CoreShowChannel"} | channel | of)
            self._write(writer, {"Event": "CoreShowChannelsComplete", "EventList": "Complete"} | of)
        if action["Action"] == "QueueStatus":
            self._write(writer, {"Event": "QueueStatusComplete", "EventList": "Complete"} | of)

    def _write(self, writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
        lines = [
            f"{key}: {each}"
            for key, value in message.items()
            for each in ([value] if isinstance(value, str) else value)
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())

    def say(self, messages: Iterable[dict[str, Any]]) -> None:
        """As if it happened now."""
        now = machine_now().timestamp()
        first = None
        for message in messages:
            first = first if first is not None else message["t"]
            told = {key: value for key, value in message.items() if key != "t"}
            self._write(self.writers[-1], told | {"Timestamp": f"{now + message['t'] - first - 60:.6f}"})

    def asked_for(self, action: str) -> list[dict[str, str]]:
        return [each for each in self.asked if each["Action"] == action]


@asynccontextmanager
async def peer(**settings: Any) -> AsyncIterator[Peer]:
    found = Peer(**settings)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        for writer in found.writers:
            writer.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.telephony.line._RETRY", (0.05,))
    monkeypatch.setattr("services.telephony.line._AFTER_A_REFUSAL", 0.05)
    monkeypatch.setattr("services.telephony.line._OVERLAP", timedelta(seconds=1.5))
    monkeypatch.setattr(lease, "BEAT", timedelta(seconds=0.05))
    monkeypatch.setattr(lease, "SILENCE", timedelta(seconds=0.3))


async def test_what_the_switch_tells_is_said_and_the_number_is_on_its_way_to_the_vault() -> None:
    kept = Kept()
    async with peer() as switch, running(kept.line(switch.port)) as line:
        await until(lambda: line.holds and switch.asked_for("QueueStatus"))
        switch.say(answered().messages)
        await until(lambda: "call.answered" in kept.kinds())
        await asyncio.sleep(0.05)
    await kept.end()
    assert kept.kinds() == ["call.arrived", "call.queued", "call.ringing", "call.answered", "call.ended"]
    assert MOBILE not in repr(kept.said)
    [pending] = await kept.desk.numbers.store.find(Query(PROCEDURE.utility))
    assert pending.state.sealed is not None
    assert MOBILE not in pending.state.sealed


async def test_the_switch_s_clock_is_put_right_by_ours() -> None:
    kept = Kept()
    async with peer() as switch, running(kept.line(switch.port)) as line:
        await until(lambda: line.holds and switch.asked_for("QueueStatus"))
        switch.say(Story().arrives().messages)
        await until(lambda: kept.said)
    assert abs(kept.said[0].time - machine_now()) < timedelta(seconds=3)


async def test_a_wrong_password_is_said() -> None:
    kept = Kept()
    async with peer(secret="other") as switch, running(kept.line(switch.port)) as line:
        await until(lambda: "password" in line.why)
        with pytest.raises(SwitchAway, match="does not take the name and password"):
            line.at_once()
    with pytest.raises(SwitchAway):
        await opened(TelephonySettings(host="127.0.0.1", port=1))
    assert issubclass(LoginRefused, SwitchAway)


async def test_an_account_that_may_too_little_is_said_and_ends_nothing() -> None:
    kept = Kept()
    async with peer(forbidden="CoreShowChannels") as switch, running(kept.line(switch.port)) as line:
        await until(lambda: "refuses" in line.why)
        switch.forbidden = ""
        await until(lambda: line.holds and switch.asked_for("QueueStatus"))


async def test_a_command_while_the_switch_is_away_is_refused_at_once_and_never_carried_out_later() -> None:
    kept = Kept()
    async with peer() as switch:
        line = kept.line(switch.port)
        with pytest.raises(SwitchAway):
            line.at_once()
        async with running(line):
            await until(lambda: line.holds)
            assert switch.asked_for("Originate") == []
            await line.at_once().call_back(Dial("call_1", "8001", MOBILE, "956100", "139****9002", "tkt_1"))
    [dialled] = switch.asked_for("Originate")
    assert (dialled["Channel"], dialled["Exten"], dialled["ChannelId"]) == ("PJSIP/8001", MOBILE, "call_1")


async def test_a_value_cannot_bring_an_action_of_its_own() -> None:
    kept = Kept()
    async with peer() as switch, running(kept.line(switch.port)) as line:
        await until(lambda: line.switch is not None)
        with pytest.raises(ValueError, match="line break"):
            await line.at_once().transfer("x\r\nAction: Command\r\nCommand: core stop now", "8001")


async def test_a_frozen_switch_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PING_EVERY", 0.05)
    monkeypatch.setattr(connection, "PATIENCE", 0.2)
    kept = Kept()
    async with peer() as switch, running(kept.line(switch.port)) as line:
        await until(lambda: line.holds)
        switch.frozen = True
        await until(lambda: line.switch is None)
        assert "no answer" in line.why
        switch.frozen = False
        await until(lambda: line.holds)


async def test_a_call_that_was_gone_when_the_line_was_back_is_closed_and_says_so() -> None:
    kept = Kept()
    async with peer() as switch, running(kept.line(switch.port)) as line:
        await until(lambda: line.holds and switch.asked_for("QueueStatus"))
        story = Story(linked="sw1-1795298269.0").arrives().queued().rings("8001").answers("8001")
        switch.say(story.messages)
        await until(lambda: "call.answered" in kept.kinds())
        await asyncio.sleep(1.6)
        switch.writers[-1].close()
        await until(lambda: not line.holds)
        await until(lambda: line.holds and len(switch.asked_for("QueueStatus")) == 2)
        await asyncio.sleep(0.1)
    await kept.end()
    [last] = [event.data for event in kept.said if isinstance(event.data, CallEnded)]
    assert (last.closed_by, last.outcome) == ("gap", "answered")


async def test_what_began_and_ended_in_a_gap_comes_from_the_switch_s_own_log(tmp_path: Path) -> None:
    log, now = tmp_path / "queue_log", int(machine_now().timestamp())
    kept = Kept()
    async with peer() as switch, running(kept.line(switch.port, log=log)) as line:
        await until(lambda: line.holds and switch.asked_for("QueueStatus"))
        switch.say(answered().messages)
        await until(lambda: "call.answered" in kept.kinds())
        linked = f"sw1-{now}.77"
        rows = [(0, "NONE", "ENTERQUEUE", f"|{MOBILE}|1"), (0, "NONE", "ABANDON", "1|1|9")]
        log.write_text(
            "".join(f"{now + s}|{linked}|956100|{who}|{what}|{more}\n" for s, who, what, more in rows) + "cut|off"
        )
        switch.writers[-1].close()
        await until(lambda: len(switch.asked_for("QueueStatus")) == 2)
        await until(lambda: "call.abandoned" in kept.kinds())
    await kept.end()
    [lost] = [event for event in kept.said if isinstance(event.data, CallAbandoned)]
    ends = [event.data for event in kept.said if event.subject == lost.subject and isinstance(event.data, CallEnded)]
    assert [end.outcome for end in ends] == ["abandoned"]


async def test_one_of_two_replicas_holds_the_line_and_the_other_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    async with peer() as switch:
        one, other = kept.line(switch.port), kept.line(switch.port)
        task = asyncio.create_task(one.run())
        await until(lambda: one.holds)
        async with running(other):
            await until(lambda: other.switch is not None)
            await asyncio.sleep(0.5)
            assert (one.holds, other.holds) == (True, False)
            monkeypatch.setattr(Line, "_beat", _beats_for(other))
            await until(lambda: other.holds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _beats_for(living: Line) -> Any:
    """As if every other replica had stopped dead."""
    beat = Line._beat

    async def only(line: Line) -> bool:
        if line is not living:
            await asyncio.sleep(3600)
        return await beat(line)

    return only


async def test_whoever_hears_it_all_again_doubles_nothing() -> None:
    kept, story = Kept(), answered()
    for _ in range(2):
        async with peer() as switch, running(kept.line(switch.port)) as line:
            await until(lambda: line.holds and switch.asked_for("QueueStatus"))
            switch.say(story.messages)
            await until(lambda: "call.answered" in kept.kinds())
            await asyncio.sleep(0.05)
    await kept.end()
    assert kept.kinds() == ["call.arrived", "call.queued", "call.ringing", "call.answered", "call.ended"]


async def test_garbage_and_a_flood_hold_up_nothing() -> None:
    kept = Kept()
    async with peer() as switch, running(kept.line(switch.port)) as line:
        await until(lambda: line.holds and switch.asked_for("QueueStatus"))
        writer = switch.writers[-1]
        writer.write(
            b"no colon at all\r\n\r\n\xff\xfe: x\r\n\r\nEvent\r\n\r\n" + b"Event: X" + b"y" * 20_000 + b"\r\n\r\n"
        )
        writer.write(b"Event: VarSet\r\nVariable: a\r\n\r\n" * 5_000)
        writer.write(b"Event: Hangup\r\nChannel: PJSIP/8001-1\r\nUniqueid: 1.1\r\nCause: many\r\n\r\n")
        switch.say(answered().messages)
        await until(lambda: "call.answered" in kept.kinds(), 20)
        assert isinstance(line.switch, Asterisk)
        assert line.switch.connection.messages.malformed >= 3
