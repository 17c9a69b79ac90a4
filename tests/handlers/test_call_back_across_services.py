"""A click calls a customer back through telephony, the callback desk and intake's vault, each the real one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.fact import SYSTEM
from contracts.ticket import TicketOpened, TicketReplied, TicketReplyApproved
from contracts.vocabulary import CallPreference, Channel, Reviewer
from kit.decide.fold import Cause
from kit.decide.shell import Shell
from kit.http.app import create_app
from kit.run.health import Health
from kit.settings import load_settings
from kit.store.memory import MemoryStore
from services.callback.decider import DECIDER, PHONE_CALLS, connect
from services.callback.http import router as callback_routes
from services.intake.http import router as intake_routes
from services.telephony.broadcast import Broadcast
from services.telephony.commands import Commands
from services.telephony.decider import LOOKS, QUEUES
from services.telephony.http import TelephonyDesk
from services.telephony.http import router as telephony_routes
from services.telephony.intake import Intake
from services.telephony.measuring import Measuring
from services.telephony.people import Numbers
from tests.handlers.bench_of_one import PROCEDURES, People
from tests.handlers.intake_desk import CUSTOMER, UTILITY, FrontDesk
from tests.handlers.test_telephony_http import Line
from tests.switchboard import Kept
from tests.unit.telephony.story import PROCEDURE, VAULT


class House(People):
    """Three services behind one address, as `hotline up` has them; the switch takes commands down."""

    def __init__(self, folder: Path) -> None:
        self.desk = FrontDesk(folder)
        self.line = Line()
        self.callbacks, lines = self._shell(DECIDER), self._shell(PHONE_CALLS)
        connect(self.callbacks, lines)
        kept = Kept()
        inside = httpx.AsyncClient(transport=httpx.ASGITransport(self._within), base_url="http://inside")
        intake = Intake(
            inside, "http://inside", lambda: self._headers("integration", UTILITY, "en")["Authorization"][7:]
        )
        numbers = Numbers(VAULT, PROCEDURE.utility)
        commands = Commands(kept.desk.calls, kept.desk.agents, intake, numbers, self.line, ("956100",), {})  # type: ignore[arg-type]
        measuring = Measuring(kept.desk.calls, kept.desk.agents, self._shell(QUEUES), PROCEDURES.in_force)
        desk = TelephonyDesk(
            kept.desk.calls, self._shell(LOOKS), measuring, Broadcast(), commands, self.line, folder / "audio"
        )  # type: ignore[arg-type]
        self.intake = intake
        routes = {
            "telephony": telephony_routes(desk),
            "intake": intake_routes(self.desk.desk),
            "callback": callback_routes(self.callbacks, lines),
        }
        super().__init__(routes, folder)
        settings = load_settings(embedded={"issuer": True, "path": folder})
        verifier = self._issuer.verifier(audience="hotline-loop", leeway=timedelta(0))
        self._app = create_app("inside", routes, settings=settings, verifier=verifier, health=Health())

    def _own_token(self) -> str:
        return self._headers("integration", UTILITY, "en")["Authorization"].removeprefix("Bearer ")

    async def _within(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)

    def _shell(self, decider: Any) -> Shell[Any]:
        desk = self.desk
        return Shell(
            decider, MemoryStore(decider.collection), desk.outbox, desk.clock, desk.procedures.get, timedelta(0)
        )

    async def owes_a_call(self) -> str:
        """A ticket whose reply passed review an hour ago."""
        ticket = await self.desk.ticket()
        opened = next(each.data for each in self.desk.outbox.events if isinstance(each.data, TicketOpened))
        assert opened.channel is Channel.PHONE
        assert opened.call_wish.preference is CallPreference.DEFAULT
        at = self.desk.clock.now()
        replied = TicketReplied(at=at, by=SYSTEM, unit="jinan", opinion="valve replaced", result="done")
        approved = TicketReplyApproved(at=at, by=SYSTEM, reviewer=Reviewer.CENTRE, final=True, replied_at=at)
        state: Any = None
        for fact in (opened, replied, approved):
            state, _ = DECIDER.hears[type(fact)](state, fact, PROCEDURES.get(opened.procedure))  # type: ignore[misc]
        await self.callbacks.do(
            ticket, lambda _, __: (state, ()), utility=UTILITY, cause=Cause("test"), creates=opened.procedure
        )
        self.desk.clock.advance_to(at + timedelta(hours=1))
        return ticket


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


async def test_a_click_rings_the_customer_by_the_number_in_the_vault_and_the_desk_knows_the_call(house: House) -> None:
    ticket = await house.owes_a_call()
    answer = await house.post("agent", "/telephony/call-backs", {"ticket": ticket, "station": "8001"})
    assert answer.status_code == 201, answer.text
    assert house.line.port is not None
    [dial] = [arguments[0] for name, arguments in house.line.port.asked if name == "call_back"]
    assert (dial.number.replace(" ", ""), dial.shown) == (CUSTOMER["contact"].replace(" ", ""), "956100")
    state = (await house.callbacks.get(ticket, UTILITY)).state  # type: ignore[union-attr]
    assert state.dialled.call == answer.json()["call"]
    [audit] = [row for row in (await house.get("admin", "/intake/audits")).json()["items"] if row["what"] == "dial"]
    assert (audit["ticket"], audit["reason"], audit["role"]) == (ticket, "call_back", "agent")


async def test_in_quiet_hours_nothing_rings_and_nobody_learns_a_number(house: House) -> None:
    ticket = await house.owes_a_call()
    house.desk.clock.advance_to(house.desk.clock.now().replace(hour=14))
    answer = await house.post("agent", "/telephony/call-backs", {"ticket": ticket, "station": "8001"})
    assert (answer.status_code, answer.json()["code"]) == (409, "call_back_refused")
    assert "quiet_hours" in answer.text
    assert house.line.port is not None
    assert [name for name, _ in house.line.port.asked if name == "call_back"] == []
    assert [row for row in (await house.get("admin", "/intake/audits")).json()["items"] if row["what"] == "dial"] == []


async def test_a_number_handed_over_is_kept_where_the_call_said_it_would_be(house: House) -> None:
    assert (await house.intake.keep("13800138000")).startswith("num_")
    assert await house.intake.keep("13800138000") == await house.intake.keep("+86 138 0013 8000")
