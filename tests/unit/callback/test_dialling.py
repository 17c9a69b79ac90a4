"""A call dialled by click: refused before it rings where it may not be made, its outcome taken from the line."""

from typing import Any

import pytest

from contracts.callback import CallbackAttempted, CallbackCompleted
from contracts.refusal import Refusal
from contracts.vocabulary import CallEnd, CallOutcome
from services.callback.rules import CallBack, CallStage
from services.callback.rules.dialling import Dial, LineEnded, LineScored, dial, line_ended, line_scored, recorded
from tests.unit.callback.desk import AGENT, Desk, at, opened, planned


class Phone:
    """A callback desk with a telephone on it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def dials(self, moment: str, call: str = "call_1") -> Refusal | None:
        return self.desk.take(dial(self.desk.found, Dial(at=at(moment), by=AGENT, call=call), self.desk.procedure))

    def ends(self, moment: str, outcome: CallEnd, call: str = "call_1") -> None:
        command = LineEnded(at=at(moment), call=call, outcome=outcome)
        assert self.desk.take(line_ended(self.desk.found, command, self.desk.procedure)) is None

    def scores(self, moment: str, score: int) -> None:
        command = LineScored(at=at(moment), call="call_1", score=score)
        assert self.desk.take(line_scored(self.desk.found, command, self.desk.procedure)) is None

    def writes(self, moment: str, outcome: CallOutcome, **more: Any) -> Refusal | None:
        command = CallBack(at=at(moment), by=AGENT, outcome=outcome, **more)
        return self.desk.take(recorded(self.desk.found, command, self.desk.procedure))


@pytest.fixture
def phone() -> Phone:
    return Phone(planned())


@pytest.mark.parametrize(
    ("moment", "code"), [("11-20 21:00", "quiet_hours"), ("11-21 07:59", "quiet_hours"), ("11-20 16:00", None)]
)
def test_quiet_hours_are_refused_before_dialling(phone: Phone, moment: str, code: str | None) -> None:
    refused = phone.dials(moment)
    assert (refused.code if refused else None) == code


def test_the_spacing_is_refused_before_dialling(phone: Phone) -> None:
    phone.dials("11-20 16:00")
    phone.ends("11-20 16:01", CallEnd.BUSY)
    refused = phone.dials("11-20 17:59")
    assert refused is not None
    assert (refused.code, refused.rule) == ("too_soon_to_call", "R004-100")
    assert phone.dials("11-20 18:00") is None


def test_what_is_not_owed_is_not_dialled() -> None:
    refused = Phone(Desk().hear(opened())).dials("11-20 16:00")
    assert refused is not None
    assert refused.code == "reply_not_passed"


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (CallEnd.BUSY, CallOutcome.BUSY),
        (CallEnd.REFUSED, CallOutcome.REFUSED),
        (CallEnd.NO_ANSWER, CallOutcome.NO_ANSWER),
        (CallEnd.EMPTY_NUMBER, CallOutcome.UNREACHABLE),
    ],
)
def test_the_line_writes_down_an_attempt_that_reached_nobody(phone: Phone, end: CallEnd, outcome: CallOutcome) -> None:
    phone.dials("11-20 16:00")
    phone.ends("11-20 16:01", end)
    attempt = phone.desk.last(CallbackAttempted)
    assert (attempt.at, attempt.by, attempt.outcome, attempt.counts) == (at("11-20 16:00"), AGENT, outcome, True)
    phone.ends("11-20 16:01", end)
    assert phone.desk.names().count("callback.attempted") == 1


@pytest.mark.parametrize("end", [CallEnd.AGENT_NO_ANSWER, CallEnd.FAILED, CallEnd.CANCELLED])
def test_what_is_our_own_affair_is_no_attempt_and_may_be_dialled_again_at_once(phone: Phone, end: CallEnd) -> None:
    phone.dials("11-20 16:00")
    phone.ends("11-20 16:01", end)
    assert "callback.attempted" not in phone.desk.names()
    assert phone.dials("11-20 16:02", "call_2") is None


def test_a_call_made_before_quiet_hours_counts_though_it_ended_in_them(phone: Phone) -> None:
    phone.dials("11-20 20:59")
    phone.ends("11-20 21:00", CallEnd.NO_ANSWER)
    assert phone.desk.last(CallbackAttempted).at == at("11-20 20:59")


def test_the_line_knows_better_than_the_clerk_that_nobody_was_reached(phone: Phone) -> None:
    phone.dials("11-20 16:00")
    refused = phone.writes("11-20 16:01", CallOutcome.NO_ANSWER)
    assert refused is not None
    assert (refused.code, refused.accepts) == ("line_tells", ("connected", "inconvenient"))
    assert phone.writes("11-20 16:10", CallOutcome.NO_ANSWER) is None, "a line that is silent is not waited for"
    phone.ends("11-20 16:11", CallEnd.NO_ANSWER)
    assert phone.desk.names().count("callback.attempted") == 1


def test_what_was_said_is_the_clerks_to_write_and_a_key_pressed_is_the_score(phone: Phone) -> None:
    phone.dials("11-20 16:00")
    phone.ends("11-20 16:03", CallEnd.CONNECTED)
    phone.scores("11-20 16:04", 2)
    assert phone.writes("11-20 16:05", CallOutcome.CONNECTED, solved="yes") is None
    completed = phone.desk.last(CallbackCompleted)
    assert (completed.satisfaction, completed.satisfied) == (2, False)
    assert phone.desk.state.stage is CallStage.DONE


def test_the_clerks_own_score_stands_above_the_key(phone: Phone) -> None:
    phone.dials("11-20 16:00")
    phone.scores("11-20 16:04", 2)
    phone.writes("11-20 16:05", CallOutcome.CONNECTED, solved="yes", satisfaction=5)
    assert phone.desk.last(CallbackCompleted).satisfaction == 5
