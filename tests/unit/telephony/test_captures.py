"""Captures of a real Asterisk 22, recorded by `make test-switch` with HOTLINE_RECORD_CALLS: what each comes to."""

from __future__ import annotations

import random
import re
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from contracts.calls import CallEnded
from hotline.cli import app
from tests.unit.telephony.story import heard, kinds

CAPTURES = {
    file.name.partition(".")[0]: file for file in (Path(__file__).parents[2] / "data" / "calls").glob("*.jsonl")
}

EXPECTED = {
    "answered": ("answered", "arrived queued ringing answered recording_ready ended"),
    "scored_by_nobody": ("answered", "arrived queued ringing answered recording_ready ended"),
    "abandoned": ("abandoned", "arrived queued ringing abandoned ended"),
    "timed_out": ("queue_timeout", "arrived queued ringing ended"),
    "held": ("answered", "arrived queued ringing answered held resumed recording_ready ended"),
    "put_through": (
        "answered",
        "arrived queued ringing answered transferred ringing answered recording_ready ended",
    ),
    "dialled_connected": ("connected", "arrived ringing answered ringing answered recording_ready ended"),
    "dialled_busy": ("busy", "arrived ringing answered ended"),
    "dialled_refused": ("refused", "arrived ringing answered ended"),
    "dialled_empty_number": ("empty_number", "arrived ringing answered ended"),
    "nobody_at_the_desk": ("agent_no_answer", "arrived ringing ended"),
}


def test_every_capture_is_expected_to_come_to_something() -> None:
    assert set(CAPTURES) == {*EXPECTED, "refused_by_an_agent"}


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_capture_comes_to_what_the_call_was(name: str) -> None:
    outcome, told = EXPECTED[name]
    events = [event for event in await heard(_lines(name)) if event.data.short_type().startswith("call.")]
    assert (kinds(events), len({event.subject for event in events})) == (told.split(), 1)
    last = events[-1].data
    assert isinstance(last, CallEnded)
    assert (last.outcome, last.closed_by) == (outcome, "hang_up")


async def test_every_phone_that_refused_is_told_with_the_call() -> None:
    events = await heard(_lines("refused_by_an_agent"))
    [last] = [event.data for event in events if isinstance(event.data, CallEnded)]
    assert {ring.outcome for ring in last.unanswered} == {"rejected"}
    assert {ring.station for ring in last.unanswered} == {"8001", "8002"}


@pytest.mark.parametrize("name", CAPTURES)
async def test_mixed_up_lines_say_the_same_under_the_same_ids_and_no_number(name: str) -> None:
    lines = _lines(name)
    expected = await heard(lines)
    random.Random(name).shuffle(lines)
    assert await heard(lines) == expected
    numbers = set(re.findall(r"1[3-9]\d{9}", CAPTURES[name].read_text()))
    assert numbers
    assert not [number for number in numbers if number in repr(expected)]


def test_the_command_line_prints_one_object_a_line() -> None:
    printed = CliRunner().invoke(app, ["telephony", "replay", str(CAPTURES["answered"])])
    assert printed.exit_code == 0
    told = [orjson.loads(line) for line in printed.stdout.splitlines()]
    assert all({"type", "call", "at", "id"} <= each.keys() for each in told)
    assert {each["call"] is not None for each in told if each["type"].startswith("call.")} == {True}


def _lines(name: str) -> list[bytes]:
    return CAPTURES[name].read_bytes().splitlines()
