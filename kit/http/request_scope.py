"""What surrounds every HTTP request: its id, its span, its metrics, its log line, and how large it may be."""

from __future__ import annotations

import re
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, unbind_contextvars

from kit.telemetry.metrics import HTTP_IN_FLIGHT, HTTP_SECONDS
from kit.telemetry.tracing import parent_of

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})
_MULTIPART_MARGIN = 65_536

_log = structlog.get_logger("hotline.http")


class RequestScope:
    """Pure ASGI and one layer for all of it: this is on the path of every request and paid for each time.

    A body may have `max_body` bytes, a multipart body (an upload) `max_upload`.
    """

    def __init__(self, app: ASGIApp, max_body: int, max_upload: int, tracer: trace.Tracer) -> None:
        self._app = app
        self._tracer = tracer
        self._max_body = max_body
        self._max_upload = max_upload + _MULTIPART_MARGIN

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _QUIET:
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        parent = parent_of(_text(headers, b"traceparent"))
        span = self._tracer.start_span(scope["method"], parent, SpanKind.SERVER)
        token = otel.attach(trace.set_span_in_context(span, parent))
        scope["request_id"] = request_id = _request_id(_text(headers, b"x-request-id"), span)
        bind_contextvars(request_id=request_id)
        limit = self._max_upload if headers.get(b"content-type", b"").startswith(b"multipart/") else self._max_body
        try:
            await _Exchange(scope, receive, send, span, request_id, limit).run(self._app)
        finally:
            unbind_contextvars("request_id", *scope.get("path_params", ()))
            otel.detach(token)
            span.end()


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, span: Span, request_id: str, limit: int) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._span = span
        self._request_id = request_id
        self._allowance = limit
        self._status = 0

    async def run(self, app: ASGIApp) -> None:
        started = perf_counter()
        HTTP_IN_FLIGHT.inc()
        try:
            await app(self._scope, self._on_receive, self._on_send)
        finally:
            HTTP_IN_FLIGHT.dec()
            self._account(perf_counter() - started)

    async def _on_receive(self) -> Message:
        message = await self._receive()
        self._allowance -= len(message.get("body", b""))
        if self._allowance < 0:
            raise HTTPException(413)
        return message

    async def _on_send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", self._request_id.encode())]
        await self._send(message)

    def _account(self, seconds: float) -> None:
        route, method = _route(self._scope), self._scope["method"]
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


def _request_id(given: str | None, span: Span) -> str:
    """The caller's own id if it is well-formed, else the trace id, so that one id finds both logs and trace."""
    if given is not None and _WELL_FORMED.fullmatch(given):
        return given
    context = span.get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else uuid4().hex
