"""`make contracts` refuses what would break a reader, and lets through what would not."""

import copy
from typing import Any

import pytest

from contracts.catalogue import FACTS
from contracts.compare import breaking_changes
from contracts.schemas import schema_of

DISPATCHED = "hotline.ticket.dispatched.v1"
RETURNED = "hotline.ticket.returned.v1"


@pytest.fixture
def released() -> dict[str, Any]:
    return {name: schema_of(fact) for name, fact in FACTS.items()}


@pytest.fixture
def present(released: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(released)


def data(schemas: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = schemas[name]["properties"]["data"]
    return found


def test_the_same_contracts_break_nothing(released: dict[str, Any], present: dict[str, Any]) -> None:
    assert breaking_changes(released, present) == []


def test_a_removed_type_breaks(released: dict[str, Any], present: dict[str, Any]) -> None:
    del present[DISPATCHED]
    assert breaking_changes(released, present) == [f"{DISPATCHED}: the type was removed"]


def test_a_removed_field_breaks(released: dict[str, Any], present: dict[str, Any]) -> None:
    del data(present, DISPATCHED)["properties"]["fixed"]
    assert breaking_changes(released, present) == [f"{DISPATCHED}.data.fixed: the field was removed"]


def test_a_retyped_field_breaks(released: dict[str, Any], present: dict[str, Any]) -> None:
    data(present, DISPATCHED)["properties"]["round"]["type"] = "string"
    assert breaking_changes(released, present) == [f"{DISPATCHED}.data.round: may no longer be of type integer"]


def test_a_changed_format_breaks(released: dict[str, Any], present: dict[str, Any]) -> None:
    data(present, DISPATCHED)["properties"]["at"].pop("format")
    assert breaking_changes(released, present) == [f"{DISPATCHED}.data.at: its format was changed"]


def test_a_new_required_field_breaks(released: dict[str, Any], present: dict[str, Any]) -> None:
    data(present, DISPATCHED)["properties"]["crew"] = {"type": "string"}
    data(present, DISPATCHED)["required"].append("crew")
    assert breaking_changes(released, present) == [f"{DISPATCHED}.data.crew: became required"]


def test_a_narrowed_enum_breaks(released: dict[str, Any], present: dict[str, Any]) -> None:
    present[RETURNED]["$defs"]["ReturnGround"]["enum"].remove("not_ours")
    assert breaking_changes(released, present) == [
        f"{RETURNED}.data.ground: the allowed values were narrowed, no longer: not_ours"
    ]


def test_an_optional_field_that_must_now_be_there_breaks(released: dict[str, Any], present: dict[str, Any]) -> None:
    field = data(present, DISPATCHED)["properties"]["division"]
    field["anyOf"] = [each for each in field["anyOf"] if each["type"] != "null"]
    assert breaking_changes(released, present) == [f"{DISPATCHED}.data.division: may no longer be of type null"]


def test_additions_break_nothing(released: dict[str, Any], present: dict[str, Any]) -> None:
    data(present, DISPATCHED)["properties"]["crew"] = {"type": "string"}
    present[RETURNED]["$defs"]["ReturnGround"]["enum"].append("too_far")
    present["hotline.ticket.dispatched.v2"] = copy.deepcopy(present[DISPATCHED])
    assert breaking_changes(released, present) == []
