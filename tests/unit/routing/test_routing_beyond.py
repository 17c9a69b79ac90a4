"""Beyond the loop: set words, forwarding, money, mediation and warnings, and the words that none of them knows."""

from typing import Any

import pytest

from contracts.callback import CallbackCompleted
from contracts.fact import SYSTEM
from contracts.refusal import Refusal
from contracts.ticket import TicketTold
from contracts.vocabulary import CallKind, Channel, Closure, Stage
from services.routing.rules import STEPS
from services.routing.rules.state import RunningLimit
from tests.unit.routing.story import AGENT, MONDAY_10, Story, unit
from tests.utilities import ALL

TELECOM = ALL.of("telecom")[-1]
BEYOND = {
    "forward": {"destination": "nowhere"},
    "tell": {"template": "nothing"},
    "compensate": {"payment": "nothing", "amount_fen": 1, "basis": "our_fault"},
    "mediate": {"outcome": "nothing"},
    "raise_warning": {"warning": "nothing", "reason": "r"},
}


def dispatched(ticket_type: str = "charges", **opened: Any) -> Story:
    story = Story(ticket_type, TELECOM, **opened)
    story.do("dispatch", unit="pudong")
    return story


@pytest.mark.parametrize("step", BEYOND)
def test_a_word_that_the_procedure_does_not_know_is_refused_with_those_it_does(step: str) -> None:
    story = Story("appeal", TELECOM) if step == "forward" else dispatched("appeal")
    refusal = story.refused(step, **BEYOND[step])
    assert refusal.accepts
    assert "nothing" not in refusal.accepts


def test_money_on_no_basis_that_the_procedure_knows_is_refused() -> None:
    refusal = dispatched().refused("compensate", payment="refund", amount_fen=1, basis="kindness")
    assert (refusal.code, refusal.accepts) == ("order_basis_unknown", ("our_fault", "unclear"))


@pytest.mark.parametrize("step", BEYOND)
def test_a_procedure_without_the_section_does_not_have_the_step_and_names_those_it_has(step: str) -> None:
    refusal = Story().refused(step, **BEYOND[step])
    assert refusal.code == "not_in_procedure"
    assert "dispatch" in refusal.accepts
    assert step not in refusal.accepts


def test_less_than_a_fen_is_no_payment() -> None:
    for amount in (0, -1, 1.5, 10**11):
        with pytest.raises(ValueError, match="amount_fen"):
            STEPS["compensate"].written(MONDAY_10, {"payment": "refund", "amount_fen": amount, "basis": "our_fault"})


def test_the_customer_is_told_on_the_channel_of_the_request_unless_another_was_asked_for() -> None:
    due = RunningLimit(due=MONDAY_10, since=MONDAY_10, length="15 days", owner="unit")
    story = dispatched()
    story.order = story.order.but(channel="web", limits={"answer": due})
    story.do("tell", template="progress", by=unit("pudong"))
    story.do("tell", template="progress", channel="phone", by=AGENT)
    assert [fact.channel for fact in story.said if isinstance(fact, TicketTold)] == [Channel.WEB, Channel.PHONE]


def test_a_template_that_a_long_reply_would_burst_is_refused() -> None:
    story = dispatched()
    story.order = story.order.but(channel="email")
    story.do("reply", opinion="o", result="长" * 3990)
    story.do("review", approved=True)
    assert story.refused("tell", template="result_by_mail").code == "order_template_too_long"


def test_a_recheck_takes_the_order_back_to_the_unit() -> None:
    story = dispatched()
    story.do("reply", opinion="o", result="r")
    story.do("review", approved=True)
    asked = CallbackCompleted(at=MONDAY_10, by=SYSTEM, kind=CallKind.SATISFACTION, satisfied=False, recheck=True)
    assert story.hear(asked) == ["ticket.recheck_asked"]
    assert (story.order.stage, story.order.closure, story.order.rechecks) == (Stage.IN_PROGRESS, None, 1)


def test_an_order_once_dispatched_is_forwarded_no_more_until_it_comes_back() -> None:
    refusal = dispatched().attempt("forward", destination="cable_company")
    assert isinstance(refusal, Refusal)
    assert refusal.code == "order_wrong_stage"


def test_a_forwarding_that_was_a_mistake_is_forgotten_with_the_dispatch() -> None:
    story = Story("charges", TELECOM)
    story.do("forward", destination="cable_company")
    story.do("dispatch", unit="pudong")
    assert story.order.forwarded_to is None


def test_who_was_told_where_it_went_is_owed_no_more() -> None:
    story = Story("charges", TELECOM)
    story.do("forward", destination="cable_company")
    assert story.do("tell", template="passed_on", language="en") == ["ticket.told", "ticket.closed"]
    assert story.order.closure is Closure.FORWARDED
    assert "it went to Cable company (96868)" in story.said[-2].text  # type: ignore[attr-defined]
