"""The HTTP shell of every service: one way to build an app, and one kind of answer to whatever goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from opentelemetry import trace
from opentelemetry.trace import StatusCode
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.refusal import Refusal
from kit.auth.issuer import BuiltInIssuer
from kit.auth.seal import seal_of
from kit.auth.tokens import TokenVerifier
from kit.decide.shell import TooManyConflicts
from kit.http.docs_page import add_docs
from kit.http.language import language_of
from kit.http.openapi import document_of, documented_problems
from kit.http.problems import FieldError, Problem, problem_response
from kit.http.request_scope import RequestScope
from kit.run.health import Health, health_router
from kit.settings import Settings
from kit.telemetry.tracing import TRACER
from texts import Language, catalogue

_log = structlog.get_logger("hotline.http")
_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    408: "body_too_slow",
    413: "body_too_large",
    415: "media_type_unsupported",
}
_QUOTED = re.compile(r"'([^']*)'")
_BOUNDS = {
    "ge": "≥ {}",
    "gt": "> {}",
    "le": "≤ {}",
    "lt": "< {}",
    "min_length": "≥ {}",
    "max_length": "≤ {}",
    "pattern": "{}",
}


def create_app(
    title: str,
    services: Mapping[str, APIRouter],
    *,
    settings: Settings,
    verifier: TokenVerifier,
    health: Health,
    issuer: BuiltInIssuer | None = None,
    extras: Iterable[APIRouter] = (),
    version: str = "1",
    description: str = "",
    tracer: trace.Tracer = TRACER,
) -> FastAPI:
    """An app with each service mounted under its prefix, problem documents, request ids, traces, metrics and health.

    A request looks for its route among those of its service alone. `extras` are the app's own routes; `issuer`
    (embedded mode) makes it publish its keys at /.well-known/jwks.json.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        middleware=[
            Middleware(RequestScope, settings.http, tracer),
            Middleware(LastResort),
        ],
        # RequestScope does what FastAPI's own telemetry would, cheaper, and keeps query strings out of traces.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
        # FastAPI's pages load scripts from elsewhere, and its redirects believe the Host header.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.verifier = verifier
    app.state.seal = seal_of(settings)
    add_docs(app)
    for prefix, routes in services.items():
        routes.redirect_slashes = False
        app.mount(f"/{prefix}", routes)
    for router in (*extras, _front_router(), health_router(health), *((_jwks_router(issuer),) if issuer else ())):
        app.include_router(router, responses=documented_problems())
    for error, handler in _HANDLERS.items():
        app.add_exception_handler(error, handler)
    app.openapi = document_of(app, services)  # type: ignore[method-assign]
    return app


def _front_router() -> APIRouter:
    """The bare address leads to the API's pages; an extra of the app may put its own page there."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def front() -> RedirectResponse:
        return RedirectResponse("docs")

    return router


def _jwks_router(issuer: BuiltInIssuer) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/.well-known/jwks.json")
    async def jwks() -> dict[str, Any]:
        return issuer.jwks()

    return router


class LastResort:
    """Whatever else goes wrong is answered with a problem document that tells nothing but the request id to quote.

    The log has the rest, with the trace. An answer already begun cannot be taken back: the connection is broken off.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            _log.exception("request failed", method=scope.get("method"), path=scope.get("path"))
            trace.get_current_span().set_status(StatusCode.ERROR, type(error).__name__)
            if begun or scope["type"] != "http":
                raise
            answer = problem(Request(scope), Refusal("internal", params={"request": scope.get("request_id", "-")}))
            await answer(scope, receive, send)


def problem(request: Request, refusal: Refusal) -> Response:
    """The problem document for a refusal met while answering `request`."""
    return problem_response(refusal, language=language_of(request), instance=request.scope["path"])


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(
        error.refusal,
        language=language_of(request),
        instance=request.scope["path"],
        status=error.status,
        errors=error.errors,
        headers=error.headers,
    )


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    language = language_of(request)
    errors = [field_error(found, language) for found in error.errors()]
    refusal = Refusal("invalid_request", params={"fields": ", ".join(found.field for found in errors)})
    return problem_response(refusal, language=language, instance=request.scope["path"], errors=errors)


async def _on_http(request: Request, error: Exception) -> Response:
    """No such route, wrong method, too large: what the framework itself refuses."""
    assert isinstance(error, HTTPException)
    code = _CODES.get(error.status_code, "invalid_request")
    refusal = Refusal(code, params={"fields": error.detail})
    # The framework says 400 to a body that it cannot read at all; to a client that is one more wrong body.
    status = 422 if error.status_code == 400 else error.status_code
    return problem_response(
        refusal,
        language=language_of(request),
        instance=request.scope["path"],
        status=status,
        headers=error.headers,
    )


async def _on_outage(request: Request, error: Exception) -> Response:
    """Store, bus or identity provider away: nothing was changed, the client may simply try again."""
    refusal = Refusal("unavailable", params={"what": type(error).__name__})
    return problem_response(refusal, language=language_of(request), instance=request.scope["path"])


_HANDLERS: Mapping[type[Exception], Any] = {
    Problem: _on_problem,
    RequestValidationError: _on_invalid,
    HTTPException: _on_http,
    ConnectionError: _on_outage,
    TooManyConflicts: _on_outage,
}


def field_error(found: Mapping[str, Any], language: Language) -> FieldError:
    """One of pydantic's errors in the reader's words; what was sent is not repeated, it may be personal."""
    texts = catalogue(language)
    context: Mapping[str, Any] = found.get("ctx") or {}
    template = texts.get(f"validation.{found['type']}", texts["validation.other"])
    reason = template.format_map({"message": found["msg"], **{name: str(value) for name, value in context.items()}})
    path = ("body",) if found["type"] == "json_invalid" else found["loc"]
    return FieldError(".".join(str(part) for part in path), reason, _accepted(context))


def _accepted(context: Mapping[str, Any]) -> tuple[str, ...]:
    if isinstance(context.get("expected"), str):
        return tuple(_QUOTED.findall(context["expected"])) or (context["expected"],)
    return tuple(form.format(context[name]) for name, form in _BOUNDS.items() if name in context)
