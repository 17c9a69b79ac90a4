"""A case that cites a rule fails without it: each account says what was taken away, and it is tried here."""

import pytest

from hotline.cases.reading import WrittenCase, files_under, read_file
from hotline.coverage.account import Account, accounts
from hotline.coverage.without import NothingTaken, Taken, is_missed
from procedures.files import read_yaml
from procedures.yaml_lines import Lined

ACCOUNTS = {account.utility: account for account in accounts()}
FILES = {utility: read_yaml(account.procedure) for utility, account in ACCOUNTS.items()}
TAKEN = [
    pytest.param(utility, rule.id, taken, id=f"{rule.id}: {taken}")
    for utility, account in ACCOUNTS.items()
    for rule in account.rules
    for taken in rule.without
]


def written(account: Account) -> dict[str, list[WrittenCase]]:
    found: dict[str, list[WrittenCase]] = {}
    for file in files_under([account.cases]):
        for each in read_file(file):
            for rule in each.case.rules:
                found.setdefault(rule, []).append(each)
    return found


CASES = {utility: written(account) for utility, account in ACCOUNTS.items()}
GAS, GAS_CASES = FILES["kunlun-gas-956100"], CASES["kunlun-gas-956100"]


@pytest.mark.parametrize(("utility", "rule", "taken"), TAKEN)
def test_a_case_that_cites_the_rule_fails_without_it(utility: str, rule: str, taken: Taken) -> None:
    assert is_missed(taken, FILES[utility], CASES[utility][rule])


def missed(taken: Taken, rule: str, lined: Lined = GAS) -> bool:
    return is_missed(taken, lined, GAS_CASES[rule])


def test_a_rule_that_no_case_needs_is_told() -> None:
    praise = Taken(procedure="types.praise.limits.dispatch.within", becomes="21 minutes")
    assert missed(praise, "R004-088")
    assert not missed(praise, "R004-059")


def test_a_function_is_there_again_afterwards() -> None:
    sign = Taken(code="services.routing.rules.unit_work.sign", refuses=True)
    assert missed(sign, "R004-120")
    assert not missed(Taken(procedure="types.praise.limits.dispatch.within", becomes="21 minutes"), "R004-120")


@pytest.mark.parametrize(
    "taken",
    [
        Taken(procedure="types.fault.limits.lunch"),
        Taken(procedure="types.faults"),
        Taken(procedure="types.praise"),
        Taken(code="services.routing.rules.unit_work.sing"),
        Taken(code="services.routing.rules.unit_working.sign"),
        Taken(code="contracts.ticket.TicketOpened"),
    ],
    ids=str,
)
def test_where_nothing_is_taken_away_nothing_is_proved(taken: Taken) -> None:
    with pytest.raises(NothingTaken):
        missed(taken, "R004-059")


def test_what_was_taken_is_told_as_it_stands() -> None:
    assert str(Taken(procedure="rank")) == "`rank` removed"
    assert str(Taken(procedure="urging.at_most.value", becomes=1)) == "`urging.at_most.value` becomes 1"
    assert str(Taken(code="contracts.fact.is_late", returns=False)) == "`contracts.fact.is_late` answers False"
    assert str(Taken(code="a.sign", refuses=True)) == "`a.sign` refuses"
    assert str(Taken(code="a.heard", ignores=True)) == "`a.heard` ignores what it is told"
