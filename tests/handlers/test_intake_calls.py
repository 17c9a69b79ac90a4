"""Calls at the front desk: the screen pop, tickets linked to their call, missed callers, numbers for who dials."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.calls import CallAnswered, CallArrived, CallEnded, CallRecordingReady
from contracts.envelope import Event, decode, encode
from contracts.fact import Fact
from contracts.vocabulary import CallDirection, CallEnd, CallParty
from kit.run.ticker import Ticker
from tests.handlers.intake_desk import CUSTOMER, FRIDAY_10, UTILITY, FrontDesk

CALL, LATER = "call_01KAGW3M00ZQ5T8Y4B2N6C7D9E", "call_01KAGW3M00ZQ5T8Y4B2N6C7D9F"
PROCEDURE = f"{UTILITY}@2011-01-01"


class CallDesk(FrontDesk):
    """The front desk with a phone switch before it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._said: dict[str, int] = {}
        self.numbers: dict[str, Any] = {}

    async def switch(self, call: str, fact: Fact) -> None:
        """The fact comes over the wire, twice, and what follows from it is done."""
        self.clock.advance_to(max(fact.at, self.clock.now()))
        sequence = self._said[call] = self._said.get(call, 0) + 1
        event = decode(encode(Event(f"{call}-{sequence}", "/hotline/telephony", call, sequence, UTILITY, fact)))
        await self.desk.intake.calls.calls.hear([event, event])
        await self.tick()
        said = self.said()
        await self.desk.intake.calls.calls.hear([event])
        await self.tick()
        assert self.said() == said

    async def tick(self) -> None:
        await Ticker(self.desk.intake.calls.calls).tick()

    async def number(self, number: str) -> dict[str, str]:
        """What telephony gets to know of a number."""
        found: dict[str, str] = (await self.post("integration", "/intake/numbers", {"number": number})).json()
        return {name: found[name] for name in ("number_ref", "number_index")}

    async def rings(self, call: str, number: str, at: datetime = FRIDAY_10, **more: Any) -> None:
        """Somebody calls, or is called."""
        said = {"direction": CallDirection.INBOUND, **await self.number(number), **more}
        await self.switch(call, CallArrived(at=at, procedure=PROCEDURE, **said))

    async def ends(self, call: str, outcome: CallEnd, at: datetime, **more: Any) -> None:
        await self.switch(call, CallEnded(at=at, outcome=outcome, arrived_at=FRIDAY_10, **more))

    async def missed(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self.get("agent", "/intake/missed-calls")).json()["items"]
        return rows


@pytest.fixture
def desk(tmp_path: Path) -> CallDesk:
    return CallDesk(tmp_path)


def after(**time: int) -> datetime:
    return FRIDAY_10 + timedelta(**time)


async def test_one_number_has_one_place_however_it_is_spelt(desk: CallDesk) -> None:
    assert await desk.number("138 0013 8000") == await desk.number("+86 13800138000")
    assert await desk.number("13800138000") != await desk.number("13800138001")
    refused = await desk.post("integration", "/intake/numbers", {"number": "anonymous"})
    assert (refused.status_code, refused.json()["code"]) == (422, "not_a_number")
    assert (await desk.post("agent", "/intake/numbers", {"number": "13800138000"})).status_code == 403


async def test_the_screen_shows_who_calls_before_the_first_word(desk: CallDesk) -> None:
    ticket = await desk.ticket()
    await desk.rings(CALL, "+8613800138000", after(hours=1))
    shown = (await desk.get("agent", f"/intake/calls/{CALL}")).json()
    assert shown["call"]["number"].endswith("8000")
    assert "1380013" not in str(shown["call"])
    (customer,) = shown["customers"]
    assert (customer["customer"]["name"], [each["id"] for each in customer["tickets"]]) == ("王**", [ticket])
    assert (await desk.get("unit:jinan", f"/intake/calls/{CALL}")).status_code == 403
    assert (await desk.get("agent", f"/intake/calls/{LATER}")).json()["code"] == "unknown_call"


