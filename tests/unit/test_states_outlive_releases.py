"""Everything a service keeps of its own carries along what it does not know."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from kit.decide.state import State
from services.intake.matters.remembering import SIGHTINGS
from services.registry import virtual_deciders

KEPT: list[type[BaseModel]] = [SIGHTINGS.state, *(decider.collection.state for decider in virtual_deciders())]


def own_models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The model and what it is made of, as far as services define it; values of the contracts follow their own rule."""
    yield model
    for field in model.model_fields.values():
        for part in _parts(field.annotation):
            if part.__module__.startswith("services."):
                yield from own_models(part)


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _parts(inner)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.__name__)
def test_a_state_and_its_parts_keep_fields_they_do_not_know(kept: type[BaseModel]) -> None:
    forgetful = [model.__name__ for model in own_models(kept) if not issubclass(model, State)]
    assert forgetful == []
