"""Endpoints made from steps, in one way for all services, so that a step is described once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import cleandoc
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from contracts.fact import Instant
from kit.clock import Clock
from kit.decide.steps import Command, Step
from kit.http.commands import CommandBy, CommandRequest
from kit.http.parameters import MOST_IN_PATH
from texts import LANGUAGES, text


class StepBody(BaseModel):
    """What every step may say; unknown fields are errors, so that a typing mistake is not silently lost."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, hide_input_in_errors=True)

    at: Instant | None = Field(default=None, description="only from a connected system; otherwise it is now")


Take = Callable[[str, Step[Any], Any, CommandRequest], Awaitable[Response]]
"""How a service takes a step: on which document, which step, what the body says, who asks."""

Begin = Callable[[Step[Any], Any, CommandRequest], Awaitable[Response]]
"""How a service begins a document by a step."""


@dataclass(frozen=True, slots=True)
class Things:
    """One kind of document as its steps address and show it.

    `path` has the place of the document, `/articles/{article}`; `texts` is the section of the catalogue that names the
    steps; `kind` stands before the names of operations where several kinds of a service have steps of one name.
    """

    path: str
    shows: type[BaseModel]
    texts: str
    kind: str = ""


def add_step(
    routes: APIRouter, things: Things, step: Step[Any], take: Take, *, tag: str, body: type[StepBody] | None = None
) -> None:
    """`POST /<things>/{…}/<step>`: the body is the command's own fields unless given; the document answers."""

    async def endpoint(key: str, body: StepBody, asked: CommandRequest) -> Response:
        return await take(key, step, body, asked)

    place = things.path.rpartition("{")[2].removesuffix("}")
    endpoint.__annotations__ |= {"key": Annotated[str, Path(alias=place, max_length=MOST_IN_PATH)]}
    _add(routes, f"{things.path}/{step.path}", endpoint, things, step, body or body_of(step), tags=[tag])


def add_beginning(
    routes: APIRouter, things: Things, step: Step[Any], begin: Begin, *, tag: str, body: type[StepBody] | None = None
) -> None:
    """`POST /<things>`: the step begins a document, whose id the service makes."""

    async def endpoint(body: StepBody, asked: CommandRequest) -> Response:
        return await begin(step, body, asked)

    path = things.path.rpartition("/{")[0]
    _add(routes, path, endpoint, things, step, body or body_of(step), tags=[tag], status_code=201)


def _add(
    routes: APIRouter,
    path: str,
    endpoint: Callable[..., Awaitable[Response]],
    things: Things,
    step: Step[Any],
    body: type[StepBody],
    **more: Any,
) -> None:
    by = Annotated[CommandRequest, Depends(CommandBy(*step.roles))]
    endpoint.__annotations__ |= {"body": body, "asked": by}
    routes.add_api_route(
        path,
        endpoint,
        methods=["POST"],
        name=f"{things.kind}{step.name}",
        summary=" ".join(text(f"{things.texts}.{step.name}", language) for language in LANGUAGES),
        description=cleandoc(body.__doc__ or ""),
        response_model=things.shows,
        response_model_exclude_none=True,
        **more,
    )


def command_of(step: Step[Any], body: StepBody, asked: CommandRequest, clock: Clock) -> Command:
    """The command that body, token and clock make together."""
    stated = {name: getattr(body, name) for name in type(body).model_fields if name in step.command.model_fields}
    return step.asked(asked.moment(body.at, clock), asked.by, stated)


def body_of(step: Step[Any]) -> type[StepBody]:
    """The command's own fields, but for those that clock and token answer."""
    answered = {"at", "by", step.speaks_as}
    own = {name: field for name, field in step.command.model_fields.items() if name not in answered}
    described: dict[str, Any] = {name: (field.annotation, field) for name, field in own.items()}
    made: type[StepBody] = create_model(f"{step.command.__name__}Body", __base__=StepBody, **described)
    made.__doc__ = step.command.__doc__
    return made
