"""Extensions, grades, refusals and appointments change when a running clock ends, and how that is told."""

from datetime import datetime
from typing import Any

from contracts.clock import ClockMissed, ClockPaused, ClockResumed, ClockStarted
from contracts.fact import SYSTEM
from contracts.ticket import (
    GovernmentOrder,
    TicketAppointed,
    TicketContacted,
    TicketDeclined,
    TicketEscalated,
    TicketExtensionGranted,
    TicketRegraded,
    TicketReplyRejected,
    TicketSupplemented,
    TicketUrgeDelivered,
)
from contracts.vocabulary import ClockState, ExtensionDecider, Reviewer
from procedures.model import Procedure
from tests.unit.sla_monitor.journey import GAS, UNIT, Journey, at, dispatched, opened, replied


def granted(moment: datetime, until: datetime) -> TicketExtensionGranted:
    return TicketExtensionGranted(at=moment, by=SYSTEM, until=until, decider=ExtensionDecider.DIVISION)


def regraded(moment: datetime, grade: int, **more: Any) -> TicketRegraded:
    return TicketRegraded(at=moment, by=SYSTEM, grade=grade, reason="seen again", **more)


def declined(moment: datetime) -> TicketDeclined:
    return TicketDeclined(at=moment, by=UNIT, unit="jinan", reason="no main in the street")


def appointed(moment: datetime, appointed_for: datetime) -> TicketAppointed:
    return TicketAppointed(at=moment, by=UNIT, unit="jinan", appointed_for=appointed_for)


def rejected(moment: datetime) -> TicketReplyRejected:
    return TicketReplyRejected(at=moment, by=SYSTEM, reviewer=Reviewer.CENTRE, unit="jinan", grounds="too short")


def complaint(grade: int | None, procedure: Procedure = GAS) -> Journey:
    return Journey(procedure).hear(
        opened(at("11-20 09:59"), "complaint", grade=grade), dispatched(at("11-20 10:00"), "jinan")
    )


def test_an_extension_moves_the_reply_and_says_so_without_starting_a_new_round() -> None:
    fault = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:00")))
    fault.hear(granted(at("11-25 09:00"), at("11-27 10:00")))
    reply = fault.clock("reply")
    assert (reply.due, reply.round, reply.started_at) == (at("11-27 10:00"), 1, at("11-20 10:00"))
    assert reply.warned_at is None
    told = fault.all_said(ClockStarted)[-1]
    assert (told.at, told.started_at, told.restated) == (at("11-25 09:00"), at("11-20 10:00"), True)
    assert told.source == "第十五条(二)2"
    fault.wait(at("11-27 10:00"))
    assert fault.clock("reply").warned_at == at("11-26 10:00")


def extending_both() -> Procedure:
    """A procedure that lets no limit to handle end before an extended reply."""
    assert GAS.extension is not None
    clocks = GAS.extension.clocks.model_copy(update={"value": ("reply", "handle")})
    return GAS.model_copy(update={"extension": GAS.extension.model_copy(update={"clocks": clocks})})


def test_an_extension_moves_no_clock_that_the_file_does_not_name() -> None:
    grave = complaint(1).hear(granted(at("11-20 15:00"), at("11-25 10:00")))
    assert (grave.clock("reply").due, grave.clock("handle").due) == (at("11-25 10:00"), at("11-22 10:00"))


def test_an_extension_takes_a_running_clock_that_the_file_names_along_and_leaves_a_later_one() -> None:
    grave = complaint(1, extending_both()).hear(granted(at("11-20 15:00"), at("11-25 10:00")))
    assert grave.clock("handle").due == at("11-25 10:00")
    short = complaint(1, extending_both()).hear(granted(at("11-20 15:00"), at("11-21 10:00")))
    assert short.clock("handle").due == at("11-22 10:00")


