"""What the kit's own dependencies read from a request and answer, told to OpenAPI."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

F = TypeVar("F", bound=Callable[..., Any])
PROBLEM_JSON = "application/problem+json"
_BEARER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "OpenID Connect access token"}
_MEANINGS = {
    401: "No valid token",
    403: "The role or scope does not allow it",
    404: "Not there, or not this utility's",
    409: "A rule of the procedure refuses it, naming its clause",
    412: "Changed since it was read (If-Match)",
    422: "Wrong fields, each with what is accepted",
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem document",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "clause": {"type": "string", "description": "the clause that refuses, such as 第十五条(三)1"},
        "rule": {"type": "string", "description": "its rule id, such as R004-121"},
        "accepts": {"type": "array", "items": {"type": "string"}},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {
                    "field": {"type": "string"},
                    "reason": {"type": "string"},
                    "accepts": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}

# Dependencies take nothing but the request (a sub-dependency costs more than the work it does), so FastAPI cannot see
# from their signatures which headers they read.
_READS: dict[Callable[..., Any], Mapping[str, Any]] = {}

SECURED: Mapping[str, Any] = {"security": [{"bearer": []}]}


def reads(operation: Mapping[str, Any]) -> Callable[[F], F]:
    """Declare what a dependency reads, as members of an OpenAPI operation."""

    def declare(dependency: F) -> F:
        _READS[dependency] = operation
        return dependency

    return declare


def header(name: str, description: str) -> dict[str, Any]:
    """An optional header as an OpenAPI parameter."""
    return {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": description}


def describe(router: APIRouter) -> None:
    """Add to each operation of a router what its dependencies declared."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            for dependency in route.dependant.dependencies:
                if (operation := _READS.get(dependency.call)) is not None:  # type: ignore[arg-type]
                    route.openapi_extra = {**operation, **(route.openapi_extra or {})}


def documented_problems() -> dict[int | str, dict[str, Any]]:
    """The refusals every operation may answer with."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": meaning, "content": content} for status, meaning in _MEANINGS.items()}


def complete_schema(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The app's OpenAPI document with the Problem schema and the bearer scheme that operations refer to."""

    def schema() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            components = found.setdefault("components", {})
            components.setdefault("schemas", {})["Problem"] = _PROBLEM
            components["securitySchemes"] = {"bearer": _BEARER}
            app.openapi_schema = found
        return app.openapi_schema

    return schema
