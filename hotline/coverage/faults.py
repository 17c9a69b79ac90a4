"""What is wrong with an account: a rule unaccounted for, a place that does not exist, a case that is not there."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from hotline.coverage.account import Account, Cases, Held, Rule
from procedures import yaml_lines

_RULE_ID = re.compile(r"\bR\d{3}-\d{3}\b")


def faults(account: Account, cases: Cases, procedure: str) -> Iterator[str]:
    """Everything that is wrong with the account, the cases or the procedure's text, one line each."""
    yield from _unaccounted(account)
    yield from _unknown(account, cases, procedure)
    written = yaml_lines.read(procedure).value
    for rule in account.rules:
        yield from _without_proof(rule, cases)
        if account.each_without and rule.how is Held.ENFORCED and not rule.without:
            yield f"{rule.id}: enforced, but nothing says what its cases miss without it"
        yield from (f"{rule.id}: {where} does not exist" for where in rule.where if not exists(where, written))


def _unaccounted(account: Account) -> Iterator[str]:
    known, ids = account.numbered.ids(), [rule.id for rule in account.rules]
    yield from (f"{rule}: unaccounted for" for rule in known if rule not in ids)
    yield from (f"{rule}: no such rule" for rule in ids if rule not in known)
    yield from (f"{rule}: listed {ids.count(rule)} times" for rule in dict.fromkeys(ids) if ids.count(rule) > 1)


def _unknown(account: Account, cases: Cases, procedure: str) -> Iterator[str]:
    known = set(account.numbered.ids())
    for rule in sorted(cases.keys() - known):
        yield from (f"{rule}: no such rule, but cited by “{each.case.case}”" for each in cases[rule])
    cited = rule_ids(procedure) - known
    yield from (f"{rule}: no such rule, but cited in the procedure file" for rule in sorted(cited))


def rule_ids(text: str) -> set[str]:
    """Every rule id that a text cites."""
    return set(_RULE_ID.findall(text))


def _without_proof(rule: Rule, cases: Cases) -> Iterator[str]:
    is_held = rule.how in (Held.ENFORCED, Held.SUPPORTED)
    if rule.how is Held.ENFORCED and rule.id not in cases:
        yield f"{rule.id}: enforced, but no case cites it"
    if not is_held and rule.id in cases:
        yield f"{rule.id}: {rule.how.shown}, but a case cites it"
    if not is_held and not rule.reason:
        yield f"{rule.id}: {rule.how.shown}, but no reason is given"
    if is_held and not rule.where:
        yield f"{rule.id}: {rule.how.shown}, but nowhere"


def exists(where: str, procedure: Any) -> bool:
    """Whether `procedure:PATH` leads somewhere in the file, or `code:NAME` can be imported."""
    kind, _, name = where.partition(":")
    if kind == "procedure":
        return _leads_somewhere(procedure, name.split("."))
    return kind == "code" and _can_be_imported(name)


def _leads_somewhere(node: Any, path: list[str]) -> bool:
    """Keys of mappings; in a list the entry whose id, clock, cause or script is so called."""
    for part in path:
        if isinstance(node, list):
            node = next((each for each in node if part in (each.get(name) for name in _NAMES)), None)
        elif isinstance(node, dict) and part in node:
            node = node[part]
        else:
            return False
        if node is None:
            return False
    return True


_NAMES = ("id", "clock", "cause", "script")


def _can_be_imported(name: str) -> bool:
    """A module, or a name in one: a class's attributes and a model's fields as well."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        return _has(found, parts[length:])
    return False


def _has(found: Any, names: list[str]) -> bool:
    for name in names:
        fields = getattr(found, "model_fields", {})
        if name in fields:
            found = fields[name].annotation
        elif hasattr(found, name):
            found = getattr(found, name)
        else:
            return False
    return True
