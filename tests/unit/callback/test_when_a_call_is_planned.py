"""Who is owed a call, and from when to when it may be made."""

import pytest

from contracts.callback import CallbackPlanned
from contracts.fact import SYSTEM
from contracts.ticket import TicketClosed, TicketRegraded, TicketReplyRejected, TicketSentBack, TicketWithdrawn
from contracts.vocabulary import CallKind, CallOutcome, Closure, Reviewer
from procedures.duration import Duration
from procedures.model import Procedure, Promise, When
from services.callback.decider import DECIDER
from services.callback.rules import next_call_not_after, next_call_not_before
from tests.unit.callback.desk import GAS, Desk, approved, at, opened, planned, replied, wish


def test_a_call_is_planned_when_the_last_review_passed_and_due_a_working_day_after_the_reply() -> None:
    desk = Desk().hear(opened(), replied("11-20 14:00"), approved("11-20 15:00", "11-20 14:00", final=False))
    assert desk.said == []
    desk.hear(approved("11-20 16:00", "11-20 14:00"))
    assert next_call_not_before(desk.state) == at("11-20 16:00")
    assert next_call_not_after(desk.state) == at("11-23 14:00")
    plan = desk.last(CallbackPlanned)
    assert (plan.kind, plan.attempt, plan.appointed) == (CallKind.SATISFACTION, 1, False)


@pytest.mark.parametrize(
    ("ticket_type", "kind"),
    [
        ("fault", CallKind.SATISFACTION),
        ("alarm", CallKind.SATISFACTION),
        ("opinion", CallKind.SATISFACTION),
        ("consultation", CallKind.ANSWER),
        ("suggestion", CallKind.ANSWER),
        ("query", CallKind.NONE),
        ("praise", CallKind.NONE),
    ],
)
def test_consultation_and_suggestion_are_owed_an_answer_and_query_and_praise_nothing(
    ticket_type: str, kind: CallKind
) -> None:
    desk = planned(ticket_type=ticket_type)
    assert [fact.kind for fact in desk.said if isinstance(fact, CallbackPlanned)] == (
        [] if kind is CallKind.NONE else [kind]
    )


def test_under_the_other_reading_excluded_types_are_owed_nothing() -> None:
    readings = GAS.with_readings(excluded_types_get="nothing")
    assert planned(ticket_type="consultation", procedure=readings).said == []


def test_a_limit_of_the_area_still_binds_when_the_unit_has_to_reply_again() -> None:
    promised = Promise(
        clock="callback",
        when=When(type=("fault",), area=("jinan",), subtype=("stove",)),
        within=Duration.parse("2 hours"),
        source="承诺",
        rule="R004-118",
    )
    fields = {name: getattr(GAS, name) for name in Procedure.model_fields}
    quicker = Procedure.model_construct(**(fields | {"promises": (*GAS.promises, promised)}))
    desk = planned(procedure=quicker, area="jinan/lixia", subtype="stove")
    assert next_call_not_after(desk.state) == at("11-20 16:00")
    desk.hear(TicketRegraded(at=at("11-20 15:10"), by=SYSTEM, grade=2, reason="-"))
    desk.hear(TicketReplyRejected(at=at("11-20 15:30"), by=SYSTEM, reviewer=Reviewer.CENTRE, unit="jinan", grounds="-"))
    desk.hear(replied("11-20 17:00"), approved("11-20 17:30", "11-20 17:00"))
    assert next_call_not_after(desk.state) == at("11-20 19:00")
    assert desk.state.grade == 2


def test_a_customer_who_wants_no_call_gets_none() -> None:
    assert planned(call_wish=wish(None)).said == []


@pytest.mark.parametrize(
    ("approved_at", "first"),
    [
        ("11-20 20:59", "11-20 20:59"),
        ("11-20 21:00", "11-21 08:00"),
        ("11-20 23:30", "11-21 08:00"),
        ("11-21 03:00", "11-21 08:00"),
        ("11-21 08:00", "11-21 08:00"),
    ],
)
def test_nobody_is_called_from_nine_in_the_evening_to_eight_in_the_morning(approved_at: str, first: str) -> None:
    assert next_call_not_before(planned(approved_at=approved_at).state) == at(first)


def test_a_wished_time_sets_the_call_and_replaces_the_limit_where_it_is_later() -> None:
    desk = planned(call_wish=wish("11-24 19:00"))
    assert next_call_not_before(desk.state) == at("11-24 19:00")
    assert next_call_not_after(desk.state) == at("11-24 19:00")
    assert desk.last(CallbackPlanned).appointed
    sooner = planned(call_wish=wish("11-21 10:00"))
    assert next_call_not_before(sooner.state) == at("11-21 10:00")
    assert next_call_not_after(sooner.state) == at("11-23 14:00")


def test_a_wished_time_that_passed_before_the_review_binds_nobody() -> None:
    desk = planned(call_wish=wish("11-20 11:00"))
    assert next_call_not_before(desk.state) == at("11-20 15:00")
    assert not desk.last(CallbackPlanned).appointed


def test_a_wished_time_at_night_is_kept_or_moved_as_the_reading_says() -> None:
    assert next_call_not_before(planned(call_wish=wish("11-21 22:00")).state) == at("11-21 22:00")
    refused = GAS.with_readings(appointment_in_quiet_hours="refused")
    assert next_call_not_before(planned(call_wish=wish("11-21 22:00"), procedure=refused).state) == at("11-22 08:00")


def test_the_desk_keeps_the_reply_for_whoever_calls() -> None:
    state = planned().state
    assert (state.opinion, state.result, state.unit) == ("valve replaced", "done", "jinan")


def test_a_rejected_or_sent_back_reply_starts_the_calls_anew() -> None:
    desk = planned()
    desk.call("11-20 16:00")
    desk.hear(TicketSentBack(at=at("11-20 17:00"), by=SYSTEM, unit="jinan", ground="irregular", basis="no date"))
    assert next_call_not_before(desk.state) is None
    assert desk.state.opinion is None
    desk.hear(replied("11-20 18:00"))
    desk.hear(
        TicketReplyRejected(at=at("11-20 18:30"), by=SYSTEM, reviewer=Reviewer.CENTRE, unit="jinan", grounds="thin")
    )
    desk.hear(replied("11-20 19:00"), approved("11-20 19:30", "11-20 19:00"))
    assert (desk.state.made, desk.state.counted, desk.last(CallbackPlanned).attempt) == (0, 0, 1)
    assert desk.call("11-20 19:30", CallOutcome.NO_ANSWER) is None


@pytest.mark.parametrize(
    "ended",
    [
        TicketWithdrawn(at=at("11-20 16:00"), by=SYSTEM),
        TicketClosed(at=at("11-20 16:00"), by=SYSTEM, closure=Closure.MERGED),
    ],
)
def test_nobody_is_called_about_a_ticket_that_is_withdrawn_or_closed(ended: TicketWithdrawn | TicketClosed) -> None:
    desk = planned().hear(ended)
    assert next_call_not_before(desk.state) is None
    assert DECIDER.fields(desk.state)["call_not_before"] is None
    refusal = desk.call("11-20 16:30")
    assert refusal is not None
    assert refusal.code == "call_not_awaited"
