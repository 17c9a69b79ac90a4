"""Everything a service keeps of its own carries along what it does not know."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from contracts.fact import Fact
from services.intake.matters.remembering import SIGHTINGS
from services.registry import virtual_deciders

KEPT: list[type[BaseModel]] = [SIGHTINGS.state, *(decider.collection.state for decider in virtual_deciders())]


def models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and what it is made of; a fact that is kept is replaced whole by the next of its kind."""
    yield model
    for field in model.model_fields.values():
        for part in _parts(field.annotation):
            if not issubclass(part, Fact):
                yield from models(part)


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _parts(inner)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.__name__)
def test_a_state_and_its_parts_keep_fields_they_do_not_know(kept: type[BaseModel]) -> None:
    forgetful = [model.__name__ for model in models(kept) if model.model_config.get("extra") != "allow"]
    assert forgetful == []
