"""One HTTP command on one document: its cause, Idempotency-Key, If-Match, and how its outcome is answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import uuid4

import orjson
from fastapi import Header, Request
from fastapi.security.base import SecurityBase
from pydantic import BaseModel
from pydantic.config import JsonDict
from starlette.responses import Response
from structlog.contextvars import bind_contextvars

from contracts.fact import Actor
from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import BEARER, SCHEME, authorize
from kit.auth.scope import Principal
from kit.clock import Clock
from kit.decide.decider import Decision
from kit.decide.fold import Cause
from kit.decide.shell import UNKNOWN, Done, Idempotency, Shell
from kit.http.language import language_of
from kit.http.problems import Problem, problem_response
from kit.store.port import Document, S
from kit.telemetry.tracing import traceparent_now
from texts import Language

_KEY = re.compile(r"[!-~]{1,128}")
_ETAG = re.compile(r'"([1-9][0-9]{0,18})"')
_SKEW = timedelta(minutes=1)
JSON = "application/json"

_ONCE = "The same key with the same body returns the first answer and has no further effect"
_UNCHANGED = "The ETag you have seen; refused with 412 when the document has changed since"
_KEY_FORM: JsonDict = {"pattern": f"^{_KEY.pattern}$", "maxLength": 128}
_ETAG_FORM: JsonDict = {"maxLength": 32}
"""For the documentation: what does not fit is refused here, with an answer of its own."""

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", description=_ONCE, json_schema_extra=_KEY_FORM)]
IfMatch = Annotated[str | None, Header(alias="If-Match", description=_UNCHANGED, json_schema_extra=_ETAG_FORM)]

View = Callable[[Document[S]], BaseModel]
"""What the API shows of a document."""


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """What the shell and the rules need to know of the request besides its content.

    `by` names the caller in facts; `cause`, `expected_version` and `idempotency` go to `Shell.do`.
    """

    who: Principal
    by: Actor
    language: Language
    path: str
    cause: Cause
    expected_version: int | None
    key: str | None
    fingerprint: str

    def moment(self, given: datetime | None, clock: Clock) -> datetime:
        """When it happened: now, or the moment `given` by a connected system, which alone may tell of earlier things.

        Raises Problem 403 when anybody else gives a moment, 422 when it lies ahead (but for a minute of skew).
        """
        now = clock.now()
        if given is None:
            return now
        if not self.who.has(Role.INTEGRATION):
            raise Problem(Refusal("moment_not_yours", accepts=(Role.INTEGRATION.value,)))
        if given > now + _SKEW:
            raise Problem(Refusal("moment_ahead", accepts=(f"<= {now.isoformat()}",)))
        return min(given, now)

    def idempotency(self, view: View[S]) -> Idempotency[S] | None:
        """For `Shell.do`: how to write down the first answer; None when the client sent no Idempotency-Key."""
        if self.key is None:
            return None
        return Idempotency(self.key, self.fingerprint, lambda document: _stored(document, view))

    async def carry_out(
        self,
        shell: Shell[S],
        key: str,
        decide: Decision[S],
        view: View[S],
        *,
        creates: str | None = None,
        sees: Callable[[S], bool] | None = None,
        status: int = 200,
    ) -> Response:
        """Do it and answer: `decide(state, procedure)` on the document `key`, shown as `view`.

        `creates` is the procedure reference under which a document may come into being; one that the caller does not
        see is answered as if there were none.
        """
        outcome = await shell.do(
            key,
            decide if sees is None else _if_seen(sees, decide),
            utility=self.who.utility,
            cause=self.cause,
            creates=creates,
            expected_version=self.expected_version,
            idempotency=self.idempotency(view),
        )
        return self.answer(outcome, view, status=status)

    def answer(self, outcome: Done[S] | Refusal, view: View[S], *, status: int = 200) -> Response:
        """The document as it now is with its version as ETag, the first answer of a repeat, or the problem document."""
        if isinstance(outcome, Refusal):
            return problem_response(outcome, language=self.language, instance=self.path)
        if outcome.replayed is not None:
            version, _, body = outcome.replayed.body.partition(b"\n")
            repeated = {"ETag": f'"{version.decode()}"', "Idempotency-Replayed": "true"}
            return Response(body, status, repeated, JSON)
        return shown(outcome.document, view, status=status)


def _if_seen(sees: Callable[[S], bool], decide: Decision[S]) -> Decision[S]:
    """Not seen is unknown, and found out to be so in the same time."""
    return lambda state, procedure: UNKNOWN if state is not None and not sees(state) else decide(state, procedure)


def shown(document: Document[S], view: View[S], *, status: int = 200) -> Response:
    """A document as the API shows it, its version as ETag. Serialized once, past FastAPI's second validation."""
    return Response(_json(document, view), status, {"ETag": f'"{document.version}"'}, JSON)


def _json(document: Document[S], view: View[S]) -> bytes:
    return view(document).model_dump_json(exclude_none=True).encode()


def _stored(document: Document[S], view: View[S]) -> bytes:
    return b"%d\n%b" % (document.version, _json(document, view))


class CommandBy(SecurityBase):
    """A dependency for endpoints that change a document, open to these roles alone.

    Give it a name in the module, `ByUnit = Annotated[CommandRequest, Depends(CommandBy(Role.UNIT))]`, and write
    `asked: ByUnit`. Raises Problem 401, 403, 422. A `streamed` body is the endpoint's to read, and to take the
    fingerprint of.
    """

    model = BEARER
    scheme_name = SCHEME

    def __init__(self, *roles: Role, streamed: bool = False) -> None:
        self._roles = roles
        self._streamed = streamed

    async def __call__(
        self, request: Request, idempotency_key: IdempotencyKey = None, if_match: IfMatch = None
    ) -> CommandRequest:
        who = await authorize(request, self._roles)
        path: str = request.scope["path"]
        bind_contextvars(**request.path_params)
        if idempotency_key is None:
            key, fingerprint, cause = None, "", f"http/{uuid4()}"
        else:
            key = f"{who.subject}/{_well_formed(idempotency_key)}"
            fingerprint = "" if self._streamed else _fingerprint(request.method, path, await request.body())
            cause = f"http/{who.utility}/{path}/{key}"
        return CommandRequest(
            who,
            who.actor(*self._roles),
            language_of(request),
            path,
            Cause(cause, traceparent_now()),
            _version(if_match),
            key,
            fingerprint,
        )


def _well_formed(key: str) -> str:
    if _KEY.fullmatch(key) is None:
        raise Problem(Refusal("idempotency_key_malformed", accepts=(_KEY.pattern,)))
    return key


def _fingerprint(method: str, path: str, body: bytes) -> str:
    return hashlib.blake2b(b"%b %b\n%b" % (method.encode(), path.encode(), _meaning(body)), digest_size=16).hexdigest()


def _meaning(body: bytes) -> bytes:
    """The same JSON is the same body, whatever its blanks, its order and its spelling of letters and numbers.

    One that is nested too deep to be written again is refused later, as what it is; here it is its bytes.
    """
    try:
        return orjson.dumps(_plain(orjson.loads(body)), option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        return body


def _plain(value: object) -> object:
    """1.0 is 1; everything else is as it was read."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise Problem(Refusal("if_match_malformed", accepts=('"<ETag>"', "*")))
    return int(found[1])
