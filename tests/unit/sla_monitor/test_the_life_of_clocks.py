"""When clocks start, how long they run, and what ends them."""

from datetime import timedelta

import pytest

from contracts.callback import CallbackAttempted
from contracts.clock import ClockMissed, ClockStarted, ClockWarned
from contracts.fact import SYSTEM
from contracts.ticket import (
    CallWish,
    GovernmentOrder,
    TicketAnswered,
    TicketArrived,
    TicketClosed,
    TicketCompleted,
    TicketContacted,
    TicketEscalated,
    TicketPhoneNotified,
    TicketReplyRejected,
    TicketReturnAccepted,
    TicketReturned,
    TicketSentBack,
    TicketUrged,
    TicketUrgeDelivered,
    TicketWithdrawn,
)
from contracts.vocabulary import (
    CallOutcome,
    CallPreference,
    Channel,
    ClockState,
    Closure,
    Reviewer,
)
from tests.unit.sla_monitor.journey import GAS, UNIT, Journey, at, dispatched, opened, replied, running, signed


def test_a_fault_is_dispatched_contacted_repaired_and_called_back_in_time() -> None:
    call = opened(at("11-20 16:50"), channel=Channel.PHONE, call_ended_at=at("11-20 16:53"))
    fault = Journey().hear(call, dispatched(at("11-20 16:54")), signed(at("11-20 17:24")))
    fault.hear(TicketContacted(at=at("11-20 18:24"), by=UNIT, unit="jinan"), replied(at("11-25 10:00")))
    fault.hear(CallbackAttempted(at=at("11-25 11:20"), by=SYSTEM, outcome=CallOutcome.CONNECTED, attempt=1))
    fault.hear(TicketClosed(at=at("11-25 11:20"), by=SYSTEM, closure=Closure.SATISFIED))
    assert fault.clock("dispatch").due == at("11-20 16:58")
    assert fault.clock("reply").due == at("11-25 16:54")
    assert fault.clock("reply").limit == "3 working days"
    assert fault.clock("reply").source == "第十四条(四)"
    assert set(fault.states().values()) == {"met"}
    assert set(fault.states()) == {"dispatch", "sign", "contact", "reply", "callback"}
    assert fault.all_said(ClockMissed) == []


def test_dispatch_runs_from_hang_up_or_from_receipt_where_nobody_hung_up() -> None:
    by_phone = {"channel": Channel.PHONE, "call_ended_at": at("11-20 10:03")}
    assert Journey().hear(opened(at("11-20 10:00"), **by_phone)).clock("dispatch").due == at("11-20 10:08")
    assert Journey().hear(opened(at("11-20 10:00"))).clock("dispatch").due == at("11-20 10:05")
    always = Journey(GAS.with_readings(dispatch_from="receipt")).hear(opened(at("11-20 10:00"), **by_phone))
    assert always.clock("dispatch").due == at("11-20 10:05")


def test_a_deadline_is_met_at_its_very_instant_and_missed_a_millisecond_later() -> None:
    due = at("11-20 10:05")
    assert Journey().hear(opened(at("11-20 10:00")), dispatched(due)).clock("dispatch").state is ClockState.MET
    late = Journey().hear(opened(at("11-20 10:00")), dispatched(due + timedelta(milliseconds=1)))
    assert late.clock("dispatch").state is ClockState.MISSED


def test_a_miss_is_said_once_at_the_deadline_and_remembers_how_late_the_thing_came() -> None:
    late = Journey().hear(opened(at("11-20 10:00"))).wait(at("11-20 10:06"))
    assert late.of("dispatch") == ["clock.started", "clock.warned", "clock.missed"]
    assert [(m.at, m.late_by_s) for m in late.all_said(ClockMissed)] == [(at("11-20 10:05"), None)]
    assert late.clock("dispatch").is_open
    late.hear(dispatched(at("11-20 10:07")))
    assert late.clock("dispatch").late_by == 120
    assert not late.clock("dispatch").is_open
    assert len(late.all_said(ClockMissed)) == 1


