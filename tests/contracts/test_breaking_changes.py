"""`make contracts` refuses what a recorded message or an older reader would stumble over, and lets the rest through."""

import copy
from typing import Any

import pytest

from contracts.catalogue import FACTS
from contracts.compare import UNREADABLE, UNTAKEN, breaking_changes
from contracts.schemas import schema_of

DISPATCHED = "hotline.ticket.dispatched.v1"
OPENED = "hotline.ticket.opened.v1"
CLOSED = "hotline.ticket.closed.v1"
REGRADED = "hotline.ticket.regraded.v1"
CLOSED_LIST = {"enum": ["phone", "web"], "type": "string"}

Schemas = dict[str, Any]


@pytest.fixture
def released() -> Schemas:
    return {name: schema_of(fact) for name, fact in FACTS.items()}


@pytest.fixture
def present(released: Schemas) -> Schemas:
    return copy.deepcopy(released)


def data(schemas: Schemas, name: str) -> Schemas:
    found: Schemas = schemas[name]["properties"]["data"]
    return found


def field(schemas: Schemas, name: str, of: str) -> Schemas:
    found: Schemas = data(schemas, name)["properties"][of]
    return found


def test_the_same_contracts_break_nothing(released: Schemas, present: Schemas) -> None:
    assert breaking_changes(released, present) == []


def test_what_is_added_beside_breaks_nothing(released: Schemas, present: Schemas) -> None:
    data(present, DISPATCHED)["properties"]["crew"] = {"type": "string"}
    present["hotline.ticket.dispatched.v2"] = copy.deepcopy(present[DISPATCHED])
    assert breaking_changes(released, present) == []


def test_a_new_word_of_the_loop_breaks_nothing(released: Schemas, present: Schemas) -> None:
    present[CLOSED]["$defs"]["Closure"]["enum"].append("handed_over")
    assert breaking_changes(released, present) == []


def test_a_removed_type_breaks_recorded_messages(released: Schemas, present: Schemas) -> None:
    del present[DISPATCHED]
    assert breaking_changes(released, present) == [f"{DISPATCHED}: the type was removed; {UNREADABLE}"]


def test_a_removed_field_breaks_recorded_messages(released: Schemas, present: Schemas) -> None:
    del data(present, DISPATCHED)["properties"]["fixed"]
    assert breaking_changes(released, present) == [f"{DISPATCHED}.data.fixed: the field was removed; {UNREADABLE}"]


def test_a_retyped_field_breaks_both_ways(released: Schemas, present: Schemas) -> None:
    data(present, DISPATCHED)["properties"]["fixed"] = {"type": "string"}
    assert breaking_changes(released, present) == [
        f"{DISPATCHED}.data.fixed: may no longer be of type boolean; {UNREADABLE}",
        f"{DISPATCHED}.data.fixed: may also be of type string; {UNTAKEN}",
    ]


