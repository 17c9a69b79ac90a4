"""Each utility's demonstration: its file fits its procedure, and the same seed plans the same days."""

from datetime import UTC, datetime

import pytest

from contracts.vocabulary import CallKind, Closure
from hotline.demo.plans import plans
from hotline.demo.requests import request_body
from hotline.demo.scenario import NoScenario, Scenario, misfits, scenario_of
from procedures.model import Procedure
from procedures.model.types import PERSONAL_FIELDS
from tests.utilities import ALL, OURS

START = datetime(2026, 11, 2, 16, tzinfo=UTC)
INSTALLED = [OURS.in_force(utility, START) for utility in OURS.utilities()]
each_utility = pytest.mark.parametrize("procedure", INSTALLED, ids=[each.utility for each in INSTALLED])


@each_utility
def test_its_file_uses_the_words_of_its_procedure_alone(procedure: Procedure) -> None:
    scenario = scenario_of(procedure)
    alone = {name for name, rules in procedure.types.items() if rules.appeals is None}
    assert {scene.type for scene in scenario.requests} == alone, "a type that is not shown"


@each_utility
def test_the_same_seed_plans_the_same_days_and_another_one_others(procedure: Procedure) -> None:
    scenario = scenario_of(procedure)
    first, again, other = ([*plans(START, 40, seed, scenario, procedure)] for seed in (1, 1, 2))
    assert first == again
    assert first != other


@each_utility
def test_every_request_brings_what_its_type_asks_for_and_ends_as_the_procedure_lets_it_end(
    procedure: Procedure,
) -> None:
    for plan in plans(START, 200, 7, scenario_of(procedure), procedure):
        body = request_body(plan, procedure.types[plan.type])
        own = [name for name in procedure.types[plan.type].required.value if name in procedure.fields]
        assert set(own) <= set(body["fields"])
        assert PERSONAL_FIELDS & set(procedure.types[plan.type].required.value) <= set(body["customer"])
        if procedure.callback is None:
            assert plan.closure in (Closure.NO_CALLBACK_DUE, Closure.ANSWERED, Closure.WITHDRAWN)
        if plan.call is CallKind.SATISFACTION and plan.closure is Closure.SATISFIED:
            assert plan.satisfied


def test_a_file_with_another_utilitys_words_is_refused_with_all_of_them() -> None:
    gas, cable = (OURS.in_force(utility, START) for utility in ("kunlun-gas-956100", "cable-gulin"))
    wrong = dict(misfits(scenario_of(gas), cable))
    assert {"ground", "mismatch", "shares"} <= wrong.keys()
    scenes = Scenario.model_validate(scenario_of(cable).model_dump() | {"areas": ["jinan"]})
    assert ("areas, for fault", "jinan") in list(misfits(scenes, cable))


def test_a_utility_without_a_file_is_told_which_is_missing() -> None:
    with pytest.raises(NoScenario, match=r"procedures/demo/water\.yaml"):
        scenario_of(ALL.of("water")[-1])