async def test_a_ticket_of_a_call_that_goes_on_waits_for_the_hang_up(desk: CallDesk) -> None:
    await desk.rings(CALL, "13800138000")
    await desk.switch(CALL, CallAnswered(at=after(seconds=9), party=CallParty.AGENT, station="8001", agent="agent-1"))
    desk.clock.advance_to(after(minutes=2))
    ticket = await desk.ticket(call_id=CALL)
    assert desk.said() == ["ticket.opened", "ticket.call_continued"]
    await desk.ends(CALL, CallEnd.ANSWERED, after(minutes=6), talked_ms=351_000, agent="agent-1")
    assert desk.said()[2:] == ["ticket.call_ended"]
    assert desk.outbox.events[-1].data.at == after(minutes=6)
    await desk.switch(CALL, CallRecordingReady(at=after(minutes=6), recording=CALL))
    (call,) = (await desk.get("agent", f"/intake/tickets/{ticket}/calls")).json()
    assert (call["id"], call["agent"], call["talked_ms"], call["recording"]) == (CALL, "agent-1", 351_000, CALL)
    assert call["tickets"] == [ticket]


async def test_after_the_hang_up_the_switch_knows_when_it_was_better_than_the_clerk(desk: CallDesk) -> None:
    await desk.rings(CALL, "13800138000")
    await desk.ends(CALL, CallEnd.ANSWERED, after(minutes=3), talked_ms=170_000)
    desk.clock.advance_to(after(minutes=5))
    await desk.ticket(call_id=CALL, ended_at=after(minutes=4).isoformat())
    opened = desk.outbox.events[0].data
    assert (desk.said(), opened.call_ended_at) == (["ticket.opened"], after(minutes=3))  # type: ignore[attr-defined]


async def test_a_call_id_that_no_switch_of_ours_gave_is_only_kept(desk: CallDesk) -> None:
    ticket = await desk.ticket(call_id="pbx-4711")
    assert desk.said() == ["ticket.opened"]
    assert (await desk.get("agent", f"/intake/tickets/{ticket}/calls")).json() == []


async def test_who_hung_up_unanswered_is_to_be_called_back_in_time(desk: CallDesk) -> None:
    await desk.rings(CALL, "13800138000")
    await desk.ends(CALL, CallEnd.ABANDONED, after(seconds=40), waited_ms=40_000)
    (row,) = await desk.missed()
    assert datetime.fromisoformat(row["due"]) == after(minutes=30, seconds=40)
    assert (row["number"][-4:], row["overdue"], row["attempts"], row["accepts"]) == ("8000", False, 0, ["close"])
    desk.clock.advance_to(after(minutes=31))
    assert (await desk.missed())[0]["overdue"]


async def test_a_short_call_and_a_withheld_number_are_nobodys_to_call_back(desk: CallDesk) -> None:
    await desk.rings(CALL, "13800138000")
    await desk.ends(CALL, CallEnd.ABANDONED, after(seconds=4), waited_ms=4_000)
    await desk.switch(LATER, CallArrived(at=FRIDAY_10, procedure=PROCEDURE, direction=CallDirection.INBOUND))
    await desk.ends(LATER, CallEnd.ABANDONED, after(seconds=40), waited_ms=40_000)
    assert await desk.missed() == []


async def test_calls_in_vain_of_one_number_are_one_row_due_by_the_first(desk: CallDesk) -> None:
    for call, minute in ((CALL, 0), (LATER, 5)):
        await desk.rings(call, "13800138000", after(minutes=minute))
        await desk.ends(call, CallEnd.ABANDONED, after(minutes=minute + 1), waited_ms=60_000)
    (row,) = await desk.missed()
    assert row["calls"] == [CALL, LATER]
    assert datetime.fromisoformat(row["due"]) == after(minutes=31)


async def test_a_caller_who_got_through_later_is_owed_nothing(desk: CallDesk) -> None:
    await desk.rings(CALL, "13800138000")
    await desk.ends(CALL, CallEnd.QUEUE_TIMEOUT, after(minutes=1), waited_ms=60_000)
    await desk.rings(LATER, "13800138000", after(minutes=2))
    await desk.ends(LATER, CallEnd.ANSWERED, after(minutes=4), talked_ms=60_000)
    assert await desk.missed() == []


