"""Telephony over HTTP: figures from calls that were heard, commands with a deadline, recordings with a trace."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.vocabulary import CallEnd
from kit.decide.shell import Shell
from kit.store.memory import MemoryStore
from kit.store.port import Query
from services.telephony.broadcast import Broadcast
from services.telephony.commands import Commands
from services.telephony.decider import LOOKS, QUEUES
from services.telephony.http import TelephonyDesk, router
from services.telephony.intake import Intake
from services.telephony.measuring import Measuring
from services.telephony.people import Numbers
from services.telephony.port import SwitchAway
from services.telephony.rules.figures import Row, Share, figures, lowest_day
from services.telephony.statements import Statements
from tests.handlers.bench_of_one import PROCEDURES, People
from tests.switchboard import Kept
from tests.unit.telephony.evidence import statements
from tests.unit.telephony.story import MOBILE, PROCEDURE, START, VAULT, Story, answered


class Port:
    """A switch that takes every command down."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        async def asked(*arguments: Any, **more: Any) -> None:
            self.asked.append((name, (*arguments, *more.values())))

        return asked


class Line:
    """The line, held or lost as a test needs it."""

    def __init__(self) -> None:
        self.port: Port | None = Port()
        self.holds = True
        self.why = "frozen"

    @property
    def switch(self) -> Port | None:
        return self.port

    def at_once(self) -> Port:
        if self.port is None:
            raise SwitchAway(self.why)
        return self.port

    def procedure(self, _: Any) -> Any:
        return PROCEDURE


class Bench:
    """Telephony's API in front of documents in memory."""

    def __init__(self, folder: Path) -> None:
        self.kept = Kept()
        self.line = Line()
        self.refused: dict[str, int] = {}
        self.posted: list[str] = []
        calls, agents = self.kept.desk.calls, self.kept.desk.agents
        looks = Shell(LOOKS, MemoryStore(LOOKS.collection), self.kept, calls.clock, lambda _: PROCEDURE, timedelta(0))
        queues = Shell(
            QUEUES, MemoryStore(QUEUES.collection), self.kept, calls.clock, lambda _: PROCEDURE, timedelta(0)
        )
        self.looks = looks
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._others))
        intake = Intake(client, "http://hotline", lambda: "token")
        numbers = Numbers(VAULT, PROCEDURE.utility)
        commands = Commands(calls, agents, intake, numbers, self.line, ("956100",), {})  # type: ignore[arg-type]
        measuring = Measuring(calls, agents, queues, PROCEDURES.in_force)
        desk = TelephonyDesk(calls, looks, measuring, Broadcast(), commands, self.line, folder / "audio")  # type: ignore[arg-type]
        self.people = People({"telephony": router(desk)}, folder)

    def _others(self, request: httpx.Request) -> httpx.Response:
        """Intake and the callback desk, as the network shows them."""
        self.posted.append(request.url.path)
        if request.url.path in self.refused:
            return httpx.Response(self.refused[request.url.path], json={"code": "quiet_hours", "detail": "at night"})
        return httpx.Response(200, json={"number": MOBILE, "shown": "956100", "call": "x"})

    async def hears(self, story: Story) -> None:
        own = Statements(self.kept.desk.calls, self.kept.desk.agents, PROCEDURE.utility, "/switch/test")
        await own.hear(statements(story))
        await self.kept.end()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def abandoned() -> Story:
    story = Story("13900139003", linked="sw1-1795298270.0").arrives().queued().wait(9).hangs_up("caller")
    return story.say("QueueCallerAbandon", "caller", Queue="956100").gone("caller", 0)


PERIOD = {"since": (START - timedelta(hours=20)).isoformat(), "until": (START + timedelta(hours=20)).isoformat()}


async def test_every_share_is_told_as_the_two_numbers_it_is_made_of(bench: Bench) -> None:
    await bench.hears(answered())
    await bench.hears(abandoned())
    found = (await bench.people.get("supervisor", "/telephony/figures", **PERIOD)).json()
    assert found["answered_of_arrived"] == found["answered_of_queued"] == {"part": 1, "of": 2, "rate": 0.5}
    assert (found["in_level"]["part"], found["abandoned"], found["longest_wait_ms"]) == (1, 1, 9000)
    rate = (await bench.people.get("supervisor", "/telephony/connection-rate", **PERIOD)).json()
    assert rate["lowest"] == {"part": 1, "of": 2, "rate": 0.5}


async def test_a_period_that_ends_before_it_begins_is_refused(bench: Bench) -> None:
    wrong = {"since": PERIOD["until"], "until": PERIOD["since"]}
    assert (await bench.people.get("agent", "/telephony/figures", **wrong)).status_code == 422


async def test_a_call_is_shown_without_its_number(bench: Bench) -> None:
    await bench.hears(answered())
    [call] = (await bench.people.get("agent", "/telephony/calls")).json()["items"]
    assert (call["number"], call["outcome"]) == ("139****9002", "answered")
    assert MOBILE not in (await bench.people.get("agent", f"/telephony/calls/{call['call']}")).text