def test_lateness_that_the_fact_itself_reveals_is_told_with_the_miss() -> None:
    slow = Journey(grace=timedelta(seconds=30)).hear(opened(at("11-20 10:00")))
    slow.hear(dispatched(at("11-20 10:05") + timedelta(seconds=20)))
    assert [(m.at, m.late_by_s) for m in slow.all_said(ClockMissed)] == [(at("11-20 10:05"), 20)]
    slow.wait(at("11-20 11:00"))
    assert len(slow.all_said(ClockMissed)) == 1


def test_a_fact_in_flight_is_not_first_reported_as_a_miss() -> None:
    slow = Journey(grace=timedelta(seconds=5)).hear(opened(at("11-20 10:00")))
    assert slow.wait(at("11-20 10:05") + timedelta(seconds=5)).all_said(ClockMissed) == []
    slow.hear_late(dispatched(at("11-20 10:05")))
    assert slow.clock("dispatch").state is ClockState.MET


def test_a_wake_up_within_the_grace_judges_nothing_early() -> None:
    slow = Journey(grace=timedelta(seconds=5)).hear(opened(at("11-20 10:00"))).wait(at("11-20 10:05"))
    before = slow.state
    assert slow.wake(at("11-20 10:05") + timedelta(seconds=2)).state is before


def test_nobody_is_warned_of_a_limit_that_has_passed_meanwhile() -> None:
    down = Journey().hear(opened(at("11-20 10:00"))).wake(at("11-20 12:00"))
    assert down.of("dispatch") == ["clock.started", "clock.missed"]


def test_a_fact_that_was_in_time_sets_a_premature_miss_right() -> None:
    slow = Journey().hear(opened(at("11-20 10:00"))).wait(at("11-20 10:06"))
    slow.hear_late(dispatched(at("11-20 10:04")))
    assert slow.of("dispatch") == ["clock.started", "clock.warned", "clock.missed", "clock.met"]


def test_a_warning_comes_when_four_fifths_of_the_working_budget_are_used() -> None:
    fault = Journey().hear(opened(at("11-23 10:00")), dispatched(at("11-23 10:00"))).wait(at("11-27 10:00"))
    warned = {w.clock: w.at for w in fault.all_said(ClockWarned)}
    assert warned["contact"] == at("11-23 11:36")
    assert warned["reply"] == at("11-25 13:36")
    assert fault.clock("reply").warned_at == at("11-25 13:36")


def test_an_overdue_unit_clock_is_brought_to_the_division_and_a_dispatch_to_the_centre() -> None:
    late = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:06"))).wait(at("11-20 12:07"))
    told = [(e.to, e.cause, e.clock) for e in late.all_said(TicketEscalated)]
    assert told == [("centre", "clock_missed", "dispatch"), ("division", "clock_missed", "contact")]


def test_limits_of_an_affiliate_are_told_and_not_enforced() -> None:
    advisory = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:01"), unit="penglai", advisory=True))
    advisory.wait(at("11-20 12:02"))
    assert [m.advisory for m in advisory.all_said(ClockMissed)] == [True]
    assert advisory.all_said(TicketEscalated) == []


@pytest.mark.parametrize(("grade", "due"), [(3, "11-20 13:00"), (2, "11-21 10:00"), (1, "11-22 10:00")])
def test_a_complaint_runs_both_its_grade_and_the_two_working_days(grade: int, due: str) -> None:
    complaint = Journey().hear(opened(at("11-20 09:59"), "complaint", grade=grade))
    complaint.hear(dispatched(at("11-20 10:00")))
    assert complaint.clock("handle").due == at(due)
    assert complaint.clock("reply").due == at("11-24 10:00")
    complaint.hear(TicketCompleted(at=at("11-20 12:00"), by=UNIT, unit="jinan"))
    assert complaint.clock("handle").state is ClockState.MET
    assert complaint.clock("reply").state is ClockState.RUNNING


