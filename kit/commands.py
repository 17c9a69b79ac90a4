"""One HTTP command on one document: its cause, Idempotency-Key, If-Match, and how its outcome is answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response
from structlog.contextvars import bind_contextvars

from contracts.refusal import Refusal
from contracts.texts import Language
from kit.auth import Authenticated
from kit.fold import Cause
from kit.language import LanguageAsked
from kit.problems import Problem, problem_response
from kit.shell import Done, Idempotency
from kit.store import Document, S
from kit.telemetry import traceparent_now

_ETAG = re.compile(r'"([1-9][0-9]{0,18})"')
JSON = "application/json"

View = Callable[[Document[S]], BaseModel]
"""What the API shows of a document."""


@dataclass(frozen=True, slots=True)
class Command:
    """What the shell needs to know of the request besides its content."""

    path: str
    language: Language
    cause: Cause
    expected_version: int | None
    key: str | None
    fingerprint: str

    def idempotency(self, view: View[S]) -> Idempotency[S] | None:
        """For `Shell.do`: how to write down the first answer; None when the client sent no Idempotency-Key."""
        if self.key is None:
            return None
        return Idempotency(self.key, self.fingerprint, lambda document: _stored(document, view))

    def answer(self, outcome: Done[S] | Refusal, view: View[S], *, status: int = 200) -> Response:
        """The document as it now is with its version as ETag, the first answer of a repeat, or the problem document."""
        if isinstance(outcome, Refusal):
            return problem_response(outcome, language=self.language, instance=self.path)
        if outcome.replayed is not None:
            version, _, body = outcome.replayed.body.partition(b"\n")
            repeated = {"ETag": f'"{version.decode()}"', "Idempotency-Replayed": "true"}
            return Response(body, status, repeated, JSON)
        return shown(outcome.document, view, status=status)


def shown(document: Document[S], view: View[S], *, status: int = 200) -> Response:
    """A document as the API shows it, its version as ETag. Serialized once, past FastAPI's second validation."""
    return Response(_json(document, view), status, {"ETag": etag(document.version)}, JSON)


def etag(version: int) -> str:
    """A document's version as a strong entity tag."""
    return f'"{version}"'


def _json(document: Document[S], view: View[S]) -> bytes:
    return view(document).model_dump_json(exclude_none=True).encode()


def _stored(document: Document[S], view: View[S]) -> bytes:
    return b"%d\n%b" % (document.version, _json(document, view))


async def _command(
    request: Request,
    who: Authenticated,
    language: LanguageAsked,
    idempotency_key: Annotated[
        str | None,
        Header(max_length=128, description="the same key with the same body returns the first answer, with no effect"),
    ] = None,
    if_match: Annotated[str | None, Header(description="the ETag you have seen; 412 when it has changed since")] = None,
) -> Command:
    path = request.scope["path"]
    bind_contextvars(**request.path_params)
    if idempotency_key is None:
        key, fingerprint, cause = None, "", f"http/{uuid4()}"
    else:
        key = f"{who.subject}/{idempotency_key}"
        fingerprint = _fingerprint(request.method, path, await request.body())
        cause = f"http/{who.utility}/{path}/{key}"
    return Command(path, language, Cause(cause, traceparent_now()), _version(if_match), key, fingerprint)


CommandAsked = Annotated[Command, Depends(_command)]
"""Parameter type of every endpoint that changes a document."""


def _fingerprint(method: str, path: str, body: bytes) -> str:
    return hashlib.blake2b(b"%b %b\n%b" % (method.encode(), path.encode(), body), digest_size=16).hexdigest()


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise Problem(Refusal("if_match_malformed", accepts=('"<ETag>"', "*")))
    return int(found[1])
