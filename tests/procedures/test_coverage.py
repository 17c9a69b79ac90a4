"""Every rule of every utility's regulation is accounted for, and what is named in the account is there."""

import pytest

from hotline.coverage import account as accounts
from hotline.coverage.account import Account, Cases, Held, Rule
from hotline.coverage.faults import faults, rule_ids
from hotline.coverage.page import page
from tests.utilities import OURS

ALL = accounts.accounts()
LISTED = next(account for account in ALL if account.utility == "kunlun-gas-956100")
CASES = accounts.shown(LISTED.cases)
PROCEDURE = LISTED.procedure.read_text("utf-8")

per_utility = pytest.mark.parametrize("account", ALL, ids=lambda account: account.utility)


def listed(*rules: Rule) -> Account:
    return LISTED.model_copy(update={"rules": rules})


def changed(rule_id: str, **changes: object) -> Account:
    """The account with one rule changed."""
    return listed(*(r.model_copy(update=changes) if r.id == rule_id else r for r in LISTED.rules))


def wrong(account: Account = LISTED, cases: Cases = CASES, procedure: str = PROCEDURE) -> list[str]:
    return list(faults(account, cases, procedure))


def test_every_installed_utility_gives_account_of_its_rules() -> None:
    assert [account.utility for account in ALL] == list(OURS.utilities())


@per_utility
def test_nothing_is_wrong_with_the_account_as_it_stands(account: Account) -> None:
    assert wrong(account, accounts.shown(account.cases), account.procedure.read_text("utf-8")) == []


@per_utility
def test_the_page_is_what_account_and_cases_make_of_it(account: Account) -> None:
    document = OURS.of(account.utility)[-1].document.zh
    assert account.page.read_text("utf-8") == page(account, accounts.shown(account.cases), document)


@per_utility
def test_the_procedure_file_cites_no_rule_that_software_does_not_hold(account: Account) -> None:
    unheld = {rule.id for rule in account.rules if rule.how in (Held.LATER, Held.OUTSIDE)}
    cited = rule_ids(account.procedure.read_text("utf-8"))
    assert cited
    assert not cited & unheld


@per_utility
def test_an_enforced_rule_without_its_cases_is_told(account: Account) -> None:
    enforced = [rule.id for rule in account.rules if rule.how is Held.ENFORCED]
    found = wrong(account, {}, account.procedure.read_text("utf-8"))
    assert found == [f"{rule}: enforced, but no case cites it" for rule in enforced]


def test_there_are_157_rules_and_most_are_enforced() -> None:
    assert len(LISTED.rules) == 157
    assert sum(rule.how is Held.ENFORCED for rule in LISTED.rules) >= 110


def test_a_rule_left_out_is_told() -> None:
    assert wrong(listed(*LISTED.rules[1:])) == ["R004-001: unaccounted for"]


def test_a_rule_listed_twice_or_made_up_is_told() -> None:
    made_up = LISTED.rules[0].model_copy(update={"id": "R004-158"})
    found = wrong(listed(*LISTED.rules, LISTED.rules[2], made_up))
    assert "R004-003: listed 2 times" in found
    assert "R004-158: no such rule" in found


@pytest.mark.parametrize("rule", ["R004-999", "R003-001"])
def test_a_rule_id_that_is_not_the_regulations_is_told_wherever_it_is_cited(rule: str) -> None:
    some = CASES["R004-062"][0]
    assert wrong(cases={**CASES, rule: [some]}) == [f"{rule}: no such rule, but cited by “{some.case.case}”"]
    in_file = PROCEDURE.replace("rule: R004-135", f"rule: {rule}", 1)
    assert wrong(procedure=in_file) == [f"{rule}: no such rule, but cited in the procedure file"]


@pytest.mark.parametrize("how", [Held.OUTSIDE, Held.LATER])
def test_a_rule_that_is_not_held_needs_a_reason_and_has_no_case(how: Held) -> None:
    soft = next(rule for rule in LISTED.rules if rule.how is Held.OUTSIDE)
    unreasoned = changed(soft.id, how=how, reason=None)
    assert wrong(unreasoned) == [f"{soft.id}: {how.shown}, but no reason is given"]
    cited = {**CASES, soft.id: CASES["R004-062"]}
    assert wrong(changed(soft.id, how=how), cases=cited) == [f"{soft.id}: {how.shown}, but a case cites it"]


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
    assert wrong(changed("R004-062", where=(where,))) == [f"R004-062: {where} does not exist"]


def test_a_held_rule_says_where() -> None:
    assert wrong(changed("R004-062", where=())) == ["R004-062: enforced, but nowhere"]