@pytest.mark.parametrize(
    ("more", "told"),
    [({"grade": 1}, ["division"]), ({"grade": 3}, []), ({"flags": ("urgent",), "grade": 3}, ["centre"])],
)
def test_the_gravest_are_brought_to_notice_at_once(more: dict[str, object], told: list[str]) -> None:
    complaint = Journey().hear(opened(at("11-20 10:00"), "complaint", **more))
    assert [e.to for e in complaint.all_said(TicketEscalated)] == told


def test_an_alarm_is_on_site_in_thirty_minutes_of_the_phone_notice() -> None:
    alarm = Journey().hear(opened(at("11-21 02:00"), "alarm"))
    alarm.hear(TicketPhoneNotified(at=at("11-21 02:01"), by=SYSTEM, unit="jinan"), dispatched(at("11-21 02:04")))
    assert alarm.clock("on_site").due == at("11-21 02:31")
    assert alarm.clock("on_site").round == 1
    alarm.hear(TicketArrived(at=at("11-21 02:30"), by=UNIT, unit="jinan"))
    assert alarm.clock("on_site").state is ClockState.MET
    assert "reply" not in alarm.states()


def test_an_alarm_dispatched_without_a_phone_notice_counts_from_dispatch_and_completion_implies_arrival() -> None:
    alarm = Journey().hear(opened(at("11-21 02:00"), "alarm"), dispatched(at("11-21 02:04")))
    assert alarm.clock("on_site").due == at("11-21 02:34")
    alarm.hear(TicketCompleted(at=at("11-21 02:40"), by=UNIT, unit="jinan"))
    assert alarm.clock("on_site").late_by == 360


def test_an_answer_at_first_contact_leaves_nothing_to_dispatch() -> None:
    query = Journey().hear(opened(at("11-20 10:00"), "query"))
    query.hear(TicketAnswered(at=at("11-20 10:03"), by=SYSTEM))
    assert query.states() == {"dispatch": "met"}
    assert query.state.wake_at is None


def test_a_return_stops_no_handling_clock_and_a_new_dispatch_starts_all_anew() -> None:
    fault = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:01")))
    fault.hear(TicketReturned(at=at("11-20 11:00"), by=UNIT, unit="jinan", ground="not_ours", reason="not ours"))
    assert fault.states() == {"dispatch": "met", "sign": "met", "contact": "running", "reply": "running"}
    fault.hear(TicketReturnAccepted(at=at("11-20 11:10"), by=SYSTEM, unit="jinan"))
    assert fault.clock("contact").due == at("11-20 12:01")
    fault.hear(dispatched(at("11-20 11:30"), unit="zhangqiu", round=2))
    assert fault.of("contact") == ["clock.started", "clock.cancelled", "clock.started"]
    assert fault.clock("contact").round == 2
    assert fault.clock("contact").due == at("11-20 13:30")
    assert fault.clock("reply").due == at("11-25 11:30")
    assert running(fault.state.clocks) == {"sign", "contact", "reply"}


def test_a_missed_clock_of_the_former_unit_is_overdue_no_more_after_a_new_dispatch() -> None:
    fault = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:01"))).wait(at("11-20 13:00"))
    assert fault.decider.fields(fault.state)["overdue_since"] == at("11-20 12:01")
    fault.hear(TicketReturnAccepted(at=at("11-20 13:10"), by=SYSTEM, unit="jinan"))
    fault.hear(dispatched(at("11-20 13:30"), unit="zhangqiu", round=2))
    assert fault.decider.fields(fault.state)["overdue_since"] is None
    assert [c.state for c in fault.state.clocks if c.name == "contact"] == [
        ClockState.MISSED,
        ClockState.RUNNING,
    ]


