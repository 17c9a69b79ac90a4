"""The whole front desk over memory, behind its HTTP API, with the tokens of seeded users."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from contracts.envelope import Event
from contracts.fact import SYSTEM, Fact
from contracts.ticket import TicketDispatched
from kit.auth.receipts import Receipts
from kit.auth.seal import Seal
from kit.clock import SteppedClock
from kit.decide.shell import Shell
from kit.store.memory import MemoryStore
from kit.vault import Vault
from procedures.loader import load_all
from services.intake import http
from services.intake.allowances import Allowances
from services.intake.calls.following import Calls
from services.intake.decider import (
    ALLOWANCES,
    AUDITS,
    CALLS,
    CONTACTS,
    GROUPS,
    MATTERS,
    MISSED,
    NUMBERS,
    PEOPLE,
    TICKETS,
    UPLOADS,
)
from services.intake.files.attachments import Attachments, Bounds
from services.intake.files.folder import FolderAttachments
from services.intake.looking import Bounds as LookBounds
from services.intake.looking import Looks
from services.intake.matters.clusters import Matters
from services.intake.matters.groups import Groups
from services.intake.matters.sighting import MatterIndex
from services.intake.people.register import Register
from services.intake.requests.accepting import connect
from services.intake.requests.intake import Intake
from tests.handlers.bench_of_one import People
from tests.outbox import Outbox

UTILITY = "kunlun-gas-956100"
FRIDAY_10 = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
A_DAYS_FILES = 20
TYPES = ("image/jpeg", "image/png", "application/pdf", "text/plain")

CUSTOMER = {
    "name": "王小明",
    "contact": "138 0013 8000",
    "address": "历下区泉城路1号",
    "id_number": "370102199001011234",
}
FAULT: dict[str, Any] = {
    "channel": "phone",
    "type": "fault",
    "subtype": "stove",
    "area": "jinan/lixia",
    "text": "灶具打不着火",
    "customer": CUSTOMER,
    "call_wish": {"preference": "default"},
    "reason_explained": True,
}


class FrontDesk(People):
    """Callers of intake's API."""

    def __init__(self, folder: Path, index: MatterIndex | None = None) -> None:
        self.procedures = load_all()
        self.clock = SteppedClock(FRIDAY_10)
        self.outbox = Outbox()
        vault = Vault.ephemeral()
        tickets, procedure_of = self._shell(TICKETS), self.procedures.get
        matters = Matters(self._shell(MATTERS), tickets, procedure_of, index)
        calls = Calls(self._shell(CALLS), self._shell(MISSED), self._shell(NUMBERS), tickets, vault)
        groups = Groups(self._shell(GROUPS))
        intake = connect(Intake(tickets, self._shell(CONTACTS), matters, groups, calls, vault, procedure_of))
        register = Register(self._shell(PEOPLE), vault)
        allowances = Allowances(self._shell(ALLOWANCES))
        looks = Looks(self._shell(AUDITS), vault, allowances, LookBounds(30, 20, 10, 5))
        contents, bounds = FolderAttachments(folder / "attachments"), Bounds(TYPES, 1000, A_DAYS_FILES * 65_536)
        files = Attachments(contents, self._shell(UPLOADS), allowances, bounds)
        self.desk = http.FrontDesk(intake, register, looks, files, Receipts(Seal(bytes(32))), self.procedures)
        self._sequence = 0
        super().__init__({"intake": http.router(self.desk)}, folder)

    def _shell(self, decider: Any) -> Any:
        store = MemoryStore(decider.collection)
        return Shell(decider, store, self.outbox, self.clock, self.procedures.get, timedelta(0))

    async def hears(self, ticket: str, fact: Fact, utility: str = UTILITY) -> None:
        """The fact comes twice, as redelivery does."""
        self._sequence += 1
        event = Event(f"e{self._sequence}", "/hotline/other", ticket, self._sequence, utility, fact)
        await self.desk.intake.tickets.hear([event, event])
        await self.desk.intake.tickets.hear([event])

    async def dispatched(self, ticket: str, unit: str = "jinan", division: str = "luzhong") -> None:
        """Routing sent it to a unit."""
        await self.hears(
            ticket, TicketDispatched(at=self.clock.now(), by=SYSTEM, unit=unit, division=division, round=1)
        )

    async def accept(self, **said: Any) -> Any:
        """A fault unless said otherwise; the answer's body."""
        answer = await self.post("agent", "/intake/requests", FAULT | said)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def ticket(self, **said: Any) -> str:
        """A fault unless said otherwise; its one ticket."""
        (only,) = (await self.accept(**said))["tickets"]
        found: str = only["ticket"]
        return found

    async def delete(self, who: str, path: str) -> Any:
        """DELETE as somebody."""
        return await self._client.delete(path, headers=self._headers(who, UTILITY, "en"))

    async def upload(self, who: str, path: str, name: str, data: bytes, media_type: str, **headers: str) -> Any:
        """A file as a browser sends it."""
        files = {"file": (name, data, media_type)}
        more = {header.replace("_", "-"): value for header, value in headers.items()}
        return await self._client.post(path, files=files, headers=self._headers(who, UTILITY, "en") | more)

    async def send(self, method: str, who: str, path: str, body: Any, query: Any) -> Any:
        """Any request."""
        more = {"json": body} if method in ("POST", "PUT", "PATCH") else {}
        return await self._client.request(method, path, headers=self._headers(who, UTILITY, "en"), params=query, **more)

    async def raw(self, who: str, path: str, body: bytes, media_type: str) -> Any:
        """Any bytes."""
        headers = self._headers(who, UTILITY, "en") | {"Content-Type": media_type}
        return await self._client.post(path, content=body, headers=headers)

    def said(self) -> list[str]:
        """Names of everything said."""
        return [event.data.short_type() for event in self.outbox.events]
