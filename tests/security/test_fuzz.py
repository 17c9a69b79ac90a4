"""Thousands of seeded requests on every route: no answer is a fault, and none is of a kind that is not documented."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from contracts.ids import ALWAYS, derived_id
from kit.http.openapi import PROBLEM_JSON
from tests.security.bodies import Sender, hostile
from tests.security.people import NOBODY, ROLES, Crowd
from tests.security.test_access import Loop

REQUESTS = 5_000
SEED = 20261125
_HEADERS = ("Idempotency-Key", "If-Match", "Accept-Language", "X-Request-Id", "traceparent", "Content-Type")


class Fuzzer:
    """Makes requests of an OpenAPI document, each more or less spoilt; the same seed, the same requests."""

    def __init__(self, crowd: Crowd, dice: Random, ids: tuple[str, ...]) -> None:
        self._crowd = crowd
        self._dice = dice
        self._ids = ids
        self._sender = Sender(crowd.app.openapi(), dice)
        self._operations = [each for each in crowd.operations() if each[1] != "/clock"]
        self._not_for: defaultdict[str, set[str]] = defaultdict(set)

    async def one(self) -> tuple[str, str, dict[str, Any], httpx.Response]:
        """Send one; what it was, and the answer."""
        method, path, operation = self._dice.choice(self._operations)
        spoilt = self._dice.choice([0.0, 0.02, 0.1, 0.5])
        who = self._caller(method + path)
        headers = self._crowd.headers(who)
        for name in _HEADERS:
            if self._dice.random() < 0.05:
                headers[name] = _printable(hostile(self._dice))
        request = self._crowd.client.build_request(
            method, self._place(path), params=self._query(operation, spoilt), headers=headers
        )
        if (content := self._content(operation, spoilt)) is not None:
            kind = headers.get("Content-Type", "application/json")
            request = self._crowd.client.build_request(
                method, request.url, headers={**headers, "Content-Type": kind}, content=content
            )
        answer = await self._crowd.client.send(request)
        if answer.status_code == 403 and answer.json()["code"] == "role_missing":
            self._not_for[method + path].add(who)
        return method, path, operation, answer

    def _caller(self, route: str) -> str:
        """Mostly somebody who is not known to have no business there."""
        if self._dice.random() < 0.1:
            return self._dice.choice((*ROLES, NOBODY))
        return self._dice.choice([who for who in ROLES if who not in self._not_for[route]] or ROLES)

    def _place(self, path: str) -> str:
        def named(_: re.Match[str]) -> str:
            if self._dice.random() < 0.8:
                return self._dice.choice(self._ids)
            return re.sub(r"[/?#\x00]", "", _printable(hostile(self._dice)))[:400] or "x"

        return re.sub(r"\{\w+\}", named, path)

    def _query(self, operation: dict[str, Any], spoilt: float) -> dict[str, str]:
        asked = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
        wanted = [each for each in asked if each.get("required") or self._dice.random() < 0.3]
        return {each["name"]: _printable(self._sender.value(each["schema"], spoilt)) for each in wanted}

    def _content(self, operation: dict[str, Any], spoilt: float) -> bytes | None:
        described = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if described is None:
            return None
        if self._dice.random() < spoilt / 5:
            return self._dice.choice([b"", b"{", b"\xff\xfe", b"[" * 5_000, b'{"at": NaN}', b"null"])
        return json.dumps(self._sender.value(described["schema"], spoilt)).encode()


def _printable(value: Any) -> str:
    """For headers and addresses, which hold no more than this."""
    return re.sub(r"[^ -~]", "", value if isinstance(value, str) else json.dumps(value))[:1_500].strip()


@pytest.mark.security
async def test_no_request_is_answered_with_a_fault_or_with_what_is_not_documented(tmp_path: Path) -> None:
    loop = Loop(tmp_path)
    ticket = await loop.dispatched()
    number = (await loop.asks("GET", "agent", f"/routing/work-orders/{ticket}")).json()["number"]
    ids = (ticket, number, "fault", "0" * 64, *(derived_id(kind, ALWAYS, "x") for kind in ("cust", "art", "call")))
    fuzzer, met = Fuzzer(loop, Random(SEED), ids), Counter[int]()
    faults: dict[str, str] = {}
    for _ in range(REQUESTS):
        method, path, operation, answer = await fuzzer.one()
        documented = str(answer.status_code) in operation["responses"]
        if not documented or (answer.status_code >= 400 and answer.headers["content-type"] != PROBLEM_JSON):
            faults[f"{method} {path}"] = f"{answer.status_code} {answer.request.url} {answer.text[:200]}"
        met[answer.status_code] += 1
    assert faults == {}
    assert {200, 401, 403, 404, 409, 422} <= met.keys(), met
    assert 500 not in met, met
