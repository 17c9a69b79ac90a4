"""A route that calls endpoints of the plain shapes, which nearly all of ours have, without solving them anew each time.

FastAPI reads the signatures and documents them; a request to an endpoint that takes path texts, one JSON body and
dependencies on request and headers alone is then answered from that reading directly. Everything else goes FastAPI's
own way, and both answer alike (docs/adr/0011 has what it saves).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from contracts.refusal import Refusal
from kit.http.problems import Problem

_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)

Names = tuple[tuple[str, str], ...]
"""Parameters with what they are called in the request."""


class PlainRoute(APIRoute):
    """For `APIRouter(route_class=PlainRoute)`."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """FastAPI's hook for a route's own way of answering."""
        found = plain(self.endpoint, self.dependant)
        if found is not None:
            return found
        guards = [each.call for each in self.dependant.dependencies if isinstance(each.call, SecurityBase)]
        return _guarded(guards, super().get_route_handler()) if guards else super().get_route_handler()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Most of a service's routes are told apart by their last words, which cost less to look at than a pattern."""
        if not scope["path"].endswith(self._last_words):
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _last_words(self) -> str:
        return self.path_format.rpartition("}")[2]


def _guarded(guards: Sequence[Any], handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """FastAPI reads a body before it asks who sent it; here whoever may not send it is told so first."""

    async def answer(request: Request) -> Response:
        for guard in guards:
            await guard(request)
        answered: Response = await handler(request)
        return answered

    return answer


@dataclass(frozen=True, slots=True)
class Plain:
    """An endpoint whose parameters were understood once, when the app was built."""

    endpoint: Callable[..., Awaitable[Response]]
    path: tuple[Any, ...]
    dependencies: tuple[Dependency, ...]
    body: tuple[str, type[BaseModel]] | None
    request: str | None

    async def __call__(self, request: Request) -> Response:
        """Dependencies first, so that nobody learns from a body's faults what they may not call."""
        values = _in_path(request, self.path)
        for dependency in self.dependencies:
            values[dependency.name] = await dependency.call(**dependency.given(request))
        if self.body is not None:
            values[self.body[0]] = await _read(request, self.body[1])
        if self.request is not None:
            values[self.request] = request
        return await self.endpoint(**values)


@dataclass(frozen=True, slots=True)
class Dependency:
    """A dependency on the request and its headers."""

    name: str
    call: Callable[..., Awaitable[Any]]
    headers: Names
    request: str | None

    def given(self, request: Request) -> dict[str, Any]:
        """What it asks of this request."""
        values: dict[str, Any] = {name: request.headers.get(header) for name, header in self.headers}
        if self.request is not None:
            values[self.request] = request
        return values


def _in_path(request: Request, fields: tuple[Any, ...]) -> dict[str, Any]:
    """The texts of the address; raises RequestValidationError for one that is too long."""
    values, wrong = {}, []
    for field in fields:
        values[field.name], faults = field.validate(request.path_params[field.alias], loc=("path", field.alias))
        wrong += faults
    if wrong:
        raise RequestValidationError(wrong)
    return values


async def _read(request: Request, model: type[BaseModel]) -> BaseModel:
    """The body as a model; raises RequestValidationError, or Problem 415 for what is not JSON."""
    if _JSON.fullmatch(request.headers.get("content-type", "")) is None:
        raise Problem(Refusal("media_type_unsupported", accepts=("application/json",)))
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in found]) from None


def plain(endpoint: Callable[..., Any], read: Dependant) -> Plain | None:
    """The endpoint, if FastAPI's reading of it has one of the plain shapes; FastAPI's own way is right for the rest."""
    dependencies = tuple(_dependency(each) for each in read.dependencies)
    body = read.body_params[0] if read.body_params else None
    model: Any = body.field_info.annotation if body else None
    if (
        not inspect.iscoroutinefunction(endpoint)
        or not _is_a(inspect.signature(endpoint, eval_str=True).return_annotation, Response)
        or _more_is_asked(read)
        or read.header_params
        or any(each.field_info.annotation is not str for each in read.path_params)
        or len(read.body_params) > 1
        or not (body is None or _is_a(model, BaseModel))
        or None in dependencies
    ):
        return None
    return Plain(
        endpoint,
        tuple(read.path_params),
        tuple(each for each in dependencies if each is not None),
        None if body is None else (body.name, model),
        read.request_param_name,
    )


def _dependency(read: Dependant) -> Dependency | None:
    """The dependency, if it is a coroutine that asks for nothing but the request and optional headers."""
    optional = all(each.field_info.annotation == str | None for each in read.header_params)
    if read.call is None or read.name is None or not optional or _more_is_asked(read):
        return None
    if read.path_params or read.body_params or read.dependencies or not _is_coroutine(read.call):
        return None
    headers = tuple((each.name, each.alias) for each in read.header_params)
    return Dependency(read.name, read.call, headers, read.request_param_name)


def _more_is_asked(read: Dependant) -> bool:
    named = (
        read.websocket_param_name,
        read.http_connection_param_name,
        read.response_param_name,
        read.background_tasks_param_name,
        read.security_scopes_param_name,
    )
    return bool(read.query_params or read.cookie_params or any(named))


def _is_coroutine(call: Callable[..., Any]) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(call, "__call__", None))  # noqa: B004


def _is_a(hint: object, kind: type) -> bool:
    return isinstance(hint, type) and issubclass(hint, kind)
