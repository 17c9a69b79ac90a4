"""More time (延期), 第十五条(二)2 and reading 11."""

from datetime import datetime, timedelta
from fractions import Fraction

from contracts.clock import ClockStarted
from contracts.refusal import Refusal
from contracts.ticket import GovernmentOrder, TicketExtensionGranted, TicketExtensionRefused, TicketExtensionRequested
from contracts.vocabulary import ExtensionDecider
from services.routing.decider import fields_of
from tests.unit.routing.story import A_MOMENT, FRIDAY_10, PLATFORM, PROCEDURE, SUPERVISOR, Story, division

GOV = GovernmentOrder(platform="jinan-12345", order_no="J-1", due=FRIDAY_10 + timedelta(days=2))


def running(ticket_type: str = "fault", to: str = "jinan", gov: GovernmentOrder | None = None) -> Story:
    """Dispatched on Friday at 10:01: the reply of a fault is due on Wednesday at 10:01."""
    story = Story(ticket_type, gov=gov)
    story.do("dispatch", unit=to)
    story.reply_clock_starts()
    return story


def due_of(story: Story) -> datetime:
    return story.order.limits["reply"].due


def asked(story: Story, **later: int) -> Story:
    story.do("request_extension", until=due_of(story) + timedelta(**(later or {"days": 1})), reason="part on order")
    return story


def test_the_division_is_asked_and_may_grant() -> None:
    story = asked(running())
    requested = story.said[-1]
    assert isinstance(requested, TicketExtensionRequested)
    assert requested.decider is ExtensionDecider.DIVISION
    assert story.do("decide_extension", by=division("luzhong"), granted=True) == ["ticket.extension_granted"]
    granted = story.said[-1]
    assert isinstance(granted, TicketExtensionGranted)
    assert granted.until == due_of(story) + timedelta(days=1)


def test_asking_signs_the_order() -> None:
    story = running()
    until = due_of(story) + timedelta(days=1)
    assert story.do("request_extension", until=until, reason="r") == ["ticket.signed", "ticket.extension_requested"]


def test_it_needs_a_reason() -> None:
    story = running()
    refusal = story.refused("request_extension", until=due_of(story) + timedelta(days=1), reason="")
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_reason_missing", "第十五条(二)2", "R004-119")


def test_it_is_asked_at_the_deadline_at_the_latest() -> None:
    story = running()
    due = due_of(story)
    until = due + timedelta(days=1)
    refusal = story.refused("request_extension", at=due + A_MOMENT, until=until, reason="r")
    assert (refusal.code, refusal.clause) == ("order_extension_too_late", "第十五条(二)2")
    assert story.do("request_extension", at=due, until=until, reason="r")[-1] == "ticket.extension_requested"


def test_it_lengthens_by_at_most_the_original_limit() -> None:
    story = running()
    latest = datetime.fromisoformat("2026-11-30T10:01:00+08:00")
    refusal = story.refused("request_extension", until=latest + A_MOMENT, reason="r")
    assert (refusal.code, refusal.params["latest"]) == ("order_extension_too_long", "2026-11-30 10:01")
    assert story.do("request_extension", until=latest, reason="r")[-1] == "ticket.extension_requested"


def test_half_the_original_limit_where_the_procedure_says_so() -> None:
    most = PROCEDURE.extension.at_most_share_of_original.model_copy(update={"value": Fraction(1, 2)})
    rules = PROCEDURE.extension.model_copy(update={"at_most_share_of_original": most})
    story = Story(procedure=PROCEDURE.model_copy(update={"extension": rules}))
    story.do("dispatch", unit="jinan")
    story.reply_clock_starts()
    refusal = story.refused("request_extension", until=due_of(story) + timedelta(days=5), reason="r")
    assert refusal.params["latest"] == "2026-11-26 14:31"


def test_it_must_end_later_than_the_limit() -> None:
    story = running()
    assert story.refused("request_extension", until=due_of(story), reason="r").code == "order_extension_not_later"


def test_it_waits_for_the_limit_to_be_known_but_not_where_there_is_none() -> None:
    fault, alarm = Story(), Story("alarm")
    alarm.do("notify_by_phone", unit="jinan")
    refusals: list[Refusal] = []
    for story in (fault, alarm):
        story.do("dispatch", unit="jinan")
        refusals.append(story.refused("request_extension", until=FRIDAY_10 + timedelta(days=9), reason="r"))
    assert [refusal.code for refusal in refusals] == ["order_extension_without_limit"] * 2
    assert [refusal.transient for refusal in refusals] == [True, False]


