"""A procedure that has no rules for a step does not offer it, in any service."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.refusal import Refusal
from kit.decide.steps import Step, offered
from procedures.loader import load_all
from procedures.model import Procedure
from services.callback.rules.table import STEPS as CALLS
from services.intake.rules.table import STEPS as TICKETS
from services.knowledge.rules.table import ARTICLES, NOTICES, TASKS
from services.routing.rules import STEPS as ORDERS

GAS = load_all().get("kunlun-gas-956100@2011-01-01")
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def without(*sections: str) -> Procedure:
    fields: dict[str, Any] = {name: getattr(GAS, name) for name in Procedure.model_fields}
    return Procedure.model_construct(**(fields | dict.fromkeys(sections)))


NEEDS = {
    "knowledge": (*ARTICLES.values(), *TASKS.values(), *NOTICES.values()),
    "callback": (CALLS["call_back"],),
    "urging": (TICKETS["urge"],),
    "returns": (ORDERS["return"], ORDERS["accept_return"], ORDERS["refuse_return"]),
    "extension": (ORDERS["request_extension"], ORDERS["decide_extension"]),
}


@pytest.mark.parametrize(("section", "step"), [(name, step) for name, steps in NEEDS.items() for step in steps])
def test_a_step_whose_section_is_left_out_is_no_part_of_the_procedure(section: str, step: Step[Any]) -> None:
    assert step.offered(GAS)
    outcome = step.taken(None, step.command.model_construct(at=NOW), without(section))
    assert isinstance(outcome, Refusal)
    assert (outcome.code, outcome.clause is not None) == ("not_in_procedure", True)


def test_the_steps_of_other_sections_stay() -> None:
    left = offered(ORDERS, without("returns", "extension"))
    assert {"dispatch", "sign", "reply", "review"} <= set(left)
