"""The callback desk over HTTP: whom to call next, what was replied, what came of the call, and who may know."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.calls import CallEnded
from contracts.vocabulary import CallEnd
from kit.run.ticker import Ticker
from kit.store.opening import Stores, open_stores
from services.callback.decider import DECIDER, PHONE_CALLS, connect
from services.callback.http import router
from services.callback.rules import Calls
from services.callback.rules.line import PhoneCall
from tests.handlers.bench_of_one import Bench, People
from tests.unit.callback.desk import approved, at, opened, replied, wish


class Desk(People):
    """Two calls to be made at three in the afternoon, one of them at an agreed time in the evening."""

    def __init__(self, folder: Path, stores: Stores) -> None:
        self.bench: Bench[Calls] = Bench(DECIDER, stores.store_for(DECIDER.collection))
        self.lines: Bench[PhoneCall] = Bench(PHONE_CALLS)
        connect(self.bench.shell, self.lines.shell)
        super().__init__({"callback": router(self.bench.shell, self.lines.shell)}, folder)

    async def fill(self) -> "Desk":
        for key, fact in (
            ("tkt_1", opened()),
            ("tkt_2", opened("consultation", call_wish=wish("11-20 19:00"))),
            ("tkt_3", opened(call_wish=wish(None))),
        ):
            await self.bench.hears(fact, key)
            await self.bench.hears(replied("11-20 14:00"), key)
            await self.bench.hears(approved("11-20 15:00", "11-20 14:00"), key)
        return self


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    stores = open_stores("sqlite:///:memory:", "callback")
    yield await Desk(tmp_path, stores).fill()
    await stores.close()


async def test_the_desk_lists_calls_by_the_moment_from_which_they_may_be_made(desk: Desk) -> None:
    plans = (await desk.get("agent", "/callback/plans")).json()["items"]
    assert [(row["ticket"], row["kind"], row["appointed"]) for row in plans] == [
        ("tkt_1", "satisfaction", False),
        ("tkt_2", "answer", True),
    ]
    soon = (await desk.get("agent", "/callback/plans", due_before=at("11-20 18:00").isoformat())).json()["items"]
    assert [row["ticket"] for row in soon] == ["tkt_1"]
    answers = (await desk.get("agent", "/callback/plans", kind="answer")).json()["items"]
    assert [row["ticket"] for row in answers] == ["tkt_2"]


async def test_a_call_not_made_in_its_working_day_is_marked_overdue(desk: Desk) -> None:
    desk.bench.clock.advance_to(at("11-23 14:01"))
    plans = (await desk.get("supervisor", "/callback/plans")).json()["items"]
    assert [(row["ticket"], row["overdue"]) for row in plans] == [("tkt_1", True), ("tkt_2", True)]


async def test_the_caller_sees_the_reply_before_dialling(desk: Desk) -> None:
    answer = await desk.get("agent", "/callback/tickets/tkt_1")
    assert answer.headers["etag"]
    shown = answer.json()
    assert (shown["opinion"], shown["result"], shown["public"]) == ("valve replaced", "done", True)


async def test_a_call_is_recorded_once_however_often_it_is_sent(desk: Desk) -> None:
    body = {"outcome": "connected", "solved": "yes", "satisfaction": 4}
    first = await desk.post("agent", "/callback/tickets/tkt_1/attempts", body, idempotency_key="k1")
    again = await desk.post("agent", "/callback/tickets/tkt_1/attempts", body, idempotency_key="k1")
    assert first.status_code == 200
    assert (first.json()["stage"], first.json()["satisfied"]) == ("done", True)
    assert again.content == first.content
    assert desk.bench.said().count("callback.attempted") == 1
    assert desk.bench.outbox.events[-1].data.model_dump()["by"]["role"] == "agent"


async def test_a_refused_call_names_the_clause_and_when_it_would_be_accepted(desk: Desk) -> None:
    desk.bench.clock.advance_to(at("11-20 21:00"))
    answer = await desk.post("agent", "/callback/tickets/tkt_1/attempts", {"outcome": "no_answer"})
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["clause"], problem["rule"]) == ("quiet_hours", "第十四条(九)", "R004-095")
    assert problem["detail"] == "Customers are not called at this hour; call from 2026-11-21 08:00 on."
    assert problem["accepts"] == [">= 2026-11-21T08:00:00+08:00"]


async def test_sending_back_without_a_basis_is_refused(desk: Desk) -> None:
    body = {"outcome": "connected", "solved": "no", "mismatch": "irregular"}
    answer = await desk.post("agent", "/callback/tickets/tkt_1/attempts", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "basis_missing")
    assert desk.bench.said().count("callback.attempted") == 0


async def test_only_a_connected_system_may_say_when_the_call_was(desk: Desk) -> None:
    body = {"outcome": "no_answer", "at": at("11-20 16:30").isoformat()}
    desk.bench.clock.advance_to(at("11-20 18:00"))
    assert (await desk.post("agent", "/callback/tickets/tkt_1/attempts", body)).status_code == 403
    assert (await desk.post("integration", "/callback/tickets/tkt_1/attempts", body)).status_code == 200
    assert desk.bench.outbox.events[-1].data.at == at("11-20 16:30")


async def test_only_the_centre_sees_what_a_caller_is_told(desk: Desk) -> None:
    for path in ("/callback/tickets/tkt_1", "/callback/plans"):
        assert (await desk.get("unit:jinan", path)).status_code == 403
        assert (await desk.get("division:luzhong", path)).status_code == 403
    assert (await desk.post("unit:jinan", "/callback/tickets/tkt_1/attempts", {"outcome": "busy"})).status_code == 403
    assert (await desk.get("agent", "/callback/tickets/tkt_1", utility="telecom")).status_code == 404


async def test_a_call_to_an_unknown_ticket_or_with_unknown_words_changes_nothing(desk: Desk) -> None:
    assert (await desk.post("agent", "/callback/tickets/tkt_9/attempts", {"outcome": "busy"})).status_code == 404
    wrong = await desk.post("agent", "/callback/tickets/tkt_1/attempts", {"outcome": "asleep", "new_request": "x"})
    assert wrong.status_code == 422
    assert {error["field"] for error in wrong.json()["errors"]} == {"body.outcome", "body.new_request"}
    refused = await desk.post("agent", "/callback/tickets/tkt_3/attempts", {"outcome": "busy"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "R004-091")


def busy(moment: str) -> CallEnded:
    return CallEnded(at=at(moment), outcome=CallEnd.BUSY, arrived_at=at(moment))


async def test_a_dialled_call_that_reached_nobody_is_an_attempt_without_a_word_of_the_clerk(desk: Desk) -> None:
    desk.bench.clock.advance_to(at("11-20 16:00"))
    assert (await desk.post("agent", "/callback/tickets/tkt_1/dial", {"call": "call_1"})).status_code == 200
    await desk.lines.hears(
        CallEnded(at=at("11-20 16:01"), outcome=CallEnd.BUSY, arrived_at=at("11-20 16:00")), "call_1"
    )
    await Ticker(desk.lines.shell).tick()
    await Ticker(desk.lines.shell).tick()
    attempted = [event.data for event in desk.bench.outbox.events if event.data.short_type() == "callback.attempted"]
    assert [(each.outcome, each.by.role) for each in attempted] == [("busy", "agent")]  # type: ignore[attr-defined]


async def test_what_may_not_be_made_now_is_refused_before_it_rings_and_the_line_is_not_listened_to(desk: Desk) -> None:
    desk.bench.clock.advance_to(at("11-20 21:30"))
    refused = await desk.post("agent", "/callback/tickets/tkt_1/dial", {"call": "call_1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "quiet_hours")
    assert await desk.lines.shell.get("call_1", "kunlun-gas-956100") is None
    await desk.lines.hears(
        CallEnded(at=at("11-20 21:31"), outcome=CallEnd.BUSY, arrived_at=at("11-20 21:30")), "call_1"
    )
    assert await desk.lines.shell.get("call_1", "kunlun-gas-956100") is None
