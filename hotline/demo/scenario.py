"""What a demonstration of a utility is about: its customers' requests, where they come from and how people behave.

The file stands beside the procedure, `procedures/demo/<utility>.yaml`, and uses the procedure's words.
"""

from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Annotated

from pydantic import Field, ValidationError

from contracts.vocabulary import Channel
from procedures import yaml_lines
from procedures.model import Procedure
from procedures.model.part import Area, Part, Slug

Chance = Annotated[float, Field(ge=0, le=1)]
Minutes = Annotated[int, Field(ge=1, le=100_000)]
Wait = tuple[Minutes, Minutes, Minutes]
"""The quickest, the slowest that is still usual, and one that is late."""


class Scene(Part):
    """One kind of request; `weight` says how often it comes beside the others.

    `at_once` is the share that is answered at first contact, `extended` that for which the unit asks more time,
    `lacking` that which comes without the `material`.
    """

    type: Slug
    subtype: Slug | None = None
    text: str
    weight: Annotated[int, Field(ge=1)]
    flags: tuple[Slug, ...] = ()
    at_once: Chance = 0
    extended: Chance = 0
    material: tuple[Slug, ...] = ()
    lacking: Chance = 0


class Waits(Part):
    """How long people take, in minutes: from talking to dispatching, to reaching the customer, to the reply."""

    dispatch: Wait
    contact: Wait
    reply: Wait


class Shares(Part):
    """How often something does not go its usual way."""

    late_dispatch: Chance = 0
    late_contact: Chance = 0
    late_reply: Chance = 0
    returned: Chance = 0
    urged: Chance = 0
    withdrawn: Chance = 0
    rejected: Chance = 0
    not_at_home: Chance = 0
    unreachable: Chance = 0
    no_call: Chance = 0
    sent_back: Chance = 0


class Said(Part):
    """What people write on these occasions."""

    opinion: str
    result: str
    answered: str = ""
    withdrawn: str = ""
    returned: str = ""
    taken_back: str = ""
    extended: str = ""
    rejected: str = ""
    sent_back: str = ""


class PlatformOrders(Part):
    """A government platform's orders: its name, how their numbers begin, and how many days it gives."""

    name: str
    prefix: str
    days: Annotated[int, Field(ge=1, le=100)]


class Scenario(Part):
    """All kinds of requests; `fields` are the procedure's own, `{number}` in them is the request's."""

    areas: tuple[Area, ...]
    channels: Annotated[Mapping[Channel, int], Field(min_length=1)]
    platform: PlatformOrders | None = None
    waits: Waits
    shares: Shares
    return_ground: Slug | None = None
    send_back_ground: Slug | None = None
    solved: Mapping[Slug, int] = {}
    scores: Mapping[int, int] = {}
    fields: Mapping[Slug, str] = {}
    said: Said
    requests: Annotated[tuple[Scene, ...], Field(min_length=1)]


class NoScenario(LookupError):
    """Nothing is written to demonstrate this utility with, or it does not fit the procedure."""


def scenario_of(procedure: Procedure) -> Scenario:
    """What stands beside the procedure. Raises NoScenario where nothing does, or with every word that does not fit."""
    name = f"procedures/demo/{procedure.utility}.yaml"
    file = files("procedures.demo") / f"{procedure.utility}.yaml"
    if not file.is_file():
        raise NoScenario(f"{name} is not there")
    try:
        scenario = Scenario.model_validate(yaml_lines.read(file.read_text("utf-8")).value)
    except ValidationError as error:
        raise NoScenario(f"{name}: {error}") from None
    wrong = [f"{name}: {where}: {word!r} is no word of {procedure.ref}" for where, word in misfits(scenario, procedure)]
    if wrong:
        raise NoScenario("\n".join(wrong))
    return scenario


def misfits(scenario: Scenario, procedure: Procedure) -> Iterator[tuple[str, object]]:
    """Words that the procedure does not know, and behaviour for which it has no section."""
    for scene in scenario.requests:
        yield from _of_scene(scene, scenario, procedure)
    yield from (("fields", name) for name in scenario.fields if name not in procedure.fields)
    yield from (("solved", word) for word in scenario.solved if word not in procedure.words("solved"))
    for where, ground in (("ground", scenario.return_ground), ("mismatch", scenario.send_back_ground)):
        if ground is not None and ground not in procedure.words("ground" if where == "ground" else "mismatch"):
            yield where, ground
    yield from (("shares", name) for name in _shares_without_a_section(scenario, procedure))
    if Channel.GOV_12345 in scenario.channels and scenario.platform is None:
        yield "channels", Channel.GOV_12345.value


def _of_scene(scene: Scene, scenario: Scenario, procedure: Procedure) -> Iterator[tuple[str, object]]:
    rules = procedure.types.get(scene.type)
    if rules is None:
        yield "requests", scene.type
        return
    if scene.subtype is not None and scene.subtype not in rules.subtypes:
        yield f"requests.{scene.type}", scene.subtype
    yield from ((f"requests.{scene.type}", flag) for flag in scene.flags if flag not in procedure.flags)
    known = rules.material.value if rules.material else {}
    yield from ((f"requests.{scene.type}", item) for item in scene.material if item not in known)
    for area in scenario.areas:
        if procedure.unit_for(area, scene.type, scene.subtype) is None:
            yield f"areas, for {scene.type}", area


def _shares_without_a_section(scenario: Scenario, procedure: Procedure) -> Iterator[str]:
    shares, calls = scenario.shares, procedure.callback
    sections = {
        "returned": procedure.returns is not None and scenario.return_ground is not None,
        "urged": procedure.urging is not None,
        "not_at_home": procedure.clauses.unreachable is not None,
        "unreachable": calls is not None,
        "no_call": calls is not None,
        "sent_back": calls is not None and scenario.send_back_ground is not None,
    }
    yield from (name for name, there in sections.items() if getattr(shares, name) and not there)
    if procedure.extension is None and any(scene.extended for scene in scenario.requests):
        yield "extended"
