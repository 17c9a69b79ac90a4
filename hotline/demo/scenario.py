"""What a demonstration of a utility is about: its customers' requests and where they come from."""

from importlib.resources import files
from typing import Annotated

from pydantic import Field

from procedures import yaml_lines
from procedures.model.part import Area, Part, Slug

Chance = Annotated[float, Field(ge=0, le=1)]


class Scene(Part):
    """One kind of request; `weight` says how often it comes beside the others."""

    type: Slug
    subtype: Slug | None = None
    text: str
    weight: int
    at_once: Chance = 0
    extended: Chance = 0


class Scenario(Part):
    """All kinds of requests, and the grounds that units and customers give."""

    areas: tuple[Area, ...]
    return_ground: Slug
    send_back_ground: Slug
    requests: tuple[Scene, ...]


class NoScenario(LookupError):
    """Nothing is written to demonstrate this utility with."""


def scenario_of(utility: str) -> Scenario:
    """What stands beside this module for the utility. Raises NoScenario."""
    file = files("hotline.demo") / f"{utility}.yaml"
    if not file.is_file():
        raise NoScenario(f"hotline/demo/{utility}.yaml is not there")
    return Scenario.model_validate(yaml_lines.read(file.read_text("utf-8")).value)
