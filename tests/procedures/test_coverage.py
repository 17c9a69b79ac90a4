"""Every rule of the regulation is accounted for, and what is named in the account is there."""

import pytest

from hotline import coverage
from hotline.coverage import Rule, Stated

LISTED = coverage.stated()
CASES = coverage.shown()
PROCEDURE = coverage.procedure_file().read_text("utf-8")


def listed(*rules: Rule) -> Stated:
    return Stated(utility=LISTED.utility, rules=rules)


def changed(rule_id: str, **changes: object) -> Stated:
    """The list with one rule changed."""
    return listed(*(r.model_copy(update=changes) if r.id == rule_id else r for r in LISTED.rules))


def faults(stated: Stated = LISTED, cases: coverage.Cases = CASES, procedure: str = PROCEDURE) -> list[str]:
    return list(coverage.faults(stated, cases, procedure))


def test_nothing_is_wrong_with_the_list_as_it_stands() -> None:
    assert faults() == []


def test_the_page_is_what_list_and_cases_make_of_it() -> None:
    assert coverage.PAGE.read_text("utf-8") == coverage.page(LISTED, CASES)


def test_there_are_157_rules_and_most_are_enforced() -> None:
    assert len(LISTED.rules) == 157
    assert sum(rule.how == "enforced" for rule in LISTED.rules) >= 110


def test_a_rule_left_out_is_told() -> None:
    assert faults(listed(*LISTED.rules[1:])) == ["R004-001: unaccounted for"]


def test_a_rule_listed_twice_or_made_up_is_told() -> None:
    made_up = LISTED.rules[0].model_copy(update={"id": "R004-158"})
    found = faults(listed(*LISTED.rules, LISTED.rules[2], made_up))
    assert "R004-003: listed 2 times" in found
    assert "R004-158: no such rule" in found


def test_a_rule_id_that_does_not_exist_is_told_wherever_it_is_cited() -> None:
    some = CASES["R004-062"][0]
    assert faults(cases={**CASES, "R004-999": [some]}) == [f"R004-999: no such rule, but cited by “{some.case.case}”"]
    in_file = PROCEDURE.replace("rule: R004-135", "rule: R004-935", 1)
    assert faults(procedure=in_file) == ["R004-935: no such rule, but cited in the procedure file"]


@pytest.mark.parametrize("rule", [rule.id for rule in LISTED.rules if rule.how == "enforced"])
def test_an_enforced_rule_without_its_cases_is_told(rule: str) -> None:
    without = {cited: cases for cited, cases in CASES.items() if cited != rule}
    assert faults(cases=without) == [f"{rule}: enforced, but no case cites it"]


def test_a_rule_that_is_not_softwares_needs_a_reason_and_has_no_case() -> None:
    soft = next(rule for rule in LISTED.rules if rule.how == "outside")
    assert faults(changed(soft.id, reason=None)) == [f"{soft.id}: not software's, but no reason is given"]
    cited = {**CASES, soft.id: CASES["R004-062"]}
    assert faults(cases=cited) == [f"{soft.id}: not software's, but a case cites it"]


@pytest.mark.parametrize(
    "where",
    [
        "procedure:types.fault.limits.lunch",
        "procedure:types.faults",
        "procedure:hotline.number",
        "code:services.routing.rules.returning.take_forward",
        "code:services.routing.rules.retuning.give_back",
        "code:contracts.ticket.TicketOpened.second_owner",
        "elsewhere:hotline",
    ],
)
def test_a_place_that_does_not_exist_is_told(where: str) -> None:
    assert faults(changed("R004-062", where=(where,))) == [f"R004-062: {where} does not exist"]


def test_a_held_rule_says_where() -> None:
    assert faults(changed("R004-062", where=())) == ["R004-062: enforced, but nowhere"]


def test_the_procedure_file_and_the_list_agree_on_what_software_holds() -> None:
    outside = {rule.id for rule in LISTED.rules if rule.how == "outside"}
    cited = coverage.rule_ids(PROCEDURE)
    assert cited
    assert not cited & outside
