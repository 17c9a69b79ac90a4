"""What the clocks look like from outside: one ticket explained, what is due next, what is overdue, and for whom."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from contracts.ticket import GovernmentOrder, TicketContacted
from kit.decide.fold import or_wait
from kit.store.opening import Stores, open_stores
from services.sla_monitor.decider import decider
from services.sla_monitor.http import router
from services.sla_monitor.rules import Sla
from tests.handlers.bench_of_one import FRIDAY_10, PROCEDURES, Bench, People
from tests.handlers.test_sla_monitor_messages import MINUTE, OPENED
from tests.unit.sla_monitor.journey import UNIT, dispatched


class Room(People):
    """The supervisors' room: three tickets, one with a platform's deadline, one in another division."""

    def __init__(self, folder: Path, stores: Stores) -> None:
        monitor = decider(timedelta(0))
        self.bench: Bench[Sla] = Bench(monitor, stores.store_for(monitor.collection))
        super().__init__({"sla": router(self.bench.shell, PROCEDURES)}, folder)

    async def fill(self) -> "Room":
        order = GovernmentOrder(platform="jinan-12345", order_no="1", due=FRIDAY_10 + timedelta(days=2))
        for key, gov in (("tkt_1", None), ("tkt_2", order), ("tkt_3", None)):
            await self.bench.hears(OPENED.model_copy(update={"gov": gov}), key)
        await self.bench.hears(dispatched(FRIDAY_10 + MINUTE), "tkt_1")
        await self.bench.hears(dispatched(FRIDAY_10 + 2 * MINUTE), "tkt_2")
        await self.bench.hears(dispatched(FRIDAY_10 + 3 * MINUTE, unit="qingdao", division="jiaodong"), "tkt_3")
        return self


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    stores = open_stores("sqlite:///:memory:", "sla_monitor")
    yield await Room(tmp_path, stores).fill()
    await stores.close()


async def test_a_tickets_clocks_are_shown_with_limit_clause_and_every_candidate(room: Room) -> None:
    answer = await room.get("supervisor", "/sla/tickets/tkt_2/clocks")
    assert answer.status_code == 200
    clocks = {clock["clock"]: clock for clock in answer.json()["clocks"]}
    reply = clocks["reply"]
    assert [(c["binding"], c.get("limit"), c["source"]) for c in reply["candidates"]] == [
        (True, None, "第六条"),
        (False, "3 working days", "第十四条(四)"),
    ]
    assert reply["explanation"] == (
        "reply: from 2026-11-20 Fri 10:02 until 2026-11-22 Sun 10:00 (第六条, R004-006). "
        "Also considered: procedure 3 working days, 2026-11-25 Wed 10:02 (第十四条(四))."
    )
    assert clocks["dispatch"]["state"] == "met"


async def test_the_explanation_is_in_the_readers_language_and_names_the_days_that_do_not_count(room: Room) -> None:
    answer = await room.get("agent", "/sla/tickets/tkt_1/clocks", language="zh")
    reply = next(clock for clock in answer.json()["clocks"] if clock["clock"] == "reply")
    assert reply["name"] == "回单"
    assert reply["explanation"] == (
        "回单：自 2026-11-20 周五 10:01 起 3 个工作日，2026-11-25 周三 10:01 到期（第十四条(四)，R004-062）。"
        "不算的日子：2026-11-21 周六、2026-11-22 周日。"
    )


async def test_what_is_due_next_comes_first_and_pages_go_on(room: Room) -> None:
    first = (await room.get("supervisor", "/sla/clocks", limit=2)).json()
    assert [row["ticket"] for row in first["items"]] == ["tkt_1", "tkt_2"]
    assert [clock["clock"] for clock in first["items"][0]["clocks"]] == ["sign", "contact", "reply"]
    rest = (await room.get("supervisor", "/sla/clocks", limit=2, cursor=first["next"])).json()
    assert [row["ticket"] for row in rest["items"]] == ["tkt_3"]
    assert "next" not in rest or rest["next"] is None


async def test_lists_are_narrowed_by_clock_unit_and_moment(room: Room) -> None:
    by_clock = (await room.get("supervisor", "/sla/clocks", clock="gov", limit=1)).json()
    assert [row["ticket"] for row in by_clock["items"]] == ["tkt_2"]
    by_unit = (await room.get("supervisor", "/sla/clocks", unit="qingdao")).json()
    assert [row["ticket"] for row in by_unit["items"]] == ["tkt_3"]
    before = (FRIDAY_10 + timedelta(hours=2, minutes=3)).isoformat()
    by_moment = (await room.get("supervisor", "/sla/clocks", due_before=before, clock="contact")).json()
    assert [row["ticket"] for row in by_moment["items"]] == ["tkt_1", "tkt_2"]
    assert all(len(row["clocks"]) == 1 for row in by_moment["items"])


async def test_overdue_lists_what_is_still_owed_and_forgets_what_came(room: Room) -> None:
    await room.bench.tick_at(FRIDAY_10 + timedelta(hours=3))
    missed = (await room.get("supervisor", "/sla/clocks", state="missed")).json()
    assert [(row["ticket"], row["clocks"][0]["overdue"]) for row in missed["items"]] == [
        ("tkt_1", True),
        ("tkt_2", True),
        ("tkt_3", True),
    ]
    contacted = TicketContacted(at=FRIDAY_10 + timedelta(hours=4), by=UNIT, unit="jinan")
    await room.bench.hears(contacted, "tkt_1")
    missed = (await room.get("supervisor", "/sla/clocks", state="missed")).json()
    assert [row["ticket"] for row in missed["items"]] == ["tkt_2", "tkt_3"]


async def test_a_unit_and_a_division_see_their_own_and_nobody_another_utilitys(room: Room) -> None:
    async def seen(who: str) -> list[str]:
        return [row["ticket"] for row in (await room.get(who, "/sla/clocks")).json()["items"]]

    assert await seen("unit:jinan") == ["tkt_1", "tkt_2"]
    assert await seen("division:jiaodong") == ["tkt_3"]
    assert (await room.get("unit:qingdao", "/sla/tickets/tkt_3/clocks")).status_code == 200
    assert (await room.get("unit:qingdao", "/sla/tickets/tkt_1/clocks")).status_code == 404
    assert (await room.get("knowledge", "/sla/clocks")).status_code == 403
    assert (await room.get("supervisor", "/sla/tickets/tkt_1/clocks", utility="telecom")).status_code == 404
    assert (await room.get("supervisor", "/sla/clocks", utility="telecom")).json()["items"] == []


async def test_an_unknown_clock_word_is_answered_with_the_words_there_are(room: Room) -> None:
    answer = await room.get("supervisor", "/sla/clocks", clock="lunch")
    assert answer.status_code == 422
    assert "reply" in answer.json()["accepts"]


async def test_moments_keep_their_zone(room: Room) -> None:
    answer = await room.get("supervisor", "/sla/tickets/tkt_1/clocks")
    due = next(clock["due"] for clock in answer.json()["clocks"] if clock["clock"] == "reply")
    assert datetime.fromisoformat(due) == datetime.fromisoformat("2026-11-25T10:01:00+08:00")


async def test_a_ticket_under_a_procedure_that_only_a_newer_image_knows_is_an_outage(room: Room) -> None:
    room.bench.shell.procedure_of = or_wait({}.__getitem__)
    answer = await room.get("supervisor", "/sla/tickets/tkt_1/clocks")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    listed = await room.get("supervisor", "/sla/clocks")
    assert (listed.status_code, listed.json()["items"], listed.json()["incomplete"]) == (200, [], True)
