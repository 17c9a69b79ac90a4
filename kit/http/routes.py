"""The short way from a request to its endpoint, for the plain shapes that nearly all of ours have.

FastAPI tries the routes of all services one by one, twice, and solves every dependency anew for each request: with a
hundred routes that is two thirds of a command (bench/http_request.py). Here routes are looked up, and an endpoint
that takes path texts, one JSON body and dependencies on the request alone is called directly. Everything else, and
every 404 and 405, goes FastAPI's own way; the OpenAPI document is FastAPI's in any case.
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from contracts.refusal import Refusal
from kit.http.problems import Problem

_JSON = re.compile(rb"application/(?:[\w.+-]+\+)?json\s*(?:;.*)?", re.IGNORECASE)
_LITERAL = re.compile(r"[^{}]+")


@dataclass(frozen=True, slots=True)
class Direct:
    """An endpoint whose parameters were understood once, when the app was built."""

    endpoint: Callable[..., Awaitable[Response]]
    request_name: str | None
    body_name: str | None
    body_model: type[BaseModel] | None
    dependencies: tuple[tuple[str, Callable[[Request], Awaitable[Any]]], ...]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        values: dict[str, Any] = dict(scope["path_params"])
        for name, dependency in self.dependencies:
            values[name] = await dependency(request)
        if self.body_name is not None and self.body_model is not None:
            values[self.body_name] = await _read(request, self.body_model)
        if self.request_name is not None:
            values[self.request_name] = request
        response = await self.endpoint(**values)
        await response(scope, receive, send)


async def _read(request: Request, model: type[BaseModel]) -> BaseModel:
    """The body as a model; raises RequestValidationError, or Problem 415 for what is not JSON."""
    if _JSON.fullmatch(request.headers.get("content-type", "").encode()) is None:
        raise Problem(Refusal("media_type_unsupported", accepts=("application/json",)))
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**each, "loc": ("body", *each["loc"])} for each in found]) from None


def direct(route: APIRoute) -> Direct | None:
    """The route's endpoint, if its signature is one of the plain shapes."""
    hints = _hints(route)
    if hints is None:
        return None
    requests = [name for name, hint in hints.items() if hint is Request]
    bodies = [name for name, hint in hints.items() if _is_a(hint, BaseModel)]
    dependencies = {name: call for name, hint in hints.items() if (call := _dependency(hint)) is not None}
    if len(requests) > 1 or len(bodies) > 1 or len(requests) + len(bodies) + len(dependencies) < len(hints):
        return None
    return Direct(
        endpoint=route.endpoint,
        request_name=requests[0] if requests else None,
        body_name=bodies[0] if bodies else None,
        body_model=hints[bodies[0]] if bodies else None,
        dependencies=tuple(dependencies.items()),
    )


def _hints(route: APIRoute) -> dict[str, Any] | None:
    """What the endpoint wants besides path texts; None when it may want or answer more than plain shapes do."""
    try:
        signature = inspect.signature(route.endpoint, eval_str=True)
    except NameError:
        return None
    if not inspect.iscoroutinefunction(route.endpoint) or not _is_a(signature.return_annotation, Response):
        return None
    if any(parameter.default is not inspect.Parameter.empty for parameter in signature.parameters.values()):
        return None
    return {
        name: parameter.annotation
        for name, parameter in signature.parameters.items()
        if not (name in route.param_convertors and parameter.annotation is str)
    }


def _is_a(hint: object, kind: type) -> bool:
    return isinstance(hint, type) and issubclass(hint, kind)


def _dependency(hint: object) -> Callable[[Request], Awaitable[Any]] | None:
    """The function behind `Annotated[X, Depends(function)]`, if it wants nothing but the request."""
    marks = [mark for mark in get_args(hint)[1:] if isinstance(mark, Depends)] if get_origin(hint) is Annotated else []
    if len(marks) != 1 or not inspect.iscoroutinefunction(marks[0].dependency):
        return None
    parameters = inspect.signature(marks[0].dependency, eval_str=True).parameters.values()
    only_request = [parameter.annotation for parameter in parameters] == [Request]
    return marks[0].dependency if only_request else None


Found = tuple["re.Pattern[str]", APIRoute, Callable[[Scope, Receive, Send], Awaitable[None]]]


class Dispatch(BaseRoute):
    """All routes by method, number of segments and last word; what it does not find is left to the routes behind it."""

    def __init__(self, routes: Iterable[APIRoute]) -> None:
        self._found: defaultdict[tuple[str, int, str | None], list[Found]] = defaultdict(list)
        for route in routes:
            for method in route.methods or ():
                self._found[_place(method, route.path_format)].append(
                    (route.path_regex, route, direct(route) or route.handle)
                )

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        path = scope["path"]
        method, segments, last = _place(scope["method"], path)
        for word in (last, None):
            for pattern, route, handler in self._found.get((method, segments, word), ()):
                if (match := pattern.match(path)) is not None:
                    return Match.FULL, _child(route, handler, match.groupdict())
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["hotline.handler"](scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        raise NoMatchFound(name, path_params)


def _place(method: str, path: str) -> tuple[str, int, str | None]:
    last = path.rpartition("/")[2]
    return method, path.count("/"), last if _LITERAL.fullmatch(last) else None


def _child(route: APIRoute, handler: object, texts: Mapping[str, str]) -> Scope:
    values = {name: route.param_convertors[name].convert(text) for name, text in texts.items()}
    return {"endpoint": route.endpoint, "route": route, "path_params": values, "hotline.handler": handler}
