"""Readers believe nobody: whatever a speaker may not say becomes a dead letter with its reason, and truth goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest
from aiokafka import ConsumerRecord
from faststream.kafka import TestKafkaBroker

from contracts.clock import ClockMet, ClockStarted
from contracts.envelope import Event, encode
from contracts.samples import ARTICLE, TICKET, sample
from contracts.ticket import TicketOpened, TicketSupervised, TicketUrged
from contracts.topics import KNOWLEDGE, TICKETS
from kit.decide.heard import MOST, SaidAnew, is_heard, with_heard
from tests.handlers.test_subscriptions import Desk

OPENED = sample(TicketOpened)
URGED = replace(sample(TicketUrged), sequence=2)


def _record(event: Event | bytes, offset: int, topic: str = TICKETS, key: str = TICKET) -> ConsumerRecord[bytes, bytes]:
    body = event if isinstance(event, bytes) else encode(event)
    return ConsumerRecord(topic, 0, offset, 0, 0, key.encode(), body, None, len(key), len(body), ())


def _with(event: Event, **attributes: Any) -> bytes:
    return orjson.dumps({**orjson.loads(encode(event)), **attributes})


async def _after(desk: Desk, *records: ConsumerRecord[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    """The reason and the failure of every letter set aside of these."""
    async with TestKafkaBroker(desk.broker):
        await desk.subscriber.process_message(records)
    assert desk.failures == []
    marks = [dict(letter.headers) for letter in desk.letters.sent]
    return [(mark["hotline-dead-reason"], mark["hotline-dead-failure"]) for mark in marks]


FORGED = {
    "another speaker": (_record(replace(URGED, source="/hotline/routing"), 1), b"is said by /hotline/intake alone"),
    "no speaker of ours": (_record(_with(URGED, source="https://evil"), 1), b"is said by /hotline/intake alone"),
    "another topic": (_record(URGED, 1, topic=KNOWLEDGE), b"has its place on hotline.tickets"),
    "another thing": (_record(replace(URGED, subject=ARTICLE), 1, key=ARTICLE), b"does not happen to art"),
    "a thing of no kind": (_record(replace(URGED, subject="x"), 1, key="x"), b"does not happen to x"),
    "another key": (_record(URGED, 1, key="tkt_other"), b"its key is not its subject"),
    "another utility": (_record(replace(URGED, utility="other"), 1), b"which is of kunlun-gas-956100"),
    "a number beyond all": (_record(replace(URGED, sequence=MOST + 1), 1), b"has no event number"),
}


@pytest.mark.parametrize("name", FORGED)
async def test_what_a_speaker_may_not_say_is_set_aside_and_truth_goes_on(name: str) -> None:
    desk = Desk("routing")
    forged, why = FORGED[name]
    [(reason, failure)] = await _after(desk, _record(OPENED, 0), forged, _record(URGED, 2))
    assert reason == b"forged"
    assert why in failure
    order = await desk.bench.shell.get(TICKET, OPENED.utility)
    assert order is not None
    assert order.state.urges == 1


MALFORMED = {
    "an id of any length": {"id": "x" * 256},
    "a utility of any length": {"utility": "x" * 256},
    "a trace of any length": {"traceparent": "x" * 256},
    "a number below all": {"sequence": 0},
    "a negative number": {"sequence": -1},
    "a number beyond 64 bits": {"sequence": 2**63},
    "a number that is a truth value": {"sequence": True},
    "a moment before the calendar": {"data": {**orjson.loads(encode(URGED))["data"], "at": "0001-01-01T00:00:00Z"}},
}


@pytest.mark.parametrize("name", MALFORMED)
async def test_an_attribute_without_end_is_set_aside(name: str) -> None:
    desk = Desk("routing")
    [(reason, _)] = await _after(desk, _record(OPENED, 0), _record(_with(URGED, **MALFORMED[name]), 1))
    assert reason == b"malformed"


async def test_an_opening_under_another_utilitys_procedure_opens_nothing() -> None:
    desk = Desk("routing")
    [(reason, failure)] = await _after(desk, _record(replace(OPENED, utility="other"), 0))
    assert (reason, b"under the procedure kunlun-gas-956100@2011-01-01" in failure) == (b"forged", True)
    assert await desk.bench.shell.get(TICKET, "other") is None


async def test_a_leap_of_the_numbers_silences_nothing_that_comes_later() -> None:
    """The forged event looks true but for its number; what its speaker says after it is heard all the same."""
    desk = Desk("routing")
    leaps = replace(sample(TicketSupervised), sequence=9_000)
    assert await _after(desk, _record(OPENED, 0), _record(leaps, 1), _record(URGED, 2), _record(URGED, 3)) == []
    order = await desk.bench.shell.get(TICKET, OPENED.utility)
    assert order is not None
    assert order.state.urges == 1


async def test_a_letter_sent_again_late_is_heard_and_its_repeat_is_not() -> None:
    desk = Desk("routing")
    started = replace(sample(ClockStarted), sequence=1)
    met = replace(sample(ClockMet), sequence=2)
    assert await _after(desk, _record(OPENED, 0), _record(met, 1), _record(started, 2)) == []
    before = await desk.bench.shell.get(TICKET, OPENED.utility)
    assert before is not None
    assert is_heard(before.seen["/hotline/sla_monitor"], 1, started.id)
    assert await _after(desk, _record(started, 3)) == []
    assert await desk.bench.shell.get(TICKET, OPENED.utility) == before


async def test_a_speaker_that_lost_what_it_said_is_found_out_when_it_gives_a_number_again() -> None:
    """After a power cut, or from somebody who speaks in its name: not dropped as a repeat, but told."""
    desk = Desk("routing")
    anew = replace(URGED, id="00000000-0000-5000-8000-000000000000")
    [(reason, failure)] = await _after(desk, _record(OPENED, 0), _record(URGED, 1), _record(anew, 2))
    assert (reason, b"number 2 was another event" in failure) == (b"forged", True)


def test_numbers_heard_are_a_set_and_end_somewhere() -> None:
    numbers = with_heard(with_heard("", 3, "c"), 1, "a")
    assert [number for number, name in enumerate("_abcd") if number and is_heard(numbers, number, name)] == [1, 3]
    with pytest.raises(SaidAnew):
        is_heard(numbers, 3, "other")
    assert len(with_heard("", MOST, "x")) == 2 * MOST
    for wrong in (0, -1, MOST + 1):
        with pytest.raises(ValueError, match="no subject has"):
            with_heard(numbers, wrong, "x")


async def test_what_was_sent_stands_in_no_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """A malformed event may hold anything, a phone number too, and reasons go into logs."""
    desk = Desk("routing")
    [(_, failure)] = await _after(desk, _record(_with(URGED, data={"at": "13912345678", "by": "13912345678"}), 1))
    assert b"13912345678" not in failure
    assert "13912345678" not in capsys.readouterr().out
