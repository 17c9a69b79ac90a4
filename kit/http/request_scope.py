"""What surrounds every HTTP request: its id, span, metrics and log line, and how much, how slow, how many at once."""

from __future__ import annotations

import asyncio
import re
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, unbind_contextvars

from contracts.refusal import Refusal
from kit.http.language import negotiate
from kit.http.problems import problem_response
from kit.settings import HttpSettings
from kit.telemetry.logs import is_personal
from kit.telemetry.metrics import HTTP_IN_FLIGHT, HTTP_SECONDS
from kit.telemetry.tracing import parent_of

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_MOST_BODY = "hotline.most_body"
_LEAST_BYTES_A_SECOND = 8_192

_ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
"""On every answer that says nothing else of it: what is shown to one person is kept by no cache on the way."""

_log = structlog.get_logger("hotline.http")


def expect_upload(request: Request, most: int) -> None:
    """This request may bring a body of `most` bytes; for an endpoint that keeps none of it in memory."""
    request.scope[_MOST_BODY] = most


class RequestScope:
    """Pure ASGI and one layer for all of it: this is on the path of every request and paid for each time."""

    def __init__(self, app: ASGIApp, http: HttpSettings, tracer: trace.Tracer) -> None:
        self._app = app
        self._http = http
        self._tracer = tracer
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _QUIET:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        parent = parent_of(_text(headers, b"traceparent"))
        span = self._tracer.start_span(scope["method"], parent, SpanKind.SERVER)
        token = otel.attach(trace.set_span_in_context(span, parent))
        scope["request_id"] = request_id = _request_id(_text(headers, b"x-request-id"), span)
        scope[_MOST_BODY] = self._http.max_body_bytes
        bind_contextvars(request_id=request_id)
        self._in_flight += 1
        app = self._app if self._in_flight <= self._http.max_in_flight else _busy
        try:
            await _Exchange(scope, receive, send, span, _length(headers), self._http.body_seconds).run(app)
        finally:
            self._in_flight -= 1
            unbind_contextvars("request_id", *scope.get("path_params", ()))
            otel.detach(token)
            span.end()


async def _busy(scope: Scope, receive: Receive, send: Send) -> None:
    language = negotiate(_text(dict(scope["headers"]), b"accept-language"))
    answer = problem_response(Refusal("busy"), language=language, instance=scope["path"], headers={"Retry-After": "1"})
    await answer(scope, receive, send)


class _Exchange:
    """One request and its answer. A body that is larger or slower than allowed is not waited for."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, span: Span, announced: int, patience: float) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._span = span
        self._announced = announced
        self._received = 0
        self._arriving = True
        self._patience = patience
        self._started = perf_counter()
        self._status = 0

    async def run(self, app: ASGIApp) -> None:
        HTTP_IN_FLIGHT.inc()
        try:
            await app(self._scope, self._on_receive, self._on_send)
        finally:
            HTTP_IN_FLIGHT.dec()
            self._account(perf_counter() - self._started)

    async def _on_receive(self) -> Message:
        if not self._arriving:
            return await self._receive()
        if max(self._announced, self._received) > self._scope[_MOST_BODY]:
            raise HTTPException(413)
        allowed = self._patience + self._received / _LEAST_BYTES_A_SECOND
        try:
            async with asyncio.timeout(self._started + allowed - perf_counter()):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, headers={"Connection": "close"}) from None
        self._received += len(message.get("body", b""))
        self._arriving = message.get("more_body", False)
        if self._received > self._scope[_MOST_BODY]:
            raise HTTPException(413)
        return message

    async def _on_send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            own = (b"x-request-id", self._scope["request_id"].encode())
            said = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], own, *(each for each in _ALWAYS if each[0] not in said)]
        await self._send(message)

    def _account(self, seconds: float) -> None:
        route, method = _route(self._scope), self._scope["method"]
        method = method if method in _METHODS else "(other)"
        HTTP_SECONDS.labels(method, route, self._status).observe(seconds)
        if self._span.is_recording():
            self._span.update_name(f"{method} {route}")
            self._span.set_attributes(_attributes(method, route, self._status))
        if self._status >= 400:
            milliseconds = round(seconds * 1000, 1)
            _log.info("request refused", method=method, route=route, status=self._status, milliseconds=milliseconds)


def _attributes(method: str, route: str, status: int) -> dict[str, Any]:
    """Never the query string, which may carry what somebody searched for."""
    return {"http.request.method": method, "http.route": route, "http.response.status_code": status}


def _route(scope: Scope) -> str:
    """The route's template, so that labels stay few; `(none)` when nothing matched."""
    route = scope.get("route")
    return "(none)" if route is None else f"{scope.get('root_path', '')}{route.path}"


def _text(headers: dict[bytes, bytes], name: bytes) -> str | None:
    found = headers.get(name)
    return found.decode("latin-1") if found is not None else None


def _length(headers: dict[bytes, bytes]) -> int:
    """What the client says it will send; what it does send is counted anyway."""
    told = headers.get(b"content-length", b"")
    return int(told) if told.isdigit() and len(told) < 20 else 0


def _request_id(given: str | None, span: Span) -> str:
    """The caller's own id if it is well-formed and no number of a person, else the trace id.

    So one id finds both logs and trace; and an id goes into every log line.
    """
    if given is not None and _WELL_FORMED.fullmatch(given) and not is_personal(given):
        return given
    context = span.get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else uuid4().hex
