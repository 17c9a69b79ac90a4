"""Whatever comes in has an end: every text, list, mapping, key, number and moment, on the bus and over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from contracts.catalogue import FACTS
from contracts.fact import Fact
from contracts.schemas import schema_of
from tests.security.sizes import bare
from tests.security.whole import whole_app


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The OpenAPI document of all services."""
    return whole_app(tmp_path_factory.mktemp("whole")).openapi()


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.short_type())
def test_nothing_in_a_fact_is_without_an_end(fact: type[Fact]) -> None:
    schema = schema_of(fact)
    assert list(bare(schema, schema["properties"]["data"], "data")) == []


def test_nothing_that_a_client_sends_is_without_an_end(document: dict[str, Any]) -> None:
    assert [place for name, schema in _sent(document) for place in bare(document, schema, name)] == []


def _sent(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for each in operation.get("parameters", ()):
                yield f"{method} {path} {each['in']} {each['name']}", each["schema"]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield f"{method} {path} body", content["schema"]


def test_what_has_no_end_is_found() -> None:
    """The search itself: a test that could not fail would let the next field through."""
    endless = {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "list": {"type": "array", "items": {"type": "integer"}},
            "mapping": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 1}},
            "moment": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
            "anything": {},
            "fine": {"anyOf": [{"type": "string"}, {"type": "null"}], "maxLength": 3},
        },
    }
    assert list(bare(endless, endless, "it")) == [
        "it.text: string",
        "it.list: array",
        "it.list[]: integer",
        "it.mapping: mapping",
        "it.mapping: key",
        "it.moment: moment",
        "it.anything: anything",
    ]