def test_one_request_at_a_time_and_one_extension_ever() -> None:
    story = asked(running())
    until = due_of(story) + timedelta(days=2)
    assert story.refused("request_extension", until=until, reason="r").code == "order_extension_pending"
    story.do("decide_extension", granted=True)
    refusal = story.refused("request_extension", until=until, reason="r")
    assert (refusal.code, refusal.params["times"]) == ("order_extension_used_up", 1)


def test_a_refused_request_may_be_made_again() -> None:
    story = asked(running())
    assert story.do("decide_extension", granted=False, reason="not convinced") == ["ticket.extension_refused"]
    refusal = story.said[-1]
    assert isinstance(refusal, TicketExtensionRefused)
    assert refusal.reason == "not convinced"
    assert story.order.extensions == 0
    asked(story)


def test_the_decider_may_grant_less_but_not_beyond_the_bound() -> None:
    story = asked(running())
    due = due_of(story)
    too_much = story.refused("decide_extension", granted=True, until=due + timedelta(days=30))
    assert too_much.code == "order_extension_too_long"
    story.do("decide_extension", granted=True, until=due + timedelta(hours=1))
    granted = story.said[-1]
    assert isinstance(granted, TicketExtensionGranted)
    assert granted.until == due + timedelta(hours=1)


def test_a_government_orders_extension_goes_to_the_platform() -> None:
    story = asked(running(gov=GOV), days=40)
    refusal = story.refused("decide_extension", by=division("luzhong"), granted=True)
    assert (refusal.code, refusal.clause, refusal.accepts) == (
        "order_extension_not_theirs",
        "第十五条(二)2",
        ("platform",),
    )
    assert story.refused("decide_extension", granted=True, by_="division").code == "order_extension_not_theirs"
    assert story.do("decide_extension", by=PLATFORM, granted=True) == ["ticket.extension_granted"]


def test_the_written_case_names_the_decider() -> None:
    assert asked(running(gov=GOV)).do("decide_extension", granted=True, by_="platform") == ["ticket.extension_granted"]


def test_another_division_does_not_decide() -> None:
    assert asked(running()).refused("decide_extension", by=division("lunan"), granted=True).code == "out_of_scope"


def test_a_department_has_no_division_so_the_centre_decides() -> None:
    story = asked(running("opinion", to="hq-market"))
    assert story.do("decide_extension", by=SUPERVISOR, granted=True) == ["ticket.extension_granted"]
    granted = story.said[-1]
    assert isinstance(granted, TicketExtensionGranted)
    assert granted.decider is ExtensionDecider.CENTRE


def test_there_is_nothing_to_decide_before_it_was_asked() -> None:
    refusal = running().refused("decide_extension", granted=True)
    assert (refusal.code, refusal.accepts) == ("order_extension_not_asked", ("request_extension",))


def test_a_reply_makes_the_request_pointless() -> None:
    story = asked(running())
    story.do("reply", opinion="done", result="done")
    assert story.order.extension_until is None


def test_a_returned_order_leaves_the_list_of_who_was_to_decide_until_the_unit_has_to_keep_it() -> None:
    story = asked(running())
    story.do("return", ground="not_ours", reason="not in our area")
    assert fields_of(story.order)["extension"] is None
    story.do("refuse_return")
    assert fields_of(story.order)["extension"] == "division"


def restated(story: Story, limit: str | None) -> ClockStarted:
    due = due_of(story) + timedelta(days=1)
    began = FRIDAY_10 + timedelta(minutes=1)
    return ClockStarted(at=story.now, clock="reply", due=due, limit=limit, source="x", restated=True, started_at=began)


def test_an_extended_limit_is_not_the_measure_of_another_extension() -> None:
    story = running()
    extended = restated(story, limit=None)
    story.hear(extended)
    assert (story.order.limits["reply"].due, story.order.limits["reply"].length) == (extended.due, "3 working days")


def test_a_limit_on_other_terms_is_the_measure_from_then_on() -> None:
    story = running("service_application")
    story.do("decline", reason="no pipe in the street")
    story.hear(restated(story, limit="2 working days"))
    assert (story.order.limits["reply"].length, story.order.limits["reply"].since) == (
        "2 working days",
        FRIDAY_10 + timedelta(minutes=1),
    )