def test_a_second_phone_notice_after_a_return_starts_the_way_to_the_site_anew() -> None:
    alarm = Journey().hear(opened(at("11-21 02:00"), "alarm"))
    alarm.hear(TicketPhoneNotified(at=at("11-21 02:01"), by=SYSTEM, unit="jinan"), dispatched(at("11-21 02:02")))
    alarm.hear(TicketReturnAccepted(at=at("11-21 02:10"), by=SYSTEM, unit="jinan"))
    alarm.hear(TicketPhoneNotified(at=at("11-21 02:11"), by=SYSTEM, unit="zhangqiu"))
    alarm.hear(dispatched(at("11-21 02:14"), unit="zhangqiu", round=2))
    assert alarm.clock("on_site").due == at("11-21 02:41")
    assert alarm.clock("on_site").round == 2


def test_a_reply_meets_what_the_unit_still_owed_and_starts_the_call() -> None:
    complaint = Journey().hear(opened(at("11-20 09:59"), "complaint", grade=2), dispatched(at("11-20 10:00")))
    complaint.hear(signed(at("11-20 10:30")), replied(at("11-20 16:00")))
    assert complaint.states() == {
        "dispatch": "met",
        "sign": "met",
        "handle": "met",
        "reply": "met",
        "callback": "running",
    }
    assert complaint.clock("callback").due == at("11-23 16:00")


@pytest.mark.parametrize(
    ("ticket_type", "wish", "owed"),
    [
        ("fault", CallWish(), True),
        ("fault", CallWish(preference=CallPreference.NONE), False),
        ("consultation", CallWish(), True),
        ("query", CallWish(), False),
        ("praise", CallWish(), False),
    ],
)
def test_a_callback_clock_runs_where_a_call_is_owed_and_wanted(ticket_type: str, wish: CallWish, owed: bool) -> None:
    ticket = Journey().hear(opened(at("11-20 10:00"), ticket_type, call_wish=wish), dispatched(at("11-20 10:01")))
    ticket.hear(signed(at("11-20 10:02")), replied(at("11-20 10:30")))
    assert ("callback" in ticket.states()) is owed


def test_an_appointed_call_replaces_the_working_day_only_where_it_is_later() -> None:
    for wished, due in (("11-26 18:00", "11-26 18:00"), ("11-23 09:00", "11-23 10:30")):
        wish = CallWish(preference=CallPreference.APPOINTED, at=at(wished))
        ticket = Journey().hear(opened(at("11-20 10:00"), call_wish=wish), dispatched(at("11-20 10:01")))
        ticket.hear(replied(at("11-20 10:30")))
        assert ticket.clock("callback").due == at(due)


def test_a_rejected_reply_cancels_the_call_and_runs_again_with_its_original_budget() -> None:
    fault = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:01")), replied(at("11-20 10:30")))
    fault.hear(
        TicketReplyRejected(
            at=at("11-20 11:00"), by=SYSTEM, reviewer=Reviewer.CENTRE, unit="jinan", grounds="no photographs"
        )
    )
    assert fault.clock("callback").state is ClockState.CANCELLED
    assert fault.clock("reply").round == 2
    assert fault.clock("reply").due == at("11-25 11:00")
    fault.hear(replied(at("11-20 12:00")))
    assert fault.clock("callback").round == 2


def test_a_callback_that_sends_back_starts_the_reply_anew() -> None:
    fault = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:01")), replied(at("11-20 10:30")))
    fault.hear(CallbackAttempted(at=at("11-20 14:00"), by=SYSTEM, outcome=CallOutcome.CONNECTED, attempt=1))
    fault.hear(
        TicketSentBack(at=at("11-20 14:00"), by=SYSTEM, unit="jinan", ground="contradicts_facts", basis="still no gas")
    )
    assert fault.clock("callback").state is ClockState.MET
    assert fault.clock("reply").due == at("11-25 14:00")


