"""The work order's API over a real shell and store: each desk's steps and lists, and every no with its clause."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.clock import ClockStarted
from contracts.envelope import Event
from contracts.fact import SYSTEM, Fact
from contracts.ids import derived_id
from contracts.ticket import Attachment, Demand, GovernmentOrder, TicketOpened
from contracts.topics import SPEAKERS, source_of
from contracts.vocabulary import Channel, Role
from kit.auth.issuer import BuiltInIssuer, SeededUser, seeded_user
from kit.auth.receipts import Receipts
from kit.auth.seal import seal_of
from kit.clock import SteppedClock
from kit.decide.shell import Shell
from kit.http.app import create_app
from kit.run.health import Health
from kit.settings import load_settings
from kit.store.memory import MemoryStore
from procedures.loader import load_all
from services.routing.decider import DECIDER
from services.routing.http import router
from services.routing.rules import STEPS
from tests.outbox import Outbox

PROCEDURES = load_all()
PROCEDURE = "kunlun-gas-956100@2011-01-01"
UTILITY = "kunlun-gas-956100"
FRIDAY_10 = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
ENGLISH = {"Accept-Language": "en"}
REPLY = {"opinion": "valve replaced", "result": "done"}


class Hotline:
    """Routing's API with the people who use it."""

    def __init__(self, path: Path) -> None:
        settings = load_settings(embedded={"issuer": True, "path": path})
        self.clock = SteppedClock(FRIDAY_10)
        self.outbox = Outbox()
        store = MemoryStore(DECIDER.collection)
        self.shell = Shell(DECIDER, store, self.outbox, self.clock, PROCEDURES.get, timedelta(0))
        self._issuer = BuiltInIssuer(settings.embedded.path)
        self.receipts = Receipts(seal_of(settings))
        self._sequence = 0
        app = create_app(
            "routing",
            {"routing": router(self.shell, PROCEDURES, self.receipts)},
            settings=settings,
            verifier=self._issuer.verifier(audience="hotline-loop", leeway=timedelta(0)),
            health=Health(),
        )
        self.app = app
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hotline")

    async def close(self) -> None:
        await self._client.aclose()

    async def hear(self, fact: Fact, ticket: str = "tkt_1") -> None:
        service = next(name for name, facts in SPEAKERS.items() if type(fact) in facts)
        self._sequence += 1
        await self.shell.hear([Event(f"e{self._sequence}", source_of(service), ticket, self._sequence, UTILITY, fact)])

    async def opened(self, ticket: str = "tkt_1", ticket_type: str = "fault", **more: Any) -> None:
        fact = TicketOpened(
            at=FRIDAY_10,
            by=SYSTEM,
            procedure=PROCEDURE,
            number=f"KG20261120-{ticket}",
            channel=Channel.PHONE,
            ticket_type=ticket_type,
            customer_ref="cust_1",
            first_owner="agent-01",
            **more,
        )
        await self.hear(fact, ticket)

    def _headers(self, who: str | SeededUser, utility: str = UTILITY) -> dict[str, str]:
        user = who if isinstance(who, SeededUser) else seeded_user(who)
        token = self._issuer.token(user, utility=utility, audience="hotline-loop", lifetime=timedelta(hours=1))
        return {"Authorization": f"Bearer {token}"}

    def photo(self, name: str = "meter", subject: str = "unit-jinan", *units: str, utility: str = UTILITY) -> Any:
        """A photo as intake's upload answered it."""
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        file = Attachment(sha256=sha256, name=f"{name}.jpg", media_type="image/jpeg", size=9)
        return {**file.model_dump(), "receipt": self.receipts.given(utility, file, subject, units)}

    async def get(
        self, who: str, path: str, utility: str = UTILITY, headers: dict[str, str] | None = None, **query: Any
    ) -> httpx.Response:
        found = {**self._headers(who, utility), **(headers or {})}
        return await self._client.get(f"/routing/{path}", params=query, headers=found)

    async def step(
        self,
        who: str | SeededUser,
        step: str,
        ticket: str = "tkt_1",
        headers: dict[str, str] | None = None,
        **body: Any,
    ) -> httpx.Response:
        found = {**self._headers(who), **(headers or {})}
        return await self._client.post(f"/routing/work-orders/{ticket}/{step}", json=body, headers=found)

    async def ok(self, who: str, step: str, ticket: str = "tkt_1", **body: Any) -> dict[str, Any]:
        answer = await self.step(who, step, ticket, **body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def no(self, who: str, step: str, ticket: str = "tkt_1", **body: Any) -> tuple[int, str, str | None]:
        answer = await self.step(who, step, ticket, **body)
        problem = answer.json()
        return answer.status_code, problem["code"], problem.get("clause")


@pytest.fixture
async def hotline(tmp_path: Path) -> AsyncIterator[Hotline]:
    found = Hotline(tmp_path)
    yield found
    await found.close()


# --- the loop ---


async def test_an_order_goes_from_desk_to_desk(hotline: Hotline) -> None:
    await hotline.opened(area="jinan/lixia")
    assert (await hotline.ok("agent", "dispatch", unit="jinan"))["stage"] == "dispatched"
    assert (await hotline.ok("unit:jinan", "sign"))["stage"] == "in_progress"
    await hotline.ok("unit:jinan", "contact")
    await hotline.ok("unit:jinan", "appoint", **{"for": "2026-11-21T09:00:00+08:00"})
    await hotline.ok("unit:jinan", "on-site")
    await hotline.ok("unit:jinan", "complete")
    assert (await hotline.ok("unit:jinan", "reply", **REPLY))["stage"] == "replied"
    order = await hotline.ok("agent", "review", approved=True)
    assert (order["stage"], order["accepts"]) == ("callback", [])
    assert [event.data.short_type() for event in hotline.outbox.events] == [
        "ticket.dispatched",
        "ticket.signed",
        "ticket.contacted",
        "ticket.appointed",
        "ticket.arrived",
        "ticket.completed",
        "ticket.replied",
        "ticket.reply_approved",
    ]
    assert {event.data.model_dump()["by"]["subject"] for event in hotline.outbox.events} == {"agent-01", "unit-jinan"}


async def test_return_and_extension_go_over_their_desks(hotline: Hotline) -> None:
    await hotline.opened()
    await hotline.ok("agent", "dispatch", unit="zibo")
    await hotline.ok("unit:zibo", "return", ground="not_ours", reason="Jinan's street")
    await hotline.ok("agent", "accept-return", reason="corrected")
    await hotline.ok("agent", "dispatch", unit="jinan")
    due = FRIDAY_10 + timedelta(days=5)
    await hotline.hear(
        ClockStarted(at=FRIDAY_10, clock="reply", due=due, limit="3 working days", source="第十四条(四)")
    )
    until = (due + timedelta(days=1)).isoformat()
    order = await hotline.ok("unit:jinan", "request-extension", until=until, reason="part on order")
    assert order["extension_decider"] == "division"
    waiting = await hotline.get("division:luzhong", "work-orders", extension="division")
    assert [row["id"] for row in waiting.json()["items"]] == ["tkt_1"]
    assert (await hotline.ok("division:luzhong", "decide-extension", granted=True))["extensions"] == 1


async def test_a_major_complaint_is_reviewed_by_its_division_first(hotline: Hotline) -> None:
    await hotline.opened(ticket_type="complaint", grade=1)
    await hotline.ok("agent", "dispatch", unit="jinan")
    parts = dict.fromkeys(("investigation", "verification", "supervision", "rectification"), "written")
    await hotline.ok("unit:jinan", "reply", **REPLY, parts=parts)
    assert await hotline.no("agent", "review", approved=True) == (409, "order_division_first", "第十一条(二)")
    assert await hotline.no("division:lunan", "review", approved=True) == (404, "unknown_ticket", None)
    await hotline.ok("division:luzhong", "review", approved=True)
    assert (await hotline.ok("supervisor", "review", approved=True))["stage"] == "callback"


async def test_the_platforms_system_decides_on_its_own_orders(hotline: Hotline) -> None:
    gov = GovernmentOrder(platform="jinan-12345", order_no="J-1", due=FRIDAY_10 + timedelta(days=2))
    await hotline.opened(gov=gov)
    await hotline.ok("agent", "dispatch", unit="jinan")
    await hotline.hear(ClockStarted(at=FRIDAY_10, clock="reply", due=gov.due, source="第六条"))
    until = (gov.due + timedelta(days=1)).isoformat()
    await hotline.ok("unit:jinan", "request-extension", until=until, reason="r")
    refused = await hotline.no("division:luzhong", "decide-extension", granted=True)
    assert refused == (409, "order_extension_not_theirs", "第十五条(二)2")
    listed = (await hotline.get("integration", "work-orders")).json()["items"]
    assert [row["id"] for row in listed] == ["tkt_1"]
    await hotline.ok("integration", "decide-extension", granted=True, at=FRIDAY_10.isoformat())
    assert (await hotline.get("integration", "work-orders")).json()["items"] == []
    assert (await hotline.get("integration", "work-orders/tkt_1")).status_code == 200


async def test_who_replies_over_the_api_says_everything(hotline: Hotline) -> None:
    demands = tuple(Demand(number=number, type="fault") for number in (1, 2))
    await hotline.opened("tkt_1", subtype="meter_replacement")
    await hotline.opened("tkt_2", ticket_type="complaint", grade=3)
    await hotline.opened("tkt_3", demands=demands)
    for ticket in ("tkt_1", "tkt_2", "tkt_3"):
        await hotline.ok("agent", "dispatch", ticket, unit="jinan")
    assert (await hotline.no("unit:jinan", "reply", **REPLY))[1] == "order_attachments_missing"
    assert (await hotline.no("unit:jinan", "reply", "tkt_2", **REPLY))[2] == "第十一条(七)"
    assert (await hotline.no("unit:jinan", "reply", "tkt_3", **REPLY, answered=[2]))[1] == "order_demands_unanswered"
    assert (await hotline.ok("unit:jinan", "reply", **REPLY, attachments=[hotline.photo()]))["stage"] == "replied"


async def test_a_unit_encloses_what_its_own_people_uploaded_and_nothing_else(hotline: Hotline) -> None:
    await hotline.opened(subtype="meter_replacement")
    await hotline.ok("agent", "dispatch", unit="jinan")
    own = hotline.photo()
    for wrong in (
        {name: value for name, value in own.items() if name != "receipt"},
        own | {"receipt": own["receipt"][:-4] + "AAAA"},
        hotline.photo("m", "unit-zibo", "zibo"),
        hotline.photo("m", utility="other"),
    ):
        answer = await hotline.step("unit:jinan", "reply", **REPLY, attachments=[wrong])
        assert answer.status_code == 422, wrong
    of_a_colleague = hotline.photo("m", "unit-jinan-2", "jinan")
    await hotline.ok("unit:jinan", "reply", **REPLY, attachments=[of_a_colleague | {"sha256": "0" * 64}])
    enclosed = hotline.outbox.events[-1].data.attachments
    assert [file.sha256 for file in enclosed] == [of_a_colleague["sha256"]]


async def test_one_photo_sent_twice_is_one_photo(hotline: Hotline) -> None:
    await hotline.opened()
    await hotline.ok("agent", "dispatch", unit="jinan")
    await hotline.ok("unit:jinan", "reply", **REPLY, attachments=[hotline.photo(), hotline.photo()])
    assert len(hotline.outbox.events[-1].data.attachments) == 1


async def test_a_platforms_system_sees_and_moves_its_own_orders_alone(hotline: Hotline) -> None:
    gov = GovernmentOrder(platform="jinan-12345", order_no="J-1", due=FRIDAY_10 + timedelta(days=2))
    await hotline.opened(gov=gov)
    await hotline.ok("agent", "dispatch", unit="jinan")
    until = (FRIDAY_10 + timedelta(days=3)).isoformat()
    await hotline.hear(ClockStarted(at=FRIDAY_10, clock="reply", due=gov.due, source="第六条"))
    await hotline.ok("unit:jinan", "request-extension", until=until, reason="r")
    for stranger in ("integration:qingdao-12345", "integration:web"):
        assert (await hotline.get(stranger, "work-orders")).json()["items"] == []
        assert (await hotline.get(stranger, "work-orders/tkt_1")).status_code == 404
        assert (await hotline.no(stranger, "decide-extension", granted=True))[:2] == (404, "unknown_ticket")
    own = "integration:jinan-12345"
    assert [row["id"] for row in (await hotline.get(own, "work-orders")).json()["items"]] == ["tkt_1"]
    await hotline.ok(own, "decide-extension", granted=True)


async def test_a_unit_whose_name_looks_like_two_is_not_both(hotline: Hotline) -> None:
    await hotline.opened()
    await hotline.ok("agent", "dispatch", unit="jinan")
    odd = SeededUser("u", "u", (Role.UNIT,), units=("zibo,jinan",))
    assert (await hotline.step(odd, "sign")).status_code == 404
    both = SeededUser("u", "u", (Role.UNIT,), units=("zibo", "jinan"))
    assert (await hotline.step(both, "sign")).status_code == 200
    assert hotline.outbox.events[-1].data.by.within == ("jinan", "zibo")


# --- who may, and what is wrong ---


async def test_another_unit_neither_sees_nor_touches_the_order(hotline: Hotline) -> None:
    await hotline.opened()
    await hotline.ok("agent", "dispatch", unit="jinan")
    assert await hotline.no("unit:zibo", "sign") == (404, "unknown_ticket", None)
    number = "work-orders/KG20261120-tkt_1"
    for path in ("work-orders/tkt_1", number):
        assert (await hotline.get("unit:zibo", path)).json()["code"] == "unknown_ticket"
    assert (await hotline.get("unit:zibo", "work-orders")).json()["items"] == []


async def test_another_utility_knows_nothing_of_the_order(hotline: Hotline) -> None:
    await hotline.opened()
    for path in ("work-orders/tkt_1", "work-orders/KG20261120-tkt_1"):
        assert (await hotline.get("agent", path, utility="other")).status_code == 404
    assert (await hotline.get("agent", "work-orders", utility="other")).json()["items"] == []


@pytest.mark.parametrize(("who", "step"), [("unit:jinan", "dispatch"), ("agent", "sign"), ("admin", "reply")])
async def test_the_wrong_role_is_refused_with_the_right_ones(hotline: Hotline, who: str, step: str) -> None:
    await hotline.opened()
    answer = await hotline.step(who, step, unit="jinan")
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    name = step.replace("-", "_")
    assert answer.json()["accepts"] == [role.value for role in STEPS[name].roles]


async def test_the_wrong_stage_says_what_would_be_accepted_in_the_readers_language(hotline: Hotline) -> None:
    await hotline.opened()
    answer = await hotline.step("agent", "review", approved=True, headers=ENGLISH)
    problem = answer.json()
    assert (answer.status_code, problem["clause"], problem["accepts"]) == (409, "第十四条；第十五条(三)3", ["dispatch"])
    assert problem["detail"] == "The order is “accepted” and cannot take this step."
    assert "已受理" in (await hotline.step("agent", "review", approved=True)).json()["detail"]
    assert hotline.outbox.events == []


@pytest.mark.parametrize(
    ("age", "answer"),
    [
        (timedelta(0), (503, "ticket_on_its_way", "2")),
        (timedelta(minutes=9), (503, "ticket_on_its_way", "2")),
        (timedelta(minutes=10), (404, "unknown_ticket", None)),
    ],
)
async def test_a_ticket_that_was_just_accepted_elsewhere_is_on_its_way_and_not_unknown(
    hotline: Hotline, age: timedelta, answer: tuple[int, str, str | None]
) -> None:
    ticket = derived_id("tkt", FRIDAY_10 - age, "http/1")
    for found in (
        await hotline.step("agent", "dispatch", ticket, unit="jinan"),
        await hotline.get("agent", f"work-orders/{ticket}"),
    ):
        assert (found.status_code, found.json()["code"], found.headers.get("retry-after")) == answer
    await hotline.opened(ticket)
    await hotline.ok("agent", "dispatch", ticket, unit="jinan")
    for who, utility in (("agent", "water"), ("unit:zibo", UTILITY)):
        strangers = await hotline.get(who, f"work-orders/{ticket}", utility=utility)
        assert (strangers.status_code, strangers.json()["code"]) == (404, "unknown_ticket")


async def test_an_unknown_order_or_unit_or_word_is_refused(hotline: Hotline) -> None:
    assert (await hotline.no("agent", "dispatch", "tkt_9", unit="jinan"))[:2] == (404, "unknown_ticket")
    await hotline.opened()
    answer = await hotline.step("agent", "dispatch", unit="atlantis")
    assert (answer.status_code, "jinan" in answer.json()["accepts"]) == (409, True)
    answer = await hotline.step("agent", "dispatch", unit="jinan", round=7)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.round")
    answer = await hotline.step("agent", "dispatch")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.unit")
    await hotline.step("agent", "dispatch", unit="jinan")
    answer = await hotline.step("unit:jinan", "return", ground="mood", reason="r")
    assert (answer.status_code, "not_ours" in answer.json()["accepts"]) == (409, True)


@pytest.mark.parametrize(
    "too_much",
    [
        {"attachments": [{"receipt": "r"}] * 51},
        {"attachments": [{"receipt": "r" * 2001}]},
        {"parts": {f"part_{number}": "found" for number in range(51)}},
        {"parts": {"p" * 256: "found"}},
    ],
    ids=["enclosures", "a receipt", "parts", "a part's name"],
)
async def test_what_could_not_be_said_on_the_bus_is_refused_at_the_door(
    hotline: Hotline, too_much: dict[str, Any]
) -> None:
    await hotline.opened()
    await hotline.ok("agent", "dispatch", unit="jinan")
    assert (await hotline.step("unit:jinan", "reply", **REPLY, **too_much)).status_code == 422


async def test_nobody_reviews_or_decides_in_anothers_name(hotline: Hotline) -> None:
    await hotline.opened()
    for step, body in (("review", {"approved": True, "reviewer": "division"}), ("sign", {"by": SYSTEM.model_dump()})):
        who = "unit:jinan" if step == "sign" else "agent"
        assert (await hotline.step(who, step, **body)).status_code == 422


async def test_only_a_connected_system_tells_of_another_moment(hotline: Hotline) -> None:
    await hotline.opened()
    answer = await hotline.step("agent", "dispatch", unit="jinan", at="2026-11-20T09:00:00+08:00")
    assert (answer.status_code, answer.json()["code"]) == (403, "moment_not_yours")


async def test_a_repeated_step_is_answered_again_and_two_clerks_do_not_collide(hotline: Hotline) -> None:
    await hotline.opened()
    key = {"Idempotency-Key": "k1"}
    first = await hotline.step("agent", "dispatch", unit="jinan", headers=key)
    again = await hotline.step("agent", "dispatch", unit="jinan", headers=key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert len(hotline.outbox.events) == 1
    stale = await hotline.step("unit:jinan", "sign", headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    assert (await hotline.step("unit:jinan", "sign", headers={"If-Match": first.headers["etag"]})).status_code == 200


# --- lists, history, proposals ---


async def test_an_order_is_found_by_its_number_with_its_story(hotline: Hotline) -> None:
    await hotline.opened()
    await hotline.ok("agent", "dispatch", unit="jinan")
    hotline.clock.advance(timedelta(days=3))
    await hotline.shell.tick()
    answer = await hotline.get("unit:jinan", "work-orders/KG20261120-tkt_1", headers=ENGLISH)
    order = answer.json()
    assert (order["id"], order["unit_name"], order["stage_name"]) == ("tkt_1", "Jinan", "in progress")
    assert answer.headers["etag"] == '"3"'
    assert [(line["event"], line["clause"], line["text"]) for line in order["history"]] == [
        ("ticket.dispatched", "第十四条(四)", "Dispatched to Jinan (round 1)"),
        ("ticket.signed", "第十五条(三)1", "Jinan did not return it in time and counts as having accepted"),
    ]
    chinese = (await hotline.get("agent", "work-orders/tkt_1")).json()
    assert chinese["history"][0]["text"] == "派单至济南公司（第 1 次）"


async def test_every_step_has_a_line_in_both_languages(hotline: Hotline) -> None:
    await hotline.opened("tkt_1", ticket_type="service_application")
    await hotline.ok("agent", "dispatch", unit="jinan")
    await hotline.ok("unit:jinan", "appoint", **{"for": "2026-11-23T09:00:00+08:00"})
    await hotline.ok("unit:jinan", "decline", reason="no pipe")
    await hotline.ok("unit:jinan", "return", ground="not_ours", reason="r")
    await hotline.ok("agent", "refuse-return", reason="yours")
    await hotline.ok("unit:jinan", "reply", **REPLY)
    await hotline.ok("agent", "review", approved=False, grounds="too short")
    for language in ("zh", "en"):
        answer = await hotline.get("agent", "work-orders/tkt_1", headers={"Accept-Language": language})
        texts = [line["text"] for line in answer.json()["history"]]
        assert len(texts) == len(hotline.outbox.events)
        assert not any("{" in text or "None" in text for text in texts)
    assert "2026-11-23 09:00" in texts[3]


async def test_a_desks_list_shows_what_is_due_first_a_page_at_a_time(hotline: Hotline) -> None:
    for number in (1, 2, 3):
        await hotline.opened(f"tkt_{number}")
        due = FRIDAY_10 + timedelta(minutes=9 - number)
        await hotline.hear(ClockStarted(at=FRIDAY_10, clock="dispatch", due=due, source="x"), f"tkt_{number}")
    first = (await hotline.get("agent", "work-orders", limit=2)).json()
    assert [row["id"] for row in first["items"]] == ["tkt_3", "tkt_2"]
    rest = (await hotline.get("agent", "work-orders", limit=2, cursor=first["next"])).json()
    assert [row["id"] for row in rest["items"]] == ["tkt_1"]
    assert "next" not in rest or rest["next"] is None
    soon = (await hotline.get("agent", "work-orders", due_before=(FRIDAY_10 + timedelta(minutes=7)).isoformat())).json()
    assert [row["id"] for row in soon["items"]] == ["tkt_3"]


async def test_lists_are_narrowed_and_scoped(hotline: Hotline) -> None:
    for ticket, unit, ticket_type in (
        ("tkt_1", "jinan", "fault"),
        ("tkt_2", "zibo", "report"),
        ("tkt_3", "qingdao", "fault"),
    ):
        await hotline.opened(ticket, ticket_type=ticket_type)
        await hotline.ok("agent", "dispatch", ticket, unit=unit)
    await hotline.opened("tkt_4", ticket_type="complaint")
    await hotline.ok("agent", "invalid", "tkt_4", reason="mistaken company")

    async def listed(who: str, **query: Any) -> list[str]:
        return [row["id"] for row in (await hotline.get(who, "work-orders", order="number", **query)).json()["items"]]

    assert await listed("agent") == ["tkt_1", "tkt_2", "tkt_3"]
    assert await listed("agent", stage="closed") == ["tkt_4"]
    assert await listed("agent", number="KG20261120-tkt_4") == ["tkt_4"]
    assert await listed("agent", type="fault") == ["tkt_1", "tkt_3"]
    assert await listed("agent", unit="zibo") == ["tkt_2"]
    assert await listed("division:luzhong") == ["tkt_1", "tkt_2"]
    assert await listed("unit:jinan") == ["tkt_1"]
    assert await listed("unit:jinan", unit="zibo") == []
    assert (await hotline.get("admin", "work-orders")).status_code == 403


async def test_a_unit_told_of_an_alarm_by_phone_sees_it_before_the_order(hotline: Hotline) -> None:
    await hotline.opened(ticket_type="alarm")
    assert (await hotline.get("unit:jinan", "work-orders/tkt_1")).status_code == 404
    await hotline.ok("agent", "notify-by-phone", unit="jinan")
    assert [row["id"] for row in (await hotline.get("unit:jinan", "work-orders")).json()["items"]] == ["tkt_1"]
    await hotline.ok("unit:jinan", "on-site")


async def test_the_responsible_unit_is_proposed_from_category_and_area(hotline: Hotline) -> None:
    async def proposed(**asked: str) -> Any:
        return (await hotline.get("agent", "proposals", headers=ENGLISH, **asked)).json().get("unit")

    assert (await proposed(type="fault", area="jinan/lixia"))["id"] == "jinan"
    assert (await proposed(type="fault", area="yantai/penglai/x"))["advisory"] is True
    assert (await proposed(type="opinion", subtype="invoicing", area="jinan"))["name"] == "Finance department"
    assert await proposed(type="fault", area="moon") is None
    units = (await hotline.get("agent", "units")).json()
    assert {"id": "zibo", "name": "淄博公司", "kind": "unit", "division": "luzhong"}.items() <= units[2].items()


async def test_the_documentation_describes_every_step_in_groups(hotline: Hotline) -> None:
    paths = hotline.app.openapi()["paths"]
    for name in STEPS:
        operation = paths[f"/routing/work-orders/{{order}}/{name.replace('_', '-')}"]["post"]
        assert operation["tags"]
        assert operation["description"]
    tags = {tag for methods in paths.values() for operation in methods.values() for tag in operation.get("tags", ())}
    assert {tag.split()[0] for tag in tags} >= {"工单查询", "客服中心派单", "责任单位处理", "审核"}
