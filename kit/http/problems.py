"""RFC 9457 problem documents: what was wrong, the clause that says so, and what would be accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
from starlette.responses import Response

from contracts.refusal import Refusal
from kit.http.openapi import PROBLEM_JSON
from texts import Language, text

T = TypeVar("T")

_STATUS: Mapping[str, int] = {
    "not_authenticated": 401,
    "token_invalid": 401,
    "token_expired": 401,
    "role_missing": 403,
    "out_of_scope": 403,
    "not_your_channel": 403,
    "moment_not_yours": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "changed_meanwhile": 412,
    "body_too_slow": 408,
    "body_too_large": 413,
    "media_type_unsupported": 415,
    "invalid_request": 422,
    "idempotency_key_reused": 422,
    "idempotency_key_malformed": 422,
    "if_match_malformed": 422,
    "cursor_invalid": 422,
    "receipt_invalid": 422,
    "moment_ahead": 422,
    "moment_misplaced": 422,
    "too_much_said": 422,
    "allowance_spent": 429,
    "internal": 500,
    "busy": 503,
    "unavailable": 503,
    "ticket_on_its_way": 503,
}
"""Codes of the plumbing with the status each means."""

AGAIN_AFTER = "2"
"""Seconds after which a client may ask again what could not be answered for the moment."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: where it is (`body.items.0.type`), what is wrong with it, what is accepted there."""

    field: str
    reason: str
    accepts: tuple[str, ...] = ()

    def shown(self) -> dict[str, Any]:
        """As a member of `errors`."""
        found: dict[str, Any] = {"field": self.field, "reason": self.reason}
        return {**found, "accepts": self.accepts} if self.accepts else found


class Problem(Exception):
    """A request stops here and is answered with this refusal; for dependencies, which cannot return an answer."""

    def __init__(
        self,
        refusal: Refusal,
        *,
        status: int | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.status = status or status_of(refusal)
        self.errors = tuple(errors)
        self.headers = headers or {}


def granted(outcome: T | Refusal) -> T:
    """What was asked for; raises Problem where it was refused."""
    if isinstance(outcome, Refusal):
        raise Problem(outcome)
    return outcome


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal: the plumbing's by its code, `unknown_…` 404, any other "no" of a rule 409."""
    if refusal.code.startswith("unknown_"):
        return HTTPStatus.NOT_FOUND
    return _STATUS.get(refusal.code, HTTPStatus.CONFLICT)


def problem_response(
    refusal: Refusal,
    *,
    language: Language,
    instance: str,
    status: int | None = None,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a refused request, in the reader's language; members without a value are left out."""
    status = status or status_of(refusal)
    document: dict[str, Any] = {
        "type": f"urn:hotline:problem:{refusal.code}",
        "title": text(f"problem.{status}", language),
        "status": status,
        "detail": text(f"refusal.{refusal.code}", language, **refusal.params),
        "instance": instance,
        "code": refusal.code,
        "clause": refusal.clause,
        "rule": refusal.rule,
        "accepts": refusal.accepts,
        "errors": [error.shown() for error in errors],
    }
    body = orjson.dumps({name: value for name, value in document.items() if value not in (None, (), [])})
    said = {"Content-Language": language, **(headers or {})}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        said["Retry-After"] = str(refusal.params["seconds"])
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        said.setdefault("Retry-After", AGAIN_AFTER)
    return Response(body, status_code=status, media_type=PROBLEM_JSON, headers=said)