def test_a_government_order_caps_the_reply_and_its_own_clock_is_met_by_the_close() -> None:
    order = GovernmentOrder(platform="jinan-12345", order_no="1", due=at("11-23 09:00"))
    ticket = Journey().hear(opened(at("11-20 10:00"), channel=Channel.GOV_12345, gov=order))
    ticket.hear(dispatched(at("11-20 10:01")))
    reply = ticket.clock("reply")
    assert (reply.due, reply.source) == (at("11-23 09:00"), "第六条")
    assert [(rival.due, rival.limit) for rival in reply.rivals] == [(at("11-25 10:01"), "3 working days")]
    ticket.hear(replied(at("11-20 12:00")))
    assert ticket.clock("gov").state is ClockState.RUNNING
    ticket.hear(TicketClosed(at=at("11-23 09:00"), by=SYSTEM, closure=Closure.SATISFIED))
    assert ticket.clock("gov").state is ClockState.MET
    assert ticket.clock("callback").state is ClockState.CANCELLED


def test_a_platform_deadline_that_has_passed_no_longer_caps_a_reply_made_again() -> None:
    order = GovernmentOrder(platform="jinan-12345", order_no="1", due=at("11-20 12:00"))
    ticket = Journey().hear(opened(at("11-20 10:00"), gov=order), dispatched(at("11-20 10:01")))
    ticket.hear(replied(at("11-20 11:00")))
    ticket.hear(
        TicketReplyRejected(at=at("11-20 13:00"), by=SYSTEM, reviewer=Reviewer.CENTRE, unit="jinan", grounds="thin")
    )
    assert ticket.clock("reply").due == at("11-25 13:00")
    assert ticket.clock("gov").state is ClockState.MISSED


def test_a_platform_order_without_a_deadline_has_no_clock_of_its_own() -> None:
    order = GovernmentOrder(platform="jinan-12345", order_no="1")
    ticket = Journey().hear(opened(at("11-20 10:00"), gov=order), dispatched(at("11-20 10:01")))
    assert "gov" not in ticket.states()


def test_a_withdrawal_cancels_what_runs_and_the_close_meets_the_platform() -> None:
    order = GovernmentOrder(platform="jinan-12345", order_no="1", due=at("11-23 09:00"))
    ticket = Journey().hear(opened(at("11-20 10:00"), gov=order), dispatched(at("11-20 10:01")))
    ticket.hear(TicketWithdrawn(at=at("11-20 10:30"), by=SYSTEM))
    assert running(ticket.state.clocks) == {"gov"}
    ticket.hear(TicketClosed(at=at("11-20 10:30"), by=SYSTEM, closure=Closure.WITHDRAWN))
    assert ticket.clock("gov").state is ClockState.MET
    assert ticket.state.wake_at is None


def test_an_urging_order_has_ten_minutes_from_the_call_to_the_unit() -> None:
    fault = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:01")))
    fault.hear(TicketUrged(at=at("11-24 16:00"), by=SYSTEM, count=1))
    assert fault.clock("urge").due == at("11-24 16:10")
    fault.hear(TicketUrgeDelivered(at=at("11-24 16:02"), by=SYSTEM, unit="jinan"))
    assert fault.of("urge") == ["clock.started", "clock.met"]


def test_a_started_clock_names_its_limit_clause_and_rule() -> None:
    started = Journey().hear(opened(at("11-20 10:00"))).all_said(ClockStarted)
    assert [(s.limit, s.source, s.rule, s.at) for s in started] == [
        ("5 minutes", "第十四条(四)", "R004-059", at("11-20 10:00"))
    ]


def test_what_is_heard_of_after_the_close_begins_no_clock_that_nobody_would_end() -> None:
    """A bus that lost its last moments is told again by each service for itself, in no common order."""
    fault = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:01")), replied(at("11-20 11:00")))
    fault.hear(TicketClosed(at=at("11-20 11:01"), by=SYSTEM, closure=Closure.CALLBACK_WAIVED))
    fault.hear(TicketUrged(at=at("11-20 10:59"), by=SYSTEM, count=1))
    assert running(fault.state.clocks) == set()
    assert "urge" not in fault.states()