def test_a_field_that_may_be_something_else_as_well_breaks_older_readers(released: Schemas, present: Schemas) -> None:
    data(present, DISPATCHED)["properties"]["fixed"] = {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
    assert breaking_changes(released, present) == [
        f"{DISPATCHED}.data.fixed: may also be of type null; {UNTAKEN}",
    ]


def test_an_optional_field_that_must_now_be_there_breaks_recorded_messages(released: Schemas, present: Schemas) -> None:
    division = field(present, DISPATCHED, "division")
    division["anyOf"] = [each for each in division["anyOf"] if each["type"] != "null"]
    data(present, DISPATCHED)["required"].append("division")
    assert breaking_changes(released, present) == [
        f"{DISPATCHED}.data.division: may no longer be of type null; {UNREADABLE}",
        f"{DISPATCHED}.data.division: became required; {UNREADABLE}",
    ]


def test_a_required_field_that_may_be_left_out_breaks_older_readers(released: Schemas, present: Schemas) -> None:
    data(present, DISPATCHED)["required"].remove("unit")
    assert breaking_changes(released, present) == [f"{DISPATCHED}.data.unit: may now be left out; {UNTAKEN}"]


@pytest.mark.parametrize("form", ["format", "pattern"])
def test_a_changed_form_breaks(released: Schemas, present: Schemas, form: str) -> None:
    released[DISPATCHED]["properties"]["data"]["properties"]["at"]["pattern"] = "^2"
    field(present, DISPATCHED, "at").update(format="date-time", pattern="^2")
    field(present, DISPATCHED, "at")[form] = "date"
    assert breaking_changes(released, present) == [f"{DISPATCHED}.data.at: its {form} was changed; {UNREADABLE}"]


def test_a_word_gone_from_a_closed_list_breaks_recorded_messages(released: Schemas, present: Schemas) -> None:
    data(released, OPENED)["properties"]["channel"] = CLOSED_LIST
    data(present, OPENED)["properties"]["channel"] = CLOSED_LIST | {"enum": ["phone"]}
    assert breaking_changes(released, present) == [
        f"{OPENED}.data.channel: the allowed values were narrowed, no longer: web; {UNREADABLE}"
    ]


def test_a_word_new_in_a_closed_list_breaks_older_readers(released: Schemas, present: Schemas) -> None:
    data(released, OPENED)["properties"]["channel"] = CLOSED_LIST
    data(present, OPENED)["properties"]["channel"] = CLOSED_LIST | {"enum": ["phone", "web", "fax"]}
    assert breaking_changes(released, present) == [
        f"{OPENED}.data.channel: the allowed values were widened, now also: fax; {UNTAKEN}"
    ]


def test_opening_a_closed_list_breaks_older_readers(released: Schemas, present: Schemas) -> None:
    data(released, OPENED)["properties"]["channel"] = CLOSED_LIST
    data(present, OPENED)["properties"]["channel"] = {"anyOf": [CLOSED_LIST, {"type": "string"}]}
    assert breaking_changes(released, present) == [
        f"{OPENED}.data.channel: the allowed values were widened, now also: anything else; {UNTAKEN}"
    ]


def test_closing_an_open_list_breaks_recorded_messages(released: Schemas, present: Schemas) -> None:
    data(released, OPENED)["properties"]["channel"] = {"anyOf": [CLOSED_LIST, {"type": "string"}]}
    data(present, OPENED)["properties"]["channel"] = CLOSED_LIST
    assert breaking_changes(released, present) == [
        f"{OPENED}.data.channel: the allowed values were narrowed, no longer: anything else; {UNREADABLE}"
    ]


@pytest.mark.parametrize(
    ("bound", "before", "after", "consequence"),
    [
        ("maximum", 9, 12, UNTAKEN),
        ("maximum", 9, 5, UNREADABLE),
        ("minimum", 1, 0, UNTAKEN),
        ("minimum", 1, 2, UNREADABLE),
    ],
)
def test_a_number_keeps_its_range(
    released: Schemas, present: Schemas, bound: str, before: int, after: int, consequence: str
) -> None:
    assert field(present, REGRADED, "grade")[bound] == before
    field(present, REGRADED, "grade")[bound] = after
    assert breaking_changes(released, present) == [
        f"{REGRADED}.data.grade: its {bound} went from {before} to {after}; {consequence}"
    ]


def test_a_bound_that_falls_breaks_older_readers(released: Schemas, present: Schemas) -> None:
    del field(present, REGRADED, "grade")["maximum"]
    assert breaking_changes(released, present) == [f"{REGRADED}.data.grade: its maximum went from 9 to inf; {UNTAKEN}"]


@pytest.mark.parametrize(
    ("name", "of", "bound", "before", "after", "consequence"),
    [
        (REGRADED, "reason", "maxLength", 4000, 8000, UNTAKEN),
        (REGRADED, "reason", "maxLength", 4000, 100, UNREADABLE),
        (OPENED, "flags", "maxItems", 50, 60, UNTAKEN),
        (OPENED, "fields", "maxProperties", 50, 60, UNTAKEN),
    ],
)
def test_a_text_a_list_and_a_mapping_keep_their_size(
    released: Schemas, present: Schemas, name: str, of: str, bound: str, before: int, after: int, consequence: str
) -> None:
    field(present, name, of)[bound] = after
    assert breaking_changes(released, present) == [
        f"{name}.data.{of}: its {bound} went from {before} to {after}; {consequence}"
    ]


def test_what_a_list_and_a_mapping_hold_is_compared_too(released: Schemas, present: Schemas) -> None:
    field(present, OPENED, "flags")["items"]["maxLength"] = 80
    [of_form] = field(present, OPENED, "fields")["patternProperties"].values()
    of_form["maxLength"] = 80
    parts = field(present, "hotline.ticket.replied.v1", "parts")
    parts["additionalProperties"]["maxLength"] = parts["propertyNames"]["maxLength"] = 80
    assert breaking_changes(released, present) == [
        f"{OPENED}.data.flags[]: its maxLength went from 64 to 80; {UNTAKEN}",
        f"{OPENED}.data.fields[*]: its maxLength went from 4000 to 80; {UNREADABLE}",
        f"hotline.ticket.replied.v1.data.parts[*]: its maxLength went from 4000 to 80; {UNREADABLE}",
        f"hotline.ticket.replied.v1.data.parts (a key): its maxLength went from 255 to 80; {UNREADABLE}",
    ]


def test_keys_keep_their_form(released: Schemas, present: Schemas) -> None:
    fields = field(present, OPENED, "fields")
    fields["patternProperties"] = {"^[a-z]*$": next(iter(fields["patternProperties"].values()))}
    assert breaking_changes(released, present) == [
        f"{OPENED}.data.fields: the form of its keys was changed; {UNREADABLE}"
    ]
