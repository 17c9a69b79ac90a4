"""To whom an order goes (第十四条, 第十五条(一)3)."""

import pytest

from contracts.ticket import TicketDispatched
from contracts.vocabulary import Stage
from tests.unit.routing.story import Story


def test_a_dispatch_names_round_and_division() -> None:
    story = Story()
    assert story.do("dispatch", unit="jinan") == ["ticket.dispatched"]
    (sent,) = story.said
    assert isinstance(sent, TicketDispatched)
    assert (sent.unit, sent.division, sent.round, sent.fixed, sent.advisory) == ("jinan", "luzhong", 1, False, False)
    assert story.order.stage is Stage.DISPATCHED


def test_an_unknown_unit_is_refused_with_the_units_there_are() -> None:
    refusal = Story().refused("dispatch", unit="atlantis")
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_unit_unknown", "第十五条(一)3", "R004-108")
    assert {"jinan", "qingdao", "hq-finance"} <= set(refusal.accepts)


def test_a_head_office_department_is_a_target_without_division() -> None:
    story = Story("opinion")
    story.do("dispatch", unit="hq-finance")
    assert (story.order.unit, story.order.division) == ("hq-finance", None)


def test_an_affiliate_is_told_that_its_limits_are_advisory() -> None:
    story = Story()
    story.do("dispatch", unit="penglai")
    assert isinstance(story.said[0], TicketDispatched)
    assert story.said[0].advisory


def test_an_alarm_is_phoned_before_it_is_dispatched() -> None:
    story = Story("alarm")
    refusal = story.refused("dispatch", unit="jinan")
    assert (refusal.code, refusal.clause, refusal.rule) == ("order_phone_first", "第十四条(三)", "R004-053")
    assert refusal.accepts == ("notify_by_phone",)
    assert story.do("notify_by_phone", unit="jinan") == ["ticket.phone_notified"]
    assert story.order.stage is Stage.ACCEPTED
    assert story.do("dispatch", unit="jinan") == ["ticket.dispatched"]


def test_an_alarm_phoned_to_one_unit_is_not_dispatched_to_another() -> None:
    story = Story("alarm")
    story.do("notify_by_phone", unit="jinan")
    assert story.refused("dispatch", unit="zibo").code == "order_phone_first"


def test_the_crew_may_be_on_site_before_the_order_is_written() -> None:
    story = Story("alarm")
    assert story.refused("on_site").code == "order_nobody_told"
    story.do("notify_by_phone", unit="jinan")
    assert story.do("on_site") == ["ticket.arrived"]
    assert story.order.stage is Stage.ACCEPTED


@pytest.mark.parametrize(
    "opened",
    [
        {"ticket_type": "complaint", "grade": 1},
        {"ticket_type": "fault", "flags": ("urgent",)},
        {"ticket_type": "alarm"},
    ],
)
def test_alarms_urgent_matters_and_major_complaints_may_be_phoned(opened: dict[str, object]) -> None:
    assert Story(**opened).do("notify_by_phone", unit="jinan") == ["ticket.phone_notified"]  # type: ignore[arg-type]


@pytest.mark.parametrize("opened", [{"ticket_type": "complaint", "grade": 3}, {"ticket_type": "fault"}])
def test_an_ordinary_matter_is_not_phoned_ahead(opened: dict[str, object]) -> None:
    refusal = Story(**opened).refused("notify_by_phone", unit="jinan")  # type: ignore[arg-type]
    assert (refusal.clause, refusal.rule) == ("第十五条(二)1", "R004-117")


def test_an_unknown_unit_is_not_phoned_either() -> None:
    assert Story("alarm").refused("notify_by_phone", unit="atlantis").code == "order_unit_unknown"


def test_an_order_under_way_is_not_dispatched_again() -> None:
    story = Story()
    story.do("dispatch", unit="jinan")
    refusal = story.refused("dispatch", unit="zibo")
    assert (refusal.code, refusal.clause, refusal.transient) == ("order_wrong_stage", "第十四条", False)
    assert {"sign", "return", "reply"} <= set(refusal.accepts)
    assert "decline" not in refusal.accepts


def test_a_new_round_forgets_what_the_last_unit_did() -> None:
    story = Story("service_application")
    story.do("dispatch", unit="jinan")
    story.do("contact")
    story.do("decline", reason="outside the network")
    story.do("return", ground="not_ours", reason="belongs to Zibo")
    story.do("dispatch", unit="zibo")
    order = story.order
    assert (order.unit, order.round, order.declined, order.signed_at, order.contacted_at) == (
        "zibo",
        2,
        False,
        None,
        None,
    )
