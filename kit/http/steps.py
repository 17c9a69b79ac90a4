"""Endpoints made from steps, in one way for all services, so that a step is described once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, create_model
from starlette.responses import Response

from kit.clock import Clock
from kit.decide.steps import Command, Step
from kit.http.commands import CommandBy, CommandRequest
from texts import LANGUAGES, text


class StepBody(BaseModel):
    """What every step may say."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    at: AwareDatetime | None = Field(default=None, description="only from a connected system; otherwise it is now")


Carry = Callable[[str, Step[Any], StepBody, CommandRequest], Awaitable[Response]]
"""How a service takes a step: which document, which step, what the body says, who asks."""


def add_step(
    routes: APIRouter,
    things: str,
    step: Step[Any],
    carry: Carry,
    *,
    shows: type[BaseModel],
    tag: str,
    called: str,
) -> None:
    """`POST /<things>/{…}/<step>`: the body is the command's own fields, the answer the document as it then stands.

    `things` is a path with the place of the document, `/work-orders/{order}`; `called` the key of the step's name.
    """
    place = things.rpartition("{")[2].removesuffix("}")
    routes.add_api_route(
        f"{things}/{step.path}",
        _endpoint(place, step, carry),
        methods=["POST"],
        name=step.name,
        tags=[tag],
        summary=" ".join(text(called, language) for language in LANGUAGES),
        description=step.command.__doc__ or "",
        response_model=shows,
        response_model_exclude_none=True,
    )


def _endpoint(place: str, step: Step[Any], carry: Carry) -> Callable[..., Awaitable[Response]]:
    async def endpoint(key: str, body: StepBody, asked: CommandRequest) -> Response:
        return await carry(key, step, body, asked)

    endpoint.__annotations__ |= {
        "key": Annotated[str, Path(alias=place)],
        "body": body_of(step),
        "asked": Annotated[CommandRequest, Depends(CommandBy(*step.roles))],
    }
    return endpoint


def command_of(step: Step[Any], body: StepBody, asked: CommandRequest, clock: Clock) -> Command:
    """The command that body, token and clock make together; what the body leaves out is the command's default."""
    stated = {name: getattr(body, name) for name in body.model_fields_set}
    return step.asked(asked.moment(body.at, clock), asked.by, stated)


def body_of(step: Step[Any]) -> type[StepBody]:
    """The command's own fields, but for those that clock and token answer."""
    answered = {"at", "by", step.speaks_as}
    own = {name: field for name, field in step.command.model_fields.items() if name not in answered}
    described: dict[str, Any] = {name: (field.annotation, field) for name, field in own.items()}
    made: type[StepBody] = create_model(f"{step.command.__name__}Body", __base__=StepBody, **described)
    made.__doc__ = step.command.__doc__
    return made
