"""A file as a browser sends it, handed on piece by piece as it arrives: never whole in memory, in no file of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from fastapi.exceptions import RequestValidationError
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from contracts.refusal import Refusal
from kit.http.problems import Problem
from kit.http.request_scope import expect_upload

_MULTIPART = b"multipart/form-data"
_MARGIN = 65_536
"""For the multipart frame around the file."""

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            _MULTIPART.decode(): {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
"""For `openapi_extra`: the body, which FastAPI must not read for us."""


async def file_of(request: Request, most: int) -> AsyncIterator[bytes]:
    """The content of the part `file`, at most `most` bytes and a little more.

    Raises Problem 413 (larger), 415 (no form), 422 (no such part, or the form breaks off).
    """
    expect_upload(request, most + _MARGIN)
    form, parameters = parse_options_header(request.headers.get("content-type", ""))
    if form != _MULTIPART or not parameters.get(b"boundary"):
        raise Problem(Refusal("media_type_unsupported", accepts=(_MULTIPART.decode(),)))
    part = _FilePart()
    parser = MultipartParser(parameters[b"boundary"], part.callbacks())  # type: ignore[arg-type]
    try:
        async for arrived in request.stream():
            parser.write(arrived)
            for piece in part.taken():
                yield piece
    except MultipartParseError:
        raise _wrong("value_error", "not a form") from None
    if not part.ended:
        raise _wrong("value_error", "the form breaks off")
    if not part.met:
        raise _wrong("missing", "no part `file`")


def _wrong(kind: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"type": kind, "loc": ("body", "file"), "msg": message, "ctx": {"error": message}}])


class _FilePart:
    """What the parser calls back: it keeps the pieces of the first part `file` and passes over every other part."""

    def __init__(self) -> None:
        self.met = False
        self.ended = False
        self._wanted = False
        self._field = b""
        self._value = b""
        self._pieces: list[bytes] = []

    def callbacks(self) -> dict[str, Any]:
        """By the names that the parser knows."""
        return {
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header_end,
            "on_part_data": self._on_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }

    def taken(self) -> list[bytes]:
        """The pieces since last asked."""
        pieces, self._pieces = self._pieces, []
        return pieces

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._field.lower() == b"content-disposition" and not self.met:
            self._wanted = parse_options_header(self._value)[1].get(b"name") == b"file"
            self.met = self._wanted
        self._field = self._value = b""

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._wanted:
            self._pieces.append(data[start:end])

    def _on_part_end(self) -> None:
        self._wanted = False

    def _on_end(self) -> None:
        self.ended = True
