"""The people around one hotline whose clock is stepped: the centre, units, divisions, platforms; and time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from contracts.envelope import Event
from contracts.topics import TICKETS
from procedures.loader import load_all
from services.registry import speaking_on
from tests.listening import events_on, once
from tests.running import HotlineProcess, Tokens

UTILITY = "kunlun-gas-956100"
ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
TELLERS = [service.prefix for service in speaking_on(TICKETS)]
COMPLAINT_PARTS = dict.fromkeys(("investigation", "verification", "supervision", "rectification", "opinion"), "已完成")

_CUSTOMERS = count(1)
_PROCEDURE = load_all().in_force(UTILITY, datetime(2026, 11, 20, tzinfo=ZONE))

PERSONAL: set[str] = set()
"""Everything about people that any journey told: none of it may be found on the bus or in a log."""


def customer() -> dict[str, str]:
    """Somebody who never called before."""
    number = next(_CUSTOMERS)
    person = {
        "name": f"欧阳测试{number:04d}",
        "contact": f"1380531{number:04d}",
        "address": f"泉城路{number:04d}弄7号楼2单元301",
        "id_number": f"37010219800101{number:04d}",
    }
    PERSONAL.update(person.values())
    return person


def request(ticket_type: str, now: datetime, **more: Any) -> dict[str, Any]:
    """A call about something nobody called about before, with everything its type asks for."""
    body: dict[str, Any] = {
        "channel": "phone",
        "type": ticket_type,
        "text": "客户来电反映情况，请尽快处理",
        "area": "jinan/lixia",
        "customer": customer(),
        "call_wish": {"preference": "default"},
        "reason_explained": True,
        "separate": True,
        "ended_at": now.isoformat(),
    }
    if ticket_type == "alarm":
        body |= {"situation": "厨房气味明显", "precautions_given": True}
    if ticket_type == "query":
        body |= {"verified": True}
    return {name: value for name, value in {**body, **more}.items() if value is not None}


class Office:
    """Asks the system as anybody, and moves its clock; `now` is where time stands."""

    def __init__(self, hotline: HotlineProcess, var: Path, now: datetime, utility: str = UTILITY) -> None:
        self.hotline = hotline
        self.var = var
        self.now = now
        self._tokens = Tokens(var, utility)
        self._client = httpx.AsyncClient(base_url=hotline.address, timeout=90, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def until(self, moment: datetime) -> datetime:
        """Step forward; everything due before the moment has happened then."""
        response = await self.ask("POST", "admin", "/clock", {"now": moment.isoformat()})
        assert response.status_code == 200, response.text
        self.now = moment
        return moment

    async def wait(self, **duration: float) -> datetime:
        """Let so much time pass: `minutes=5`, `days=1`."""
        return await self.until(self.now + timedelta(**duration))

    async def settle(self) -> None:
        """Wait until what was said is heard and answered everywhere."""
        await self.until(self.now)

    async def monday(self, clock: str = "09:00") -> datetime:
        """Step to the next Monday of a week with five working days and an ordinary week after it."""
        return await self.until(next(_plain_mondays(self.now, clock)))

    async def ask(
        self, method: str, who: str | None, path: str, body: object = None, query: Any = None, **headers: str
    ) -> httpx.Response:
        """Any request as anybody (None: nobody); `If_Match="…"` names a header."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if who is not None:
            named["Authorization"] = f"Bearer {self._tokens(who)}"
        return await self._client.request(method, path, json=body, params=query, headers=named)

    async def get(self, who: str, path: str, **query: Any) -> Any:
        """What somebody is shown."""
        response = await self.ask("GET", who, path, query=query)
        assert response.status_code == 200, response.text
        return response.json()

    async def do(self, who: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Any:
        """A command that is carried out."""
        response = await self.ask("POST", who, path, dict(body or {}), **headers)
        assert response.is_success, f"{path}: {response.text}"
        return response.json()

    async def refused(self, who: str | None, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A command that is not: the problem document."""
        response = await self.ask("POST", who, path, dict(body or {}), Accept_Language="en")
        assert response.headers["content-type"].startswith("application/problem+json"), response.text
        problem: dict[str, Any] = response.json()
        assert problem["status"] == response.status_code
        return problem

    async def upload(self, who: str, name: str, content: bytes, media_type: str) -> dict[str, Any]:
        """A file that is taken; what comes back can be enclosed."""
        headers = {"Authorization": f"Bearer {self._tokens(who)}"}
        files = {"file": (name, content, media_type)}
        response = await self._client.post("/intake/attachments", files=files, headers=headers)
        assert response.status_code == 201, response.text
        found: dict[str, Any] = response.json()
        return found

    async def accepted(self, ticket_type: str, *, by: str = "agent", **more: Any) -> Order:
        """A request at this moment that becomes one ticket."""
        answer = await self.do(by, "/intake/requests", request(ticket_type, self.now, **more))
        [ticket] = answer["tickets"]
        return Order(self, ticket["ticket"], ticket["number"], ticket_type)

    async def dispatched(self, ticket_type: str, unit: str = "jinan", **more: Any) -> Order:
        """A request that lies at a unit already."""
        order = await self.accepted(ticket_type, **more)
        await order.dispatch(unit)
        return order


def _plain_mondays(after: datetime, clock: str) -> Iterator[datetime]:
    hour, minute = map(int, clock.split(":"))
    day = after.astimezone(ZONE).replace(hour=hour, minute=minute, second=0, microsecond=0)
    while True:
        if day >= after and day.weekday() == 0 and _plain(day):
            yield day
        day += DAY


def _plain(monday: datetime) -> bool:
    days = [(monday + n * DAY).date() for n in range(14)]
    return all(_PROCEDURE.calendar.is_working_day(day) is (day.weekday() < 5) for day in days)


class Order:
    """One ticket and the steps that people take on it."""

    def __init__(self, office: Office, ticket: str, number: str, ticket_type: str) -> None:
        self.office = office
        self.id = ticket
        self.number = number
        self.type = ticket_type
        self.unit = ""

    @property
    def path(self) -> str:
        """The work order in routing's API."""
        return f"/routing/work-orders/{self.id}"

    async def centre(self, step: str, **body: Any) -> Any:
        """A step of the dispatch desk."""
        return await self.office.do("agent", f"{self.path}/{step}", body)

    async def at_unit(self, step: str, **body: Any) -> Any:
        """A step of the unit where the order lies."""
        return await self.office.do(f"unit:{self.unit}", f"{self.path}/{step}", body)

    async def refused(self, who: str, step: str, **body: Any) -> dict[str, Any]:
        """A step on the order that is refused."""
        return await self.office.refused(who, f"{self.path}/{step}", body)

    async def dispatch(self, unit: str = "jinan") -> None:
        """Send it to a unit, an alarm by phone first."""
        if self.type == "alarm":
            await self.centre("notify-by-phone", unit=unit)
        await self.centre("dispatch", unit=unit)
        self.unit = unit

    async def reply(self, **more: Any) -> None:
        """The unit's reply, with the parts that its type asks for."""
        parts = COMPLAINT_PARTS if self.type == "complaint" else {}
        await self.at_unit("reply", **{"opinion": "已上门处理并说明", "result": "已解决", "parts": parts, **more})

    async def pass_review(self) -> None:
        """The centre passes the reply."""
        await self.centre("review", approved=True)

    async def called(self, outcome: str = "connected", **answers: Any) -> Any:
        """A call to the customer."""
        return await self.office.do("agent", f"/callback/tickets/{self.id}/attempts", {"outcome": outcome, **answers})

    async def not_called(self, outcome: str = "connected", **answers: Any) -> dict[str, Any]:
        """A call that may not be recorded."""
        body = {"outcome": outcome, **answers}
        return await self.office.refused("agent", f"/callback/tickets/{self.id}/attempts", body)

    async def urge(self, **body: Any) -> Any:
        """The customer presses."""
        return await self.office.do("agent", f"/intake/tickets/{self.id}/urges", body)

    async def seen(self, who: str = "supervisor") -> dict[str, Any]:
        """The work order with its history, once everything that was said is heard."""
        await self.office.settle()
        found: dict[str, Any] = await self.office.get(who, self.path)
        return found

    async def stage(self) -> str:
        return str((await self.seen())["stage"])

    async def clock(self, name: str) -> dict[str, Any]:
        """The latest run of a clock."""
        return (await self.clocks())[name]

    async def clocks(self) -> dict[str, dict[str, Any]]:
        """The latest run of every clock, its due moment in local time."""
        await self.office.settle()
        found = await self.office.get("supervisor", f"/sla/tickets/{self.id}/clocks")
        return {clock["clock"]: {**clock, "due": _local(clock["due"])} for clock in found["clocks"]}

    async def said(self) -> list[str]:
        """The names of everything any service said about it, as the services tell it."""
        await self.office.settle()
        told = [await self.office.get("supervisor", f"/{teller}/events/{self.id}") for teller in TELLERS]
        return [event["type"].removeprefix("hotline.").rpartition(".v")[0] for part in told for event in part]

    async def on_the_bus(self) -> list[Event]:
        """Everything said about it, in the order in which it lies on the bus."""
        await self.office.settle()
        return [event for event in once(await events_on(self.office.hotline.bootstrap)) if event.subject == self.id]


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(ZONE)


def key() -> dict[str, str]:
    """An Idempotency-Key of its own."""
    return {"Idempotency_Key": str(uuid4())}
