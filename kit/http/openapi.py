"""One OpenAPI document for a whole installation, problem documents included."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

PROBLEM_JSON = "application/problem+json"
_MEANINGS = {
    401: "No valid token",
    403: "The role or scope does not allow it",
    404: "Not there, or not this utility's",
    405: "This address does not take this method",
    408: "The body did not arrive in time",
    409: "A rule of the procedure refuses it, naming its clause",
    412: "Changed since it was read (If-Match)",
    413: "Larger than allowed",
    415: "Not a type of content that is taken here",
    422: "Wrong fields, each with what is accepted",
    429: "Used up for now; `Retry-After` says when there is more",
    503: "Busy, or something it needs is away; nothing was changed, `Retry-After` says when to try again",
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
        "clause": {"type": "string", "description": "the clause that refuses, as the procedure cites it"},
        "rule": {"type": "string", "description": "its rule id, where rules are numbered"},
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


def documented_problems() -> dict[int | str, dict[str, Any]]:
    """The refusals every operation may answer with."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": meaning, "content": content} for status, meaning in _MEANINGS.items()}


def document_of(app: FastAPI, services: Mapping[str, APIRouter]) -> Callable[[], dict[str, Any]]:
    """One OpenAPI document for the app and all that is mounted in it, with the Problem schema that operations refer to.

    The services' routes are included here to be described; it is the mounts that answer.
    """
    described = APIRouter(responses=documented_problems())
    for prefix, routes in services.items():
        described.include_router(routes, prefix=f"/{prefix}")

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=[*described.routes, *app.routes],
                tags=app.openapi_tags,
            )
            app.openapi_schema["components"]["schemas"]["Problem"] = _PROBLEM
        return app.openapi_schema

    return document
