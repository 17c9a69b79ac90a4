"""Reviewing replies (审核), 第十一条(二) and 第十五条(三)3, and what follows a passed one."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.fact import SYSTEM
from contracts.ticket import CallWish, TicketRegraded, TicketReplyApproved, TicketReplyRejected
from contracts.vocabulary import CallPreference, Closure, Reviewer, Stage
from tests.unit.routing.story import AGENT, Story, division, unit

NO_CALL = CallWish(preference=CallPreference.NONE)


def replied(ticket_type: str = "fault", to: str = "jinan", **opened: Any) -> Story:
    story = Story(ticket_type, **opened)
    if ticket_type == "alarm":
        story.do("notify_by_phone", unit=to)
    story.do("dispatch", unit=to)
    story.do("reply", opinion="done", result="done")
    return story


def last_approval(story: Story) -> TicketReplyApproved:
    return next(fact for fact in reversed(story.said) if isinstance(fact, TicketReplyApproved))


def test_a_passed_reply_waits_for_the_call_back() -> None:
    story = replied()
    replied_at = story.now
    assert story.do("review", by=AGENT, approved=True) == ["ticket.reply_approved"]
    assert story.order.stage is Stage.CALLBACK
    approval = last_approval(story)
    assert (approval.final, approval.reviewer, approval.replied_at) == (True, Reviewer.CENTRE, replied_at)


def test_a_major_complaint_goes_to_the_division_first() -> None:
    story = replied("complaint", grade=1)
    refusal = story.refused("review", approved=True)
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_division_first", "第十一条(二)", "R004-022")
    assert story.do("review", approved=True, by_="division") == ["ticket.reply_approved"]
    assert (story.order.stage, last_approval(story).final) == (Stage.REPLIED, False)
    assert story.refused("review", approved=True, by_="division").code == "order_division_not_asked"
    story.do("review", approved=True)
    assert (story.order.stage, last_approval(story).final) == (Stage.CALLBACK, True)


def test_a_complaint_that_became_major_meanwhile_goes_to_the_division_too() -> None:
    story = replied("complaint", grade=3)
    story.hear(TicketRegraded(at=story.now, by=SYSTEM, grade=1, previous=3, reason="on the evening news"))
    assert story.refused("review", approved=True).code == "order_division_first"


def test_the_division_reviews_only_what_is_major() -> None:
    refusal = replied("complaint", grade=2).refused("review", by=division("luzhong"), approved=True)
    assert (refusal.code, refusal.accepts) == ("order_division_not_asked", ("centre",))


def test_a_division_token_reviews_for_the_division_only_and_only_in_its_area() -> None:
    story = replied("complaint", grade=1)
    assert story.refused("review", by=division("lunan"), approved=True).code == "out_of_scope"
    story.do("review", by=division("luzhong"), approved=True)
    assert last_approval(story).reviewer is Reviewer.DIVISION
    assert story.refused("review", by=division("luzhong"), approved=True).code == "order_division_not_asked"


def test_an_agent_cannot_review_for_the_division() -> None:
    story = replied("complaint", grade=1)
    assert story.refused("review", by=AGENT, approved=True, by_="division").code == "order_division_first"


def test_a_major_complaint_at_a_department_has_no_division_to_wait_for() -> None:
    story = replied("complaint", to="hq-market", grade=1)
    assert story.do("review", approved=True) == ["ticket.reply_approved"]


def test_a_unit_does_not_review_its_own_reply() -> None:
    assert replied().refused("review", by=unit("jinan"), approved=True).code == "role_missing"


def test_a_rejection_says_why_and_the_unit_starts_again() -> None:
    story = replied()
    refusal = story.refused("review", approved=False)
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_grounds_missing", "第十五条(三)3", "R004-132")
    assert story.do("review", approved=False, grounds="no photo") == ["ticket.reply_rejected"]
    rejected = story.said[-1]
    assert isinstance(rejected, TicketReplyRejected)
    assert (rejected.grounds, rejected.unit, rejected.reviewer) == ("no photo", "jinan", Reviewer.CENTRE)
    assert (story.order.stage, story.order.replied_at, story.order.round) == (Stage.IN_PROGRESS, None, 1)
    story.do("reply", opinion="done", result="now with photo")


def test_after_a_rejection_the_division_reviews_anew() -> None:
    story = replied("complaint", grade=1)
    story.do("review", approved=True, by_="division")
    story.do("review", approved=False, grounds="contradicts the file")
    story.do("reply", opinion="done", result="done")
    assert story.refused("review", approved=True).code == "order_division_first"


@pytest.mark.parametrize(
    ("ticket_type", "opened", "closure"),
    [
        ("praise", {}, Closure.NO_CALLBACK_DUE),
        ("query", {}, Closure.NO_CALLBACK_DUE),
        ("fault", {"call_wish": NO_CALL}, Closure.CALLBACK_WAIVED),
        ("consultation", {"call_wish": NO_CALL}, Closure.CALLBACK_WAIVED),
    ],
)
def test_where_no_call_follows_the_passed_reply_closes(
    ticket_type: str, opened: dict[str, Any], closure: Closure
) -> None:
    story = replied(ticket_type, **opened)
    assert story.do("review", approved=True) == ["ticket.reply_approved", "ticket.closed"]
    assert (story.order.stage, story.order.closure) == (Stage.CLOSED, closure)


@pytest.mark.parametrize("ticket_type", ["consultation", "suggestion", "report", "alarm"])
def test_where_an_answer_or_a_call_is_owed_the_order_waits_for_it(ticket_type: str) -> None:
    story = replied(ticket_type)
    story.do("review", approved=True)
    assert story.order.stage is Stage.CALLBACK


def test_reading_3_may_say_that_excluded_types_get_nothing() -> None:
    story = replied("consultation")
    story.procedure = story.procedure.with_readings(excluded_types_get="nothing")
    story.do("review", approved=True)
    assert story.order.closure is Closure.NO_CALLBACK_DUE


def test_an_appointed_call_is_owed_like_any_other() -> None:
    wish = CallWish(preference=CallPreference.APPOINTED, at=Story().now + timedelta(days=4))
    story = replied(call_wish=wish)
    story.do("review", approved=True)
    assert story.order.stage is Stage.CALLBACK
