"""Which calls are refused, which count, and what each leads to."""

from typing import Any

import pytest

from contracts.callback import CallbackAttempted, CallbackCompleted, CallbackExhausted, CallbackPlanned
from contracts.refusal import Refusal
from contracts.vocabulary import CallOutcome
from services.callback.rules import CallBack, CallStage, call_back, next_call_not_after, next_call_not_before
from tests.unit.callback.desk import AGENT, GAS, Desk, at, opened, planned, replied, wish

CONNECTED = CallOutcome.CONNECTED


def code(refusal: Refusal | None) -> tuple[str, str | None, str | None]:
    assert refusal is not None
    return refusal.code, refusal.clause, refusal.rule


def test_a_talk_completes_the_calls() -> None:
    desk = planned()
    assert desk.call("11-20 16:00", CONNECTED, solved="yes", satisfaction=5) is None
    assert desk.names() == ["callback.planned", "callback.attempted", "callback.completed"]
    assert not desk.last(CallbackAttempted).counts
    assert desk.last(CallbackCompleted).satisfied
    assert desk.state.stage is CallStage.DONE
    assert code(desk.call("11-20 16:10", CONNECTED, solved="yes"))[0] == "call_not_awaited"


@pytest.mark.parametrize(
    ("answers", "satisfied"),
    [
        ({"solved": "yes", "satisfaction": 3}, True),
        ({"solved": "yes", "satisfaction": 2}, False),
        ({"solved": "no", "satisfaction": 5}, False),
        ({"solved": "partly", "satisfaction": "declined"}, True),
        ({"solved": "no", "satisfaction": "declined"}, False),
        ({"mismatch": "not_all_answered", "basis": "the second demand"}, False),
    ],
)
def test_the_customers_own_word_decides_whether_they_are_satisfied(answers: dict[str, Any], satisfied: bool) -> None:
    desk = planned()
    desk.call("11-20 16:00", CONNECTED, **answers)
    assert desk.last(CallbackCompleted).satisfied is satisfied


def test_an_answer_call_needs_no_question() -> None:
    desk = planned(ticket_type="consultation")
    assert desk.call("11-20 16:00", CONNECTED) is None
    assert desk.last(CallbackCompleted).satisfied


def test_a_satisfaction_call_asks_whether_the_matter_is_solved() -> None:
    assert code(planned().call("11-20 16:00", CONNECTED, satisfaction=5)) == (
        "solved_not_asked",
        "第十四条(九)",
        "R004-093",
    )


def test_no_call_is_taken_down_before_the_reply_passed_review_but_that_may_still_come() -> None:
    desk = Desk().hear(opened(), replied("11-20 14:00"))
    refusal = desk.call("11-20 16:00")
    assert code(refusal) == ("reply_not_passed", "第十五条(三)3", "R004-131")
    assert refusal is not None
    assert refusal.transient


def test_a_ticket_nobody_heard_of_may_still_come() -> None:
    command = CallBack(at=at("11-20 16:00"), by=AGENT, outcome=CONNECTED)
    refusal = call_back(None, command, GAS)
    assert isinstance(refusal, Refusal)
    assert refusal.transient


def test_a_call_that_nobody_is_owed_is_refused() -> None:
    praise = planned(ticket_type="praise")
    assert code(praise.call("11-20 16:00", CONNECTED)) == ("no_call_owed", "第十四条(九)", "R004-090")
    unwanted = planned(call_wish=wish(None))
    assert code(unwanted.call("11-20 16:00", CONNECTED)) == ("no_call_owed", "第十四条(九)", "R004-091")


@pytest.mark.parametrize(("moment", "refused"), [("11-20 20:59", False), ("11-20 21:00", True), ("11-21 08:00", False)])
def test_quiet_hours_are_half_open(moment: str, refused: bool) -> None:
    refusal = planned().call(moment)
    assert (refusal is not None) is refused
    if refusal is not None:
        assert code(refusal) == ("quiet_hours", "第十四条(九)", "R004-095")
        assert refusal.params["not_before"] == "2026-11-21 08:00"


def test_an_agreed_time_at_night_may_be_called_until_the_quiet_hours_end() -> None:
    desk = planned(call_wish=wish("11-20 22:00"))
    assert code(desk.call("11-20 21:30"))[0] == "before_appointment"
    assert desk.call("11-20 22:15", CONNECTED, solved="yes", satisfaction=4) is None
    next_night = planned(call_wish=wish("11-20 22:00"))
    assert code(next_night.call("11-21 22:00"))[0] == "quiet_hours"


def test_an_agreed_time_by_day_covers_no_call_at_night() -> None:
    assert code(planned(call_wish=wish("11-20 18:00")).call("11-20 21:30"))[0] == "quiet_hours"


def test_under_the_other_reading_no_agreed_time_covers_the_night() -> None:
    refused = GAS.with_readings(appointment_in_quiet_hours="refused")
    desk = planned(call_wish=wish("11-20 22:00"), procedure=refused)
    assert code(desk.call("11-20 22:00"))[0] == "quiet_hours"
    by_day = planned(procedure=refused)
    refusal = by_day.call("11-20 16:00", CallOutcome.INCONVENIENT, appointment=at("11-20 22:00"))
    assert code(refusal)[0] == "appointment_in_quiet_hours"


