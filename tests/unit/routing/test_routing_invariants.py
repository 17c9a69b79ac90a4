"""What holds for every order, whatever anybody asks of it in whatever order."""

import inspect
import re
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.fact import SYSTEM, Actor
from contracts.refusal import Refusal
from contracts.topics import SPEAKERS
from contracts.vocabulary import Role, Stage
from kit.decide.steps import offered
from services.routing import rules
from services.routing.rules import (
    STEPS,
    accepted_now,
    closing,
    dispatching,
    extending,
    outside,
    replying,
    returning,
    reviewing,
    settling,
    table,
    telling,
    unit_work,
)
from tests.unit.routing.story import FRIDAY_10, PROCEDURE, Story
from texts import LANGUAGES, catalogue, text

_REFUSING = (
    closing,
    dispatching,
    extending,
    outside,
    replying,
    returning,
    reviewing,
    settling,
    table,
    telling,
    unit_work,
)
CODES = sorted({code for module in _REFUSING for code in re.findall(r'refused\(\s*"(\w+)"', inspect.getsource(module))})

_UNITS = st.sampled_from(["jinan", "zibo", "hq-finance", "atlantis"])
_REASONS = st.sampled_from(["", "because"])
_MOMENTS = st.integers(0, 30).map(lambda days: FRIDAY_10 + timedelta(days=days))
_FIELDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "fail_contact": st.just({"outcome": "not_reached"}),
    "hold": st.just({"reason": "nothing"}),
    "progress": st.just({"step": "nothing"}),
    "forward": st.just({"destination": "nowhere"}),
    "tell": st.just({"template": "nothing"}),
    "compensate": st.just({"payment": "nothing", "amount_fen": 1, "basis": "nothing"}),
    "mediate": st.just({"outcome": "nothing"}),
    "raise_warning": st.just({"warning": "nothing", "reason": "because"}),
    "notify_by_phone": st.fixed_dictionaries({"unit": _UNITS}),
    "dispatch": st.fixed_dictionaries({"unit": _UNITS}),
    "appoint": st.fixed_dictionaries({"for_": _MOMENTS}),
    "decline": st.fixed_dictionaries({"reason": _REASONS}),
    "return": st.fixed_dictionaries({"ground": st.sampled_from(["not_ours", "wrong_information"]), "reason": _REASONS}),
    "request_extension": st.fixed_dictionaries({"until": _MOMENTS, "reason": _REASONS}),
    "decide_extension": st.fixed_dictionaries({"granted": st.booleans()}),
    "reply": st.fixed_dictionaries({"opinion": _REASONS, "result": _REASONS}),
    "review": st.fixed_dictionaries(
        {"approved": st.booleans(), "grounds": _REASONS, "by_": st.sampled_from(["centre", "division"])}
    ),
    "invalid": st.fixed_dictionaries({"reason": _REASONS}),
}
_STEPS = st.lists(
    st.sampled_from(sorted(STEPS)).flatmap(
        lambda step: st.tuples(st.just(step), _FIELDS.get(step, st.just({})), st.integers(1, 40 * 60))
    ),
    max_size=25,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(PROCEDURE.types)), st.sampled_from([None, 1, 2, 3]), _STEPS)
def test_any_sequence_of_commands_keeps_the_order_sound(
    ticket_type: str, grade: int | None, steps: list[tuple[str, dict[str, Any], int]]
) -> None:
    story = Story(ticket_type, grade=grade)
    for step, fields, minutes in steps:
        offered = accepted_now(story.order, PROCEDURE)
        outcome = story.attempt(step, at=story.now + timedelta(minutes=minutes), **fields)
        if isinstance(outcome, Refusal):
            assert outcome.clause
            assert all(text(f"refusal.{outcome.code}", language, **outcome.params) for language in LANGUAGES)
        else:
            assert step in offered, (step, offered)
            story.order, facts = outcome
            story.said.extend(facts)
            assert facts
            assert all(type(fact) in SPEAKERS["routing"] and fact.at == story.now for fact in facts)
        _is_sound(story)


def _is_sound(story: Story) -> None:
    order = story.order
    assert (order.stage is Stage.CLOSED) == (order.closure is not None)
    assert (order.wake_at is not None) == (order.stage is Stage.DISPATCHED)
    assert (order.unit is None) == (order.round == 0)
    assert order.round == sum(fact.short_type() == "ticket.dispatched" for fact in story.said)
    assert order.stage is not Stage.REPLIED or order.replied_at is not None
    assert sum(fact.short_type() == "ticket.closed" for fact in story.said) == (order.closure is not None)
    assert order.round < PROCEDURE.returns.fixed_after_dispatches.value or order.fixed


def test_every_refusal_is_worded_in_both_languages_and_every_wording_is_used() -> None:
    own = {code for code in CODES if code.startswith("order_")}
    assert len(own) > 20
    for language in LANGUAGES:
        worded = {key.removeprefix("refusal.") for key in catalogue(language) if key.startswith("refusal.order_")}
        assert worded == own


def test_no_rule_reads_a_clock_or_makes_an_id_up() -> None:
    for module in (*_REFUSING, rules):
        assert not re.search(r"\b(now|today|utcnow|uuid4)\(", inspect.getsource(module))


def test_every_step_needs_a_role_and_refuses_the_others() -> None:
    for step in offered(STEPS, PROCEDURE):
        entry = STEPS[step]
        for role in set(Role) - set(entry.roles):
            story = Story()
            fields = {"for_": FRIDAY_10} if step == "appoint" else _example(step)
            refusal = story.refused(step, by=Actor(subject="x", role=role, scope="jinan"), **fields)
            assert refusal.code == "role_missing", step
            assert set(refusal.accepts) == {each.value for each in entry.roles}
    assert SYSTEM.role not in set(Role)


def _example(step: str) -> dict[str, Any]:
    known: dict[str, dict[str, Any]] = {
        "notify_by_phone": {"unit": "jinan"},
        "dispatch": {"unit": "jinan"},
        "fail_contact": {"outcome": "not_reached"},
        "return": {"ground": "not_ours"},
        "request_extension": {"until": FRIDAY_10},
        "decide_extension": {"granted": True},
        "review": {"approved": True},
    }
    return known.get(step, {})
