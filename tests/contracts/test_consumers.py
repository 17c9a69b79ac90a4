"""What a service says it relies on is what its rules read, and what they hear is declared."""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from contracts.consumers import RELIES_ON
from contracts.fact import Fact
from contracts.ticket import TicketHeld
from kit.decide.decider import Decider
from services.registry import virtual_deciders

DECIDERS = [decider for decider in virtual_deciders() if decider.hears]


@pytest.mark.parametrize("service", sorted({decider.service for decider in DECIDERS}))
def test_a_service_declares_everything_it_hears(service: str) -> None:
    heard = {fact for decider in DECIDERS if decider.service == service for fact in decider.hears}
    assert set(RELIES_ON[service]) == heard


@pytest.mark.parametrize("decider", DECIDERS, ids=lambda d: d.collection.name)
def test_a_rule_reads_no_field_that_its_service_does_not_declare(decider: Decider[Any]) -> None:
    undeclared = {
        (fact.short_type(), field)
        for fact, rule in decider.hears.items()
        for field in _fields_read(rule, fact)
        if field not in RELIES_ON[decider.service][fact]
    }
    assert undeclared == set()


def test_the_reader_of_rules_sees_fields_in_closures_and_helpers() -> None:
    read = {field for fact, rule in DECIDERS[0].hears.items() for field in _fields_read(rule, fact)}
    assert {"clock", "due", "closure"} <= read


def test_the_reader_of_rules_sees_what_is_asked_of_whatever_event_comes() -> None:
    [monitor] = (decider for decider in DECIDERS if decider.service == "sla_monitor")
    assert {"reason", "until"} <= set(_fields_read(monitor.hears[TicketHeld], TicketHeld))


def _fields_read(rule: Callable[..., Any], fact: type[Fact]) -> set[str]:
    """The fields of the parameter named `fact` that a rule and the functions it hands it to read."""
    nodes = (node for function in _functions(rule) for node in ast.walk(_tree(function)))
    return {name for node in nodes for name in _read_by(node)} & fact.model_fields.keys()


def _read_by(node: ast.AST) -> Iterator[str]:
    """`fact.until`, or `getattr(fact, "until", None)` where not every event has it."""
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "fact":
        yield node.attr
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr" and ast.unparse(node.args[0]) == "fact":
        yield ast.literal_eval(node.args[1])


def _functions(rule: Callable[..., Any]) -> list[Callable[..., Any]]:
    waiting, found = [rule], []
    while waiting:
        function = waiting.pop()
        if inspect.isfunction(function) and function not in found:
            found.append(function)
            waiting.extend(cell.cell_contents for cell in function.__closure__ or ())
            waiting.extend(_called_with_the_fact(function))
    return found


def _called_with_the_fact(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    module = sys.modules[function.__module__]
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Call) and any(isinstance(a, ast.Name) and a.id == "fact" for a in node.args):
            called = getattr(module, ast.unparse(node.func), None)
            if called is not None:
                yield called


@cache
def _tree(function: Callable[..., Any]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))