def test_an_extension_granted_after_the_limit_passed_runs_as_a_round_of_its_own() -> None:
    fault = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:00")))
    fault.hear(TicketContacted(at=at("11-20 10:30"), by=UNIT, unit="jinan"))
    fault.hear(granted(at("11-25 12:00"), at("11-27 10:00")))
    runs = [(c.round, c.state, c.due) for c in fault.state.clocks if c.name == "reply"]
    assert runs == [(1, ClockState.MISSED, at("11-25 10:00")), (2, ClockState.RUNNING, at("11-27 10:00"))]
    fault.hear(replied(at("11-26 10:00")))
    assert fault.clock("reply").state is ClockState.MET
    assert len([m for m in fault.all_said(ClockMissed) if m.clock == "reply"]) == 1


def test_a_graver_complaint_is_not_given_more_time_without_approval() -> None:
    upgraded = complaint(3).hear(regraded(at("11-20 11:00"), 2))
    assert upgraded.clock("handle").due == at("11-20 13:00")
    assert [s.restated for s in upgraded.all_said(ClockStarted) if s.clock == "handle"] == [False]


def test_an_approved_regrade_counts_from_the_original_start() -> None:
    upgraded = complaint(3).hear(regraded(at("11-20 11:00"), 2, approved_by="supervisor-1"))
    assert upgraded.clock("handle").due == at("11-21 10:00")
    assert upgraded.clock("handle").round == 1


def test_a_lighter_complaint_has_the_shorter_limit_at_once() -> None:
    lighter = complaint(1).hear(regraded(at("11-20 11:00"), 3))
    assert lighter.clock("handle").due == at("11-20 13:00")
    assert lighter.clock("handle").limit == "3 hours"


def test_a_shorter_limit_that_has_passed_already_is_missed_at_its_own_moment() -> None:
    lighter = complaint(1).hear(regraded(at("11-20 15:00"), 3)).wait(at("11-20 15:01"))
    assert [m.at for m in lighter.all_said(ClockMissed) if m.clock == "handle"] == [at("11-20 13:00")]


def test_a_regrade_does_not_take_an_extension_back() -> None:
    grave = complaint(1, extending_both()).hear(
        granted(at("11-20 11:00"), at("11-26 10:00")), regraded(at("11-20 12:00"), 2)
    )
    assert grave.clock("reply").due == at("11-26 10:00")
    assert grave.clock("handle").due == at("11-26 10:00")


def test_only_becoming_grade_one_is_brought_to_the_division() -> None:
    upgraded = complaint(3).hear(regraded(at("11-20 11:00"), 1), regraded(at("11-20 11:30"), 1))
    assert [(e.to, e.cause) for e in upgraded.all_said(TicketEscalated)] == [("division", "grade_1")]


def test_a_refused_application_is_due_two_working_days_from_dispatch() -> None:
    application = Journey().hear(opened(at("11-20 10:00"), "service_application"))
    application.hear(dispatched(at("11-20 10:10")))
    assert application.clock("reply").due == at("12-01 10:10")
    application.hear(declined(at("11-20 14:00")))
    reply = application.clock("reply")
    assert (reply.due, reply.rule, reply.round) == (at("11-24 10:10"), "R004-067", 1)
    assert application.clock("contact").state is ClockState.MET


def test_under_the_other_reading_a_refused_application_counts_from_the_contact() -> None:
    application = Journey(GAS.with_readings(declined_from="contact"))
    application.hear(opened(at("11-20 10:00"), "service_application"), dispatched(at("11-20 10:10")))
    application.hear(TicketContacted(at=at("11-23 09:00"), by=UNIT, unit="jinan"), declined(at("11-23 14:00")))
    assert application.clock("reply").due == at("11-25 09:00")


def test_an_appointment_past_the_limit_changes_nothing_without_an_extension() -> None:
    fault = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:00")))
    fault.hear(appointed(at("11-20 11:00"), at("11-30 09:00")))
    assert fault.clock("reply").state is ClockState.RUNNING
    assert fault.clock("contact").state is ClockState.MET


def pausing() -> Journey:
    fault = Journey(GAS.with_readings(appointment_beyond_limit="pauses"))
    return fault.hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:00")))


