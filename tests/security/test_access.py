"""Roles by routes by tickets, from the OpenAPI document: what one may not see answers as what is not there."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from contracts.envelope import decode
from contracts.ids import ALWAYS, derived_id
from tests.handlers.intake_desk import FAULT
from tests.security.bodies import Sender
from tests.security.people import OTHER, ROLES, UTILITY, Crowd
from tests.security.whole import FRIDAY_10

TICKET = ("ticket", "order", "subject")
"""How addresses name a ticket."""

SEES = {
    "agent": "everything of the utility",
    "supervisor": "everything of the utility",
    "unit:jinan": "its own order",
    "division:luzhong": "its area",
}
ADMINS = "/events/"
"""What services said, without anybody's data, is an operator's, too."""


class Loop(Crowd):
    """All services with one dispatched ticket between them; what one says is heard by the others."""

    async def dispatched(self) -> str:
        answer = await self.asks("POST", "agent", "/intake/requests", FAULT)
        assert answer.status_code == 201, answer.text
        ticket: str = answer.json()["tickets"][0]["ticket"]
        await self._spread("intake", ticket)
        answer = await self.asks("POST", "agent", f"/routing/work-orders/{ticket}/dispatch", {"unit": "jinan"})
        assert answer.status_code == 200, answer.text
        await self._spread("routing", ticket)
        return ticket

    async def _spread(self, prefix: str, ticket: str) -> None:
        said = await self.asks("GET", "admin", f"/{prefix}/events/{ticket}")
        events = [decode(httpx.Response(200, json=each).content) for each in said.json()]
        for worker in self.app.state.workers:
            await worker.shell.hear(events)


@pytest.fixture
async def loop(tmp_path: Path) -> Loop:
    return Loop(tmp_path)


def _about_a_ticket(loop: Loop) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for method, path, operation in loop.operations()
        if any("{" + name + "}" in path for name in TICKET)
    ]


def _same(answer: httpx.Response, ticket: str) -> tuple[int, str]:
    """An answer without the name that was asked for."""
    return answer.status_code, answer.text.replace(ticket, "…")


async def test_what_one_may_not_see_answers_as_what_is_not_there(loop: Loop) -> None:
    ticket = await loop.dispatched()
    # An old id of nothing, and a young one, which some services have not heard of yet, as they have not of the ticket.
    nothing, early = (derived_id("tkt", moment, "nothing") for moment in (ALWAYS, FRIDAY_10))
    sender = Sender(loop.app.openapi(), Random(1))
    operations = _about_a_ticket(loop)
    assert len(operations) > 30
    cells = unseen = 0
    for who, utility in [*((role, UTILITY) for role in ROLES if role not in SEES), ("agent", OTHER)]:
        for method, path, operation in operations:
            if who == "admin" and ADMINS in path:
                continue
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            body = sender.value(schema, 0) if schema else None
            answers = [
                await loop.asks(method, who, re.sub(r"\{\w+\}", each, path), body, utility)
                for each in (ticket, nothing, early)
            ]
            absent = (_same(answers[1], nothing), _same(answers[2], early))
            assert _same(answers[0], ticket) in absent, (who, utility, method, path)
            assert answers[0].status_code in (403, 404, 409, 422, 503), (who, method, path, answers[0].text)
            cells += 2
            unseen += answers[0].status_code == 404
    assert cells > 600
    assert unseen > 40


async def test_a_number_tells_no_more_than_an_id(loop: Loop) -> None:
    ticket = await loop.dispatched()
    number = (await loop.asks("GET", "agent", f"/routing/work-orders/{ticket}")).json()["number"]
    for place in (f"/routing/work-orders/{number}", f"/intake/tickets/{number}"):
        assert (await loop.asks("GET", "unit:jinan", place)).status_code == 200
        for who in ("unit:qingdao", "division:jiaodong", "integration:web"):
            answer = await loop.asks("GET", who, place)
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_ticket")


async def test_whose_ticket_it_is_sees_it_everywhere(loop: Loop) -> None:
    ticket = await loop.dispatched()
    for path in (f"/routing/work-orders/{ticket}", f"/intake/tickets/{ticket}", f"/sla/tickets/{ticket}/clocks"):
        for who in SEES:
            assert (await loop.asks("GET", who, path)).status_code == 200, (who, path)


async def test_no_list_of_another_utility_holds_anything(loop: Loop) -> None:
    ticket = await loop.dispatched()
    for method, path, _ in loop.operations():
        if method == "GET" and "{" not in path:
            for who in ROLES:
                answer = await loop.asks("GET", who, path, utility=OTHER)
                assert ticket not in answer.text, (who, path)
                assert answer.status_code < 500, (who, path)


@pytest.mark.parametrize("utility", ["nowhere", "../x", "kunlun-gas-956100 "])
async def test_a_utility_without_a_procedure_is_unknown_and_no_fault(loop: Loop, utility: str) -> None:
    for method, path, _ in loop.operations():
        place = re.sub(r"\{\w+\}", "x", path)
        for who in ROLES:
            answer = await loop.asks(method, who, place, {} if method == "POST" else None, utility)
            assert answer.status_code < 500, (who, method, path, answer.text)
