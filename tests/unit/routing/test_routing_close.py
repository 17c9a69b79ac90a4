"""How an order ends (办结), and that nothing follows the end (第十四条)."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.callback import CallbackCompleted, CallbackExhausted
from contracts.clock import ClockCancelled
from contracts.fact import SYSTEM, Fact
from contracts.ticket import TicketAnswered, TicketClosed, TicketLinked, TicketSentBack, TicketWithdrawn
from contracts.vocabulary import CallKind, Closure, LinkKind, Stage
from kit.decide.steps import offered
from services.routing.rules import STEPS
from tests.unit.routing.story import FRIDAY_10, PROCEDURE, Story

ARGUMENTS: dict[str, dict[str, Any]] = {
    "fail_contact": {"outcome": "not_reached"},
    "notify_by_phone": {"unit": "jinan"},
    "dispatch": {"unit": "jinan"},
    "appoint": {"for_": FRIDAY_10 + timedelta(days=9)},
    "return": {"ground": "not_ours", "reason": "r"},
    "request_extension": {"until": FRIDAY_10 + timedelta(days=9), "reason": "r"},
    "decide_extension": {"granted": True},
    "review": {"approved": True},
    "reply": {"opinion": "o", "result": "r"},
    "decline": {"reason": "r"},
    "invalid": {"reason": "r"},
}


def called(ticket_type: str = "fault") -> Story:
    """Replied, passed, waiting for the call."""
    story = Story(ticket_type)
    story.do("dispatch", unit="jinan")
    story.do("reply", opinion="done", result="done")
    story.do("review", approved=True)
    return story


def completed(kind: CallKind = CallKind.SATISFACTION, **said: Any) -> CallbackCompleted:
    return CallbackCompleted(at=FRIDAY_10 + timedelta(hours=5), by=SYSTEM, kind=kind, **said)


def last_close(story: Story) -> TicketClosed:
    found = story.said[-1]
    assert isinstance(found, TicketClosed)
    return found


def test_a_satisfied_customer_closes_the_order() -> None:
    story = called()
    assert story.hear(completed(solved="yes", satisfaction=5)) == ["ticket.closed"]
    assert (story.order.stage, story.order.closure) == (Stage.CLOSED, Closure.SATISFIED)


def test_so_does_a_dissatisfied_one() -> None:
    story = called()
    story.hear(completed(solved="no", satisfaction=1, satisfied=False))
    assert story.order.closure is Closure.DISSATISFIED


def test_an_answer_given_closes_as_answered() -> None:
    story = called("consultation")
    story.hear(completed(CallKind.ANSWER))
    assert story.order.closure is Closure.ANSWERED


@pytest.mark.parametrize("mismatch", list(PROCEDURE.callback.send_back_grounds.value))
def test_a_reply_that_does_not_hold_goes_back_to_the_unit_in_the_same_round(mismatch: str) -> None:
    story = called()
    assert story.hear(completed(mismatch=mismatch, basis="recording 7")) == ["ticket.sent_back"]
    back = story.said[-1]
    assert isinstance(back, TicketSentBack)
    assert (back.ground, back.basis, back.unit) == (mismatch, "recording 7", "jinan")
    assert (story.order.stage, story.order.round) == (Stage.IN_PROGRESS, 1)
    assert story.do("reply", opinion="done again", result="done") == ["ticket.replied"]


def test_a_customer_who_cannot_be_reached_closes_the_order_with_the_reason() -> None:
    story = called()
    story.hear(CallbackExhausted(at=FRIDAY_10 + timedelta(days=1), attempts=3, reason="no answer three times"))
    assert story.order.closure is Closure.UNREACHABLE
    assert last_close(story).reason == "no answer three times"


@pytest.mark.parametrize(
    ("fact", "closure"),
    [
        (TicketAnswered(at=FRIDAY_10, by=SYSTEM), Closure.ANSWERED),
        (TicketWithdrawn(at=FRIDAY_10, by=SYSTEM, reason="solved itself"), Closure.WITHDRAWN),
        (TicketLinked(at=FRIDAY_10, by=SYSTEM, other="tkt_2", kind=LinkKind.MERGED), Closure.MERGED),
    ],
)
def test_intakes_word_ends_an_order_in_any_stage(fact: Fact, closure: Closure) -> None:
    for story in (Story(), called()):
        assert story.hear(fact) == ["ticket.closed"]
        assert (story.order.closure, story.order.wake_at) == (closure, None)


def test_other_links_end_nothing() -> None:
    story = Story()
    link = TicketLinked(at=FRIDAY_10, by=SYSTEM, other="tkt_2", kind=LinkKind.SAME_MATTER)
    assert story.hear(link) == []
    assert story.order.stage is Stage.ACCEPTED


def test_a_withdrawn_order_is_not_woken_at_the_end_of_the_return_window() -> None:
    story = Story()
    story.do("dispatch", unit="jinan")
    story.hear(TicketWithdrawn(at=story.now, by=SYSTEM))
    assert story.order.wake_at is None


def test_a_complaint_found_invalid_closes_with_the_reason() -> None:
    story = Story("complaint")
    refusal = story.refused("invalid", reason="")
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_reason_missing", "第十四条(六)", "R004-069")
    assert story.do("invalid", reason="nobody of that name works here") == ["ticket.closed"]
    assert story.order.closure is Closure.INVALID


def test_only_complaints_can_be_invalid() -> None:
    refusal = Story().refused("invalid", reason="r")
    assert (refusal.code, refusal.clause) == ("order_not_invalidable", "第十四条(六)")


def test_a_praise_may_be_closed_once_the_unit_has_verified_it() -> None:
    story = Story("praise")
    story.do("dispatch", unit="jinan")
    story.do("complete")
    story.do("close")
    assert story.order.closure is Closure.NO_CALLBACK_DUE


def test_nothing_else_is_closed_past_the_customer() -> None:
    story = Story()
    story.do("dispatch", unit="jinan")
    refusal = story.refused("close")
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_word_owed", "第十四条(九)", "R004-090")


@pytest.mark.parametrize("step", offered(STEPS, PROCEDURE))
def test_a_closed_order_takes_no_step(step: str) -> None:
    story = Story()
    story.hear(TicketWithdrawn(at=story.now, by=SYSTEM))
    refusal = story.refused(step, **ARGUMENTS.get(step, {}))
    assert (refusal.code, refusal.transient) == ("order_closed", False)
    assert "第十四条" in (refusal.clause or "")


@pytest.mark.parametrize(
    "fact",
    [
        completed(),
        TicketWithdrawn(at=FRIDAY_10, by=SYSTEM),
        ClockCancelled(at=FRIDAY_10, clock="reply", reason="closed"),
    ],
)
def test_late_words_change_nothing_after_the_close(fact: Fact) -> None:
    story = called()
    story.hear(completed())
    before = story.order
    assert story.hear(fact) == []
    assert story.order is before


def test_a_call_that_nobody_waits_for_changes_nothing() -> None:
    story = Story()
    before = story.order
    assert story.hear(completed()) == []
    assert story.hear(CallbackExhausted(at=FRIDAY_10, attempts=3, reason="r")) == []
    assert story.order is before


def test_a_unit_that_acts_while_the_customer_is_called_is_asked_to_wait_for_the_answer() -> None:
    refusal = called().refused("reply", opinion="o", result="r")
    assert (refusal.code, refusal.transient) == ("order_wrong_stage", True)
