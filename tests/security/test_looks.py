"""Nobody's data, words or files are opened without a line that says who did; and nobody may try for ever."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from contracts.ids import ALWAYS, derived_id
from kit.vault import Vault
from tests.handlers.intake_desk import CUSTOMER, FAULT, FrontDesk

SERVICES = Path(__file__).parents[2] / "services"
IDENTITY = {"name": CUSTOMER["name"], "id_number": CUSTOMER["id_number"]}


class Watched(FrontDesk):
    """A front desk whose vault and folder count what they open."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(folder)
        self.opened = 0
        for owner, name in ((Vault, "open"), (type(self.desk.attachments), "content")):
            monkeypatch.setattr(owner, name, self._counting(getattr(owner, name)))

    def _counting(self, real: Any) -> Any:
        def opening(*args: Any) -> Any:
            self.opened += 1
            return real(*args)

        return opening

    async def audits(self) -> int:
        return len(self.desk.looks.audits.store._rows)  # type: ignore[attr-defined]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(tmp_path, monkeypatch)


def operations(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/intake")
    ]


BODIES: dict[str, dict[str, Any]] = {
    "/intake/screen": {"phone": CUSTOMER["contact"]},
    "/intake/tickets/search": {"phone": CUSTOMER["contact"]},
    "/intake/audits/search": {"phone": CUSTOMER["contact"]},
    "/intake/customers/{ref}/verification": IDENTITY,
    "/intake/numbers": {"number": CUSTOMER["contact"]},
    "/intake/proposals": {"text": "灶具打不着火"},
}
OWN_WORK = {"/intake/requests"}
"""Compares what is said with what is known and shows nobody anything; the contact it records says who did it."""


async def test_every_route_that_opens_something_has_written_down_who_looks(desk: Watched) -> None:
    accepted = await desk.accept()
    sha256 = (await desk.upload("agent", "/intake/attachments", "f", b"a text", "text/plain")).json()["sha256"]
    named = {
        "ref": accepted["customer"],
        "ticket": accepted["tickets"][0]["ticket"],
        "sha256": sha256,
        "type": "fault",
        "call": derived_id("call", ALWAYS, "1"),
        "caller": "mis_1",
    }
    opening = set()
    for method, path, _ in operations(desk.app):
        if path in OWN_WORK or ("attachments" in path and method == "POST"):
            continue
        for who in ("agent", "supervisor", "unit:jinan", "division:luzhong", "integration", "admin"):
            for query in ({}, {"reason": "call_back"}):
                before, written = desk.opened, await desk.audits()
                place = re.sub(r"\{(\w+)\}", lambda found: named[found[1]], path)
                await desk.send(method, who, place, BODIES.get(path, {}), query if method == "GET" else {})
                if desk.opened > before:
                    opening.add(path)
                    assert await desk.audits() == written + 1, (method, path, who)
    assert opening >= {
        "/intake/screen",
        "/intake/tickets/search",
        "/intake/tickets/{ticket}",
        "/intake/customers/{ref}",
        "/intake/customers/{ref}/verification",
        "/intake/attachments/{sha256}",
        "/intake/tickets/{ticket}/number",
    }


def test_the_vault_is_opened_in_one_place() -> None:
    """Whoever opens has a `Key`; telephony opens what it sealed itself a moment ago, to hand it to intake."""
    found = {
        str(path.relative_to(SERVICES))
        for path in SERVICES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "open" and "vault" in ast.unparse(node.value)
    }
    assert found == {"intake/looking.py", "telephony/people.py"}


async def test_the_hidden_digits_are_not_found_by_trying(desk: Watched) -> None:
    customer = (await desk.accept())["customer"]
    path = f"/intake/customers/{customer}/verification"
    answers = [
        await desk.post("agent", path, {"name": CUSTOMER["name"], "contact": f"138{number:04}8000"})
        for number in range(10)
    ]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 5
    assert answers[-1].json()["code"] == "allowance_spent"
    assert int(answers[-1].headers["retry-after"]) <= 3601
    assert (await desk.post("supervisor", path, IDENTITY)).status_code == 429
    body = FAULT | {"customer": {"ref": customer}, "identity": IDENTITY}
    assert (await desk.post("supervisor", "/intake/requests", body)).status_code == 429


async def test_one_person_looks_up_so_many_numbers_in_an_hour(desk: Watched) -> None:
    statuses = [
        (await desk.post("agent", "/intake/screen", {"phone": f"1390000{number:04}"})).status_code
        for number in range(32)
    ]
    assert statuses == [200] * 30 + [429] * 2
    assert (await desk.post("agent", "/intake/tickets/search", {"phone": "13800138000"})).status_code == 429
    assert (await desk.post("supervisor", "/intake/screen", {"phone": "13800138000"})).status_code == 200


async def test_many_persons_look_one_customer_up_so_often_in_an_hour(desk: Watched) -> None:
    for number in range(21):
        who = ("agent", "supervisor")[number % 2]
        answer = await desk.post(who, "/intake/screen", {"phone": "13800138000"})
        assert answer.status_code == (200 if number < 20 else 429)