def test_attempts_are_two_hours_apart_and_the_next_is_planned_outside_quiet_hours() -> None:
    desk = planned()
    desk.call("11-20 16:00")
    assert next_call_not_before(desk.state) == at("11-20 18:00")
    assert next_call_not_after(desk.state) is None
    assert code(desk.call("11-20 17:59")) == ("too_soon_to_call", "第十四条(九)", "R004-100")
    assert desk.call("11-20 19:30") is None
    assert next_call_not_before(desk.state) == at("11-21 08:00")


def test_three_attempts_in_vain_end_the_calls_with_the_reason() -> None:
    desk = planned()
    desk.call("11-20 16:00", CallOutcome.NO_ANSWER)
    desk.call("11-20 18:00", CallOutcome.BUSY)
    desk.call("11-20 20:00", CallOutcome.UNREACHABLE, reason="number out of service")
    ended = desk.last(CallbackExhausted)
    assert (ended.attempts, ended.reason) == (3, "number out of service")
    assert [a.attempt for a in desk.said if isinstance(a, CallbackAttempted)] == [1, 2, 3]
    assert next_call_not_before(desk.state) is None


def test_without_a_reason_the_last_outcome_is_it() -> None:
    desk = planned()
    for moment in ("11-20 16:00", "11-20 18:00", "11-20 20:00"):
        desk.call(moment, CallOutcome.NO_ANSWER)
    assert desk.last(CallbackExhausted).reason == "无人接听"


def test_an_inconvenient_call_is_made_again_at_the_agreed_time_and_does_not_count() -> None:
    desk = planned()
    assert code(desk.call("11-20 16:00", CallOutcome.INCONVENIENT)) == (
        "appointment_missing",
        "第十四条(九)",
        "R004-098",
    )
    assert code(desk.call("11-20 16:00", CallOutcome.INCONVENIENT, appointment=at("11-20 16:00")))[0] == (
        "appointment_past"
    )
    assert desk.call("11-20 16:00", CallOutcome.INCONVENIENT, appointment=at("11-20 16:30")) is None
    assert next_call_not_before(desk.state) == at("11-20 16:30")
    assert desk.last(CallbackPlanned).appointed
    assert desk.state.counted == 0
    assert code(desk.call("11-20 16:20"))[0] == "before_appointment"
    assert desk.call("11-20 16:30") is None
    assert desk.state.counted == 1


def test_under_the_other_reading_an_inconvenient_call_counts_and_its_appointment_is_kept() -> None:
    desk = planned(procedure=GAS.with_readings(inconvenient_counts="yes"))
    desk.call("11-20 16:00")
    desk.call("11-20 18:00")
    desk.call("11-20 20:00", CallOutcome.INCONVENIENT, appointment=at("11-21 09:00"))
    assert desk.state.counted == 3
    assert desk.state.stage is CallStage.PLANNED
    desk.call("11-21 09:00")
    assert desk.names()[-1] == "callback.exhausted"


def test_an_agreed_time_stands_above_the_spacing() -> None:
    desk = planned()
    desk.call("11-20 16:00")
    desk.call("11-20 18:00", CallOutcome.INCONVENIENT, appointment=at("11-20 19:00"))
    assert desk.state.counted == 1
    assert desk.call("11-20 19:00", CONNECTED, solved="yes", satisfaction="declined") is None
    assert desk.last(CallbackCompleted).declined


@pytest.mark.parametrize("outcome", [each for each in CallOutcome if each.value not in ("connected", "inconvenient")])
def test_nobody_agrees_to_a_time_in_a_call_that_reached_nobody(outcome: CallOutcome) -> None:
    assert code(planned().call("11-20 16:00", outcome, appointment=at("11-20 17:00")))[0] == "agreed_with_nobody"
    assert code(planned().call("11-20 16:00", outcome, new_request=True))[0] == "agreed_with_nobody"


@pytest.mark.parametrize(
    "record", [{"appointment": at("11-20 17:00")}, {"reason": "not at home"}, {"basis": "the second demand"}]
)
def test_a_record_that_contradicts_itself_is_refused(record: dict[str, Any]) -> None:
    refusal = planned().call("11-20 16:00", CONNECTED, solved="yes", satisfaction=4, **record)
    assert code(refusal)[0] == "record_contradicts"


def test_no_call_is_dated_before_the_reply_that_it_is_about() -> None:
    refusal = planned().call("11-19 16:00", CONNECTED, solved="yes", satisfaction=4)
    assert code(refusal) == ("call_before_reply", "第十五条(三)3", "R004-131")


def test_sending_back_needs_a_ground_and_its_basis() -> None:
    desk = planned()
    refusal = desk.call("11-20 16:00", CONNECTED, solved="no", mismatch="contradicts_facts")
    assert code(refusal) == ("basis_missing", "第十五条(三)2", "R004-130")
    desk.call("11-20 16:00", CONNECTED, solved="no", mismatch="contradicts_facts", basis="no gas yet")
    completed = desk.last(CallbackCompleted)
    assert (completed.mismatch, completed.basis) == ("contradicts_facts", "no gas yet")


def test_nobody_who_was_not_reached_has_answered() -> None:
    assert code(planned().call("11-20 16:00", CallOutcome.BUSY, solved="yes"))[0] == "answers_without_talk"


def test_a_refused_call_changes_nothing() -> None:
    desk = planned()
    before = desk.state
    desk.call("11-20 22:00")
    assert desk.state is before
