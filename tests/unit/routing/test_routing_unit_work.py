"""What the responsible unit does with an order (第十四条)."""

from datetime import timedelta

from contracts.ticket import TicketAppointed, TicketContacted, TicketDeclined, TicketSigned
from contracts.vocabulary import Stage
from tests.unit.routing.story import AGENT, MONDAY_10, SUPERVISOR, Story, unit


def dispatched(ticket_type: str = "fault", to: str = "jinan") -> Story:
    story = Story(ticket_type)
    story.do("dispatch", unit=to)
    return story


def test_signing_takes_the_order_into_progress_once() -> None:
    story = dispatched()
    assert story.do("sign") == ["ticket.signed"]
    assert story.order.stage is Stage.IN_PROGRESS
    refusal = story.refused("sign")
    assert refusal.code == "order_wrong_stage"
    assert refusal.clause == "第十四条；第十五条(三)1"


def test_a_unit_that_acts_has_signed() -> None:
    story = dispatched()
    assert story.do("contact") == ["ticket.signed", "ticket.contacted"]
    assert story.do("complete") == ["ticket.completed"]


def test_silence_until_the_end_of_the_window_is_acceptance_at_that_very_moment() -> None:
    story = dispatched()
    window_end = story.now + timedelta(days=3)
    assert story.order.wake_at == window_end
    assert story.wake() == ["ticket.signed"]
    signed = story.said[-1]
    assert isinstance(signed, TicketSigned)
    assert (signed.at, signed.deemed, signed.unit) == (window_end, True, "jinan")
    assert (story.order.stage, story.order.wake_at) == (Stage.IN_PROGRESS, None)


def test_a_signed_order_is_not_woken() -> None:
    story = dispatched()
    story.do("sign")
    assert story.order.wake_at is None


def test_who_agrees_a_time_has_reached_the_customer() -> None:
    story = dispatched()
    assert story.do("appoint", for_=MONDAY_10) == ["ticket.signed", "ticket.contacted", "ticket.appointed"]
    assert isinstance(story.said[-1], TicketAppointed)
    assert story.do("appoint", for_=MONDAY_10 + timedelta(hours=1)) == ["ticket.appointed"]
    assert story.order.appointed_for == MONDAY_10 + timedelta(hours=1)


def test_a_time_that_has_passed_cannot_be_agreed() -> None:
    story = dispatched()
    assert story.refused("appoint", for_=story.now).code == "order_appointment_passed"


def test_only_a_service_application_can_be_declined() -> None:
    refusal = dispatched().refused("decline", reason="no")
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_not_declinable", "第十四条(五)", "R004-067")
    assert refusal.accepts == ("service_application",)


def test_an_application_is_declined_once_and_with_the_reason() -> None:
    story = dispatched("service_application")
    refusal = story.refused("decline", reason="  ")
    assert (refusal.code, refusal.clause) == ("order_reason_missing", "第十四条(五)")
    assert story.do("decline", reason="no pipe in the street") == ["ticket.signed", "ticket.declined"]
    assert isinstance(story.said[-1], TicketDeclined)
    assert story.refused("decline", reason="again").code == "order_already_declined"
    assert story.do("reply", opinion="declined", result="explained") == ["ticket.replied"]


def test_another_unit_is_refused() -> None:
    refusal = dispatched(to="jinan").refused("sign", by=unit("zibo"))
    assert (refusal.code, refusal.clause, refusal.rule) == ("out_of_scope", "第十一条(六)", "R004-026")


def test_the_own_unit_signs_under_its_own_name() -> None:
    story = dispatched(to="jinan")
    story.do("contact", by=unit("zibo", "jinan"))
    contacted = story.said[-1]
    assert isinstance(contacted, TicketContacted)
    assert (contacted.by.subject, contacted.unit) == ("handler-of-zibo", "jinan")


def test_the_centre_does_not_do_the_units_work() -> None:
    for actor in (AGENT, SUPERVISOR):
        refusal = dispatched().refused("contact", by=actor)
        assert (refusal.code, refusal.accepts) == ("role_missing", ("unit",))


def test_a_unit_does_not_dispatch() -> None:
    assert Story().refused("dispatch", by=unit("jinan"), unit="jinan").code == "role_missing"


def test_in_a_written_case_the_responsible_unit_acts() -> None:
    story = dispatched(to="jinan")
    story.do("contact")
    contacted = story.said[-1]
    assert isinstance(contacted, TicketContacted)
    assert (contacted.by.subject, contacted.by.role, contacted.by.scope) == ("jinan", "unit", "jinan")
