"""One HTTP connection, kept within bounds before anybody has said who they are: bytes of a head, time, neighbours."""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kit.settings import HttpSettings

_MOST_HEADERS = 100
_LINGER_SECONDS = 5.0
"""So long a client may go on sending a body that was answered without being read."""

_LINES = {
    400: b"HTTP/1.1 400 Bad Request\r\n",
    408: b"HTTP/1.1 408 Request Timeout\r\n",
    431: b"HTTP/1.1 431 Request Header Fields Too Large\r\n",
    503: b"HTTP/1.1 503 Service Unavailable\r\n",
}


class _HeadTooLarge(Exception):
    """The head of a request is larger than anybody needs."""


def bounded(http: HttpSettings) -> type[HttpToolsProtocol]:
    """uvicorn's protocol under these limits; uvicorn makes one for each connection itself."""
    return type("BoundedConnection", (_BoundedConnection,), {"limits": http})


class _BoundedConnection(HttpToolsProtocol):
    """The parser keeps an unfinished header to itself, so what it was fed without any result is counted here."""

    limits: HttpSettings

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._head = 0
        self._without_result = 0
        self._in_head = True
        self._refused = False
        self._impatience: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.max_connections:
            self._refuse(503)
        else:
            self._wait_no_longer_than(self.limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._without_result += len(data)
        super().data_received(data)
        if self._without_result > self.limits.max_head_bytes + len(data):
            self._refuse(431)
        elif self._in_head and self._impatience is None:
            self._wait_no_longer_than(self.limits.head_seconds)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head = 0
        self._in_head = True

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        # A name counts for more than its bytes: each becomes several objects.
        self._count(len(name) + len(value) + 4)
        if len(self.headers) >= _MOST_HEADERS:
            raise _HeadTooLarge
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._without_result = 0
        self._wait()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._without_result = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._without_result = 0
        self._wait()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.more_body and not self.transport.is_closing():
            self._wait_no_longer_than(_LINGER_SECONDS)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """Called for whatever the parser refuses, and for what the callbacks above do."""
        self._refuse(
            431 if self._head > self.limits.max_head_bytes or len(self.headers or ()) >= _MOST_HEADERS else 400
        )

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > self.limits.max_head_bytes:
            raise _HeadTooLarge

    def _refuse(self, status: int) -> None:
        if self._refused:
            return
        self._refused = True
        self._wait()
        if not self.transport.is_closing():
            self.transport.write(_LINES[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
            self.transport.close()

    def _wait_no_longer_than(self, seconds: float) -> None:
        self._wait()
        self._impatience = self.loop.call_later(seconds, self._overdue)

    def _wait(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None

    def _overdue(self) -> None:
        self._impatience = None
        self._refuse(408) if self._in_head else self.transport.close()
