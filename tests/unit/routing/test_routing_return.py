"""Giving an order back (退单), 第十五条(三)1."""

from datetime import timedelta

import pytest

from contracts.ticket import TicketReturned, TicketReturnRefused, TicketSigned
from contracts.vocabulary import Stage
from tests.unit.routing.story import A_MOMENT, PROCEDURE, Story, with_sections

WINDOW = timedelta(days=3)
"""From Friday morning to Monday morning, one working day."""


def dispatched() -> Story:
    story = Story()
    story.do("dispatch", unit="jinan")
    return story


def returned(reason: str = "not in our area") -> Story:
    story = dispatched()
    story.do("return", ground="not_ours", reason=reason)
    return story


@pytest.mark.parametrize("ground", list(PROCEDURE.returns.grounds.value))
def test_a_return_states_one_of_the_four_grounds_and_a_reason(ground: str) -> None:
    story = dispatched()
    assert story.do("return", ground=ground, reason="see file") == ["ticket.returned"]
    assert isinstance(story.said[-1], TicketReturned)
    assert (story.order.stage, story.order.wake_at) == (Stage.RETURNED, None)


def test_a_return_without_reason_is_refused() -> None:
    refusal = dispatched().refused("return", ground="not_ours", reason=" ")
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_reason_missing", "第十五条(三)1", "R004-123")


def test_a_return_at_the_very_end_of_the_window_is_accepted() -> None:
    story = dispatched()
    assert story.do("return", at=story.now + WINDOW, ground="not_ours", reason="r") == ["ticket.returned"]


def test_a_return_at_the_very_end_is_accepted_even_if_silence_was_taken_first() -> None:
    story = dispatched()
    end = story.now + WINDOW
    story.wake()
    assert story.do("return", at=end, ground="not_ours", reason="r") == ["ticket.returned"]


def test_a_moment_later_the_unit_counts_as_having_accepted() -> None:
    story = dispatched()
    end = story.now + WINDOW
    story.wake()
    refusal = story.refused("return", at=end + A_MOMENT, ground="not_ours", reason="r")
    assert (refusal.code, refusal.clause) == ("order_return_too_late", "第十五条(三)1")
    assert refusal.params["until"] == "2026-11-23 10:01"


def test_the_window_is_what_the_clock_gives_in_that_area() -> None:
    stricter = {
        "when": {"area": "jinan", "type": "fault"},
        "clock": "sign",
        "within": "4 hours",
        "source": "市标准",
        "rule": "R004-075",
    }
    story = Story(procedure=with_sections(government_standards=[stricter]), area="jinan/lixia")
    story.do("dispatch", unit="jinan")
    refusal = story.refused("return", at=story.now + timedelta(hours=4) + A_MOMENT, ground="not_ours", reason="r")
    assert (refusal.code, refusal.clause) == ("order_return_too_late", "市标准")


def test_a_signed_order_can_be_returned_within_the_window() -> None:
    story = dispatched()
    story.do("sign")
    assert story.do("return", ground="wrong_information", reason="no such address") == ["ticket.returned"]


def test_who_has_replied_cannot_return_any_more() -> None:
    story = dispatched()
    story.do("reply", opinion="done", result="done")
    story.do("review", approved=False, grounds="photo missing")
    assert story.refused("return", ground="not_ours", reason="r").code == "order_return_too_late"


def test_an_accepted_return_waits_for_the_next_dispatch() -> None:
    story = returned()
    assert story.do("accept_return", reason="area corrected") == ["ticket.return_accepted"]
    assert story.order.stage is Stage.RETURNED
    for step in ("accept_return", "refuse_return"):
        assert story.refused(step).code == "order_return_decided"
    assert story.do("dispatch", unit="zibo") == ["ticket.dispatched"]
    assert story.order.round == 2


def test_dispatching_a_returned_order_accepts_the_return() -> None:
    assert returned().do("dispatch", unit="zibo") == ["ticket.return_accepted", "ticket.dispatched"]


def test_a_refused_return_leaves_the_order_with_the_unit_as_signed() -> None:
    story = returned()
    assert story.do("refuse_return", reason="it is your street") == ["ticket.return_refused", "ticket.signed"]
    assert isinstance(story.said[-1], TicketSigned)
    assert isinstance(story.said[-2], TicketReturnRefused)
    assert (story.order.stage, story.order.unit, story.order.wake_at) == (Stage.IN_PROGRESS, "jinan", None)


def test_a_refused_return_of_a_signed_order_is_not_signed_twice() -> None:
    story = dispatched()
    story.do("sign")
    story.do("return", ground="not_ours", reason="r")
    assert story.do("refuse_return") == ["ticket.return_refused"]


def test_the_third_dispatch_is_final() -> None:
    story = Story()
    for unit in ("jinan", "zibo"):
        story.do("dispatch", unit=unit)
        story.do("return", ground="not_ours", reason="r")
    story.do("dispatch", unit="jinan")
    assert (story.order.round, story.order.fixed) == (3, True)
    refusal = story.refused("return", ground="not_ours", reason="r")
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_unit_fixed", "第十五条(三)1", "R004-125")
    assert story.do("sign") == ["ticket.signed"]


def test_there_is_no_return_to_accept_before_one_was_made() -> None:
    refusal = dispatched().refused("accept_return")
    assert refusal.code == "order_wrong_stage"
    assert "第十五条(三)1" in (refusal.clause or "")