def test_under_the_other_reading_it_stops_the_clock_until_the_appointed_moment() -> None:
    fault = pausing().hear(appointed(at("11-20 11:00"), at("11-30 09:00")))
    assert fault.clock("reply").state is ClockState.PAUSED
    assert fault.state.wake_at is not None
    assert [p.at for p in fault.all_said(ClockPaused)] == [at("11-20 11:00")]
    fault.wait(at("11-30 09:00"))
    # 26 of the 27 working hours were left: to the end of three working days less the hour used before.
    assert [(r.at, r.due) for r in fault.all_said(ClockResumed)] == [(at("11-30 09:00"), at("12-02 17:00"))]
    assert fault.clock("reply").state is ClockState.RUNNING
    fault.wait(at("12-03 08:00"))
    assert fault.clock("reply").state is ClockState.MISSED


def test_an_appointment_within_the_limit_never_stops_a_clock() -> None:
    fault = pausing().hear(appointed(at("11-20 11:00"), at("11-25 10:00")))
    assert fault.clock("reply").state is ClockState.RUNNING


def test_another_appointment_moves_the_moment_at_which_the_clock_runs_again() -> None:
    fault = pausing().hear(appointed(at("11-20 11:00"), at("11-30 09:00")))
    fault.hear(appointed(at("11-27 11:00"), at("12-02 09:00"))).wait(at("12-02 09:00"))
    assert len(fault.all_said(ClockPaused)) == 1
    assert [r.at for r in fault.all_said(ClockResumed)] == [at("12-02 09:00")]


def test_a_reply_while_the_clock_stands_is_in_time() -> None:
    fault = pausing().hear(appointed(at("11-20 11:00"), at("11-30 09:00")), replied(at("11-28 10:00")))
    assert fault.clock("reply").state is ClockState.MET


def test_an_extension_lets_a_standing_clock_run_to_its_new_end() -> None:
    fault = pausing().hear(
        appointed(at("11-20 11:00"), at("11-30 09:00")), granted(at("11-23 09:00"), at("12-04 09:00"))
    )
    assert fault.clock("reply").state is ClockState.RUNNING
    assert fault.clock("reply").due == at("12-04 09:00")


def test_the_platform_that_grants_more_time_moves_its_own_deadline_for_replies_made_again_as_well() -> None:
    order = GovernmentOrder(platform="jinan-12345", order_no="1", due=at("11-23 09:00"))
    ticket = Journey().hear(opened(at("11-20 10:00"), gov=order), dispatched(at("11-20 10:01")))
    by_platform = granted(at("11-20 15:00"), at("11-30 10:00")).model_copy(
        update={"decider": ExtensionDecider.PLATFORM}
    )
    ticket.hear(by_platform)
    assert (ticket.clock("reply").due, ticket.clock("gov").due) == (at("11-30 10:00"),) * 2
    ticket.hear(replied(at("11-24 09:00")), rejected(at("11-24 10:00")))
    assert ticket.clock("reply").due == at("11-27 10:00")


def test_the_division_moves_no_platforms_deadline() -> None:
    order = GovernmentOrder(platform="jinan-12345", order_no="1", due=at("11-23 09:00"))
    ticket = Journey().hear(opened(at("11-20 10:00"), gov=order), dispatched(at("11-20 10:01")))
    ticket.hear(granted(at("11-20 15:00"), at("11-24 10:00")))
    assert ticket.clock("gov").due == at("11-23 09:00")


def test_what_a_customer_adds_goes_out_as_an_urging_order_within_its_ten_minutes() -> None:
    fault = Journey().hear(opened(at("11-20 10:00")), dispatched(at("11-20 10:00")))
    fault.hear(TicketSupplemented(at=at("11-20 11:00"), by=SYSTEM))
    assert fault.clock("urge").state is ClockState.RUNNING
    fault.hear(TicketUrgeDelivered(at=at("11-20 11:00"), by=SYSTEM, unit="jinan"))
    urge = fault.clock("urge")
    assert (urge.due, urge.state) == (at("11-20 11:10"), ClockState.MET)