async def test_a_unit_sees_no_calls(bench: Bench) -> None:
    assert (await bench.people.get("unit:jinan", "/telephony/calls")).status_code == 403


async def test_who_is_signed_in_calls_back_with_a_click_and_once_for_one_key(bench: Bench) -> None:
    body = {"ticket": "tkt_1"}
    assert (await bench.people.post("agent", "/telephony/call-backs", body)).json()["code"] == "no_station"
    assert (await bench.people.post("agent", "/telephony/agents/8001/sign-in", {})).status_code == 204
    for _ in range(2):
        answer = await bench.people.post("agent", "/telephony/call-backs", body, Idempotency_Key="click")
        assert answer.status_code == 201, answer.text
    assert bench.line.port is not None
    [dial] = [arguments[0] for name, arguments in bench.line.port.asked if name == "call_back"]
    assert (dial.station, dial.number, dial.shown, dial.masked) == ("8001", MOBILE, "956100", "139****9002")
    assert answer.json()["call"] == dial.call
    assert bench.posted == ["/callback/tickets/tkt_1/dial", "/intake/tickets/tkt_1/number"]


async def test_what_the_callback_desk_refuses_never_rings(bench: Bench) -> None:
    await bench.people.post("agent", "/telephony/agents/8001/sign-in", {})
    bench.refused["/callback/tickets/tkt_1/dial"] = 409
    answer = await bench.people.post("agent", "/telephony/call-backs", {"ticket": "tkt_1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "call_back_refused")
    assert "quiet_hours" in answer.json()["detail"]
    assert bench.line.port is not None
    assert [name for name, _ in bench.line.port.asked] == ["sign"]


async def test_a_command_while_the_switch_is_away_is_refused_with_the_reason(bench: Bench) -> None:
    bench.line.port = None
    answer = await bench.people.post("agent", "/telephony/call-backs", {"ticket": "tkt_1", "station": "8001"})
    assert (answer.status_code, answer.json()["code"]) == (503, "switch_away")
    assert "frozen" in answer.json()["detail"]
    assert (await bench.people.get("agent", "/telephony/line")).json()["switch"] == "away"


async def test_only_who_is_in_the_call_ends_it(bench: Bench) -> None:
    story = Story().arrives().queued().rings("8001").answers("8001")
    own = Statements(bench.kept.desk.calls, bench.kept.desk.agents, PROCEDURE.utility, "/switch/test")
    await own.hear(statements(story))
    [call] = (await bench.people.get("agent", "/telephony/calls")).json()["items"]
    path = f"/telephony/calls/{call['call']}/hang-up"
    await bench.people.post("agent", "/telephony/agents/8002/sign-in", {})
    assert (await bench.people.post("agent", path, {})).json()["code"] == "not_in_the_call"
    await bench.people.post("supervisor", "/telephony/agents/8001/sign-in", {})
    assert (await bench.people.post("supervisor", path, {})).status_code == 204


async def test_a_recording_is_played_for_a_reason_and_leaves_a_trace(bench: Bench, tmp_path: Path) -> None:
    story = answered()
    first = story.messages[0]
    story.messages.insert(1, first | {"Event": "UserEvent", "UserEvent": "CtiInbound", "Recording": "/var/x/talk.wav"})
    await bench.hears(story)
    (tmp_path / "audio" / "today").mkdir(parents=True)
    (tmp_path / "audio" / "today" / "talk.wav").write_bytes(b"RIFF")
    [call] = (await bench.people.get("agent", "/telephony/calls")).json()["items"]
    path = f"/telephony/recordings/{call['call']}"
    refused = await bench.people.get("supervisor", path, reason="curiosity")
    assert (refused.status_code, refused.json()["code"]) == (403, "reason_not_allowed")
    reason = refused.json()["accepts"][0]
    bench.kept.desk.calls.clock = bench.looks.clock
    heard = await bench.people.get("supervisor", path, reason=reason)
    assert (heard.status_code, heard.content) == (200, b"RIFF")
    assert "talk.wav" not in repr(heard.headers)
    [look] = await bench.looks.store.find(Query(PROCEDURE.utility))
    assert (look.state.call, look.state.reason) == (call["call"], reason)


def test_the_worst_day_lies_wholly_in_the_period() -> None:
    hour = timedelta(hours=1)
    rows = [Row(START + number * hour, None, None, number not in (30, 31, 59), None) for number in range(60)]
    worst = lowest_day(rows, START, START + 60 * hour)
    assert worst is not None
    assert worst.answered == Share(22, 24)
    assert lowest_day(rows, START, START + hour) is None
    lonely = lowest_day([Row(START, None, CallEnd.ABANDONED, False, None)], START, START + 30 * hour)
    assert lonely is not None
    assert lonely.answered.rate == 0.0
    assert figures([], START, START, timedelta(seconds=15)).in_level.rate is None