async def test_a_conversation_heard_of_first_settles_the_call_before_it(desk: CallDesk) -> None:
    """The calls lie on different partitions: the later one may be heard of first."""
    await desk.rings(LATER, "13800138000", after(minutes=2))
    await desk.ends(LATER, CallEnd.ANSWERED, after(minutes=4), talked_ms=60_000)
    await desk.rings(CALL, "13800138000")
    await desk.ends(CALL, CallEnd.ABANDONED, after(minutes=1), waited_ms=60_000)
    assert await desk.missed() == []


async def test_the_line_tells_whether_the_call_back_reached_anybody(desk: CallDesk) -> None:
    await desk.rings(CALL, "13800138000")
    await desk.ends(CALL, CallEnd.ABANDONED, after(minutes=1), waited_ms=60_000)
    await desk.rings(LATER, "13800138000", after(minutes=5), direction=CallDirection.OUTBOUND)
    await desk.ends(LATER, CallEnd.NO_ANSWER, after(minutes=6))
    assert (await desk.missed())[0]["attempts"] == 1
    third = "call_01KAGW3M00ZQ5T8Y4B2N6C7D9G"
    await desk.rings(third, "13800138000", after(minutes=8), direction=CallDirection.OUTBOUND)
    await desk.ends(third, CallEnd.CONNECTED, after(minutes=9), talked_ms=30_000)
    assert await desk.missed() == []


async def test_a_clerk_closes_a_missed_call_with_a_reason_once(desk: CallDesk) -> None:
    await desk.rings(CALL, "13800138000")
    await desk.ends(CALL, CallEnd.ABANDONED, after(minutes=1), waited_ms=60_000)
    (row,) = await desk.missed()
    path = f"/intake/missed-calls/{row['id']}/close"
    assert (await desk.post("agent", path, {})).status_code == 422
    assert (await desk.post("agent", path, {"reason": "已用短信答复"})).json()["settled"] == "by_hand"
    assert (await desk.post("agent", path, {"reason": "again"})).json()["code"] == "no_call_back_owed"
    assert (await desk.post("agent", "/intake/missed-calls/mis_1/close", {"reason": "x"})).status_code == 404


async def test_a_call_that_led_to_nothing_gets_a_word_of_the_procedure(desk: CallDesk) -> None:
    await desk.rings(CALL, "13800138000")
    shown = await desk.post("agent", f"/intake/calls/{CALL}/code", {"code": "silent"})
    assert (shown.status_code, shown.json()["code"]) == (200, "silent")
    refused = (await desk.post("agent", f"/intake/calls/{CALL}/code", {"code": "boring"})).json()
    assert (refused["code"], refused["accepts"]) == ("call_code_unknown", ["silent", "wrong_number", "nuisance"])
    await desk.ticket(call_id=CALL)
    refused = (await desk.post("agent", f"/intake/calls/{CALL}/code", {"code": "silent"})).json()
    assert refused["code"] == "call_has_a_ticket"


async def test_a_number_is_given_out_in_full_for_a_reason_only_and_written_down(desk: CallDesk) -> None:
    ticket = await desk.ticket()
    given = (await desk.post("agent", f"/intake/tickets/{ticket}/number", {"reason": "call_back"})).json()
    assert given == {"number": CUSTOMER["contact"], "shown": "956100"}
    refused = await desk.post("agent", f"/intake/tickets/{ticket}/number", {"reason": "curiosity"})
    assert (refused.status_code, refused.json()["code"]) == (403, "reason_not_allowed")
    (audit,) = (await desk.get("admin", "/intake/audits")).json()["items"]
    assert (audit["what"], audit["ticket"], audit["fields"]) == ("dial", ticket, ["contact"])


async def test_the_number_of_a_missed_caller_is_given_out_alike(desk: CallDesk) -> None:
    await desk.rings(CALL, "13800138000")
    await desk.ends(CALL, CallEnd.ABANDONED, after(minutes=1), waited_ms=60_000)
    (row,) = await desk.missed()
    given = (await desk.post("agent", f"/intake/missed-calls/{row['id']}/number", {})).json()
    assert given["number"] == "13800138000"
    looks = (await desk.get("admin", "/intake/audits")).json()["items"]
    assert {(each["what"], each.get("reason")) for each in looks} == {("missed_calls", None), ("dial", "call_back")}
