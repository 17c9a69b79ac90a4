"""Short lives of tickets that close in real time, and the story that each service must then have told of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from kit.clock import RealClock
from procedures.loader import load_all
from services.callback.rules.windows import is_quiet
from tests.fleet import Persistent, eventually

UTILITY = "kunlun-gas-956100"
PARTS = dict.fromkeys(("investigation", "verification", "supervision", "rectification", "opinion"), "已完成")
MOST_URGES = 2
PATIENCE_SECONDS = 180

_KINDS = (
    ("fault", "stove", 5),
    ("fault", "meter", 3),
    ("opinion", None, 2),
    ("report", "gas_theft", 2),
    ("service_application", "safety_inspection", 2),
    ("complaint", "billing", 3),
    ("alarm", "leak", 2),
    ("query", None, 1),
    ("consultation", None, 2),
    ("praise", None, 1),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will happen to one request."""

    number: int
    type: str
    subtype: str | None = None
    answered: bool = False
    withdrawn: bool = False
    returned: bool = False
    rejected: bool = False
    urges: int = 0
    supplements: int = 0
    called: bool = False

    @property
    def urging_orders(self) -> int:
        """How many times the unit is urged; what comes after is supervision."""
        return min(self.urges, MOST_URGES)

    @property
    def closure(self) -> str:
        """How the ticket has to end."""
        if self.answered:
            return "answered"
        if self.withdrawn:
            return "withdrawn"
        if self.type in ("query", "praise"):
            return "no_callback_due"
        if not self.called:
            return "callback_waived"
        return "answered" if self.type == "consultation" else "satisfied"

    @property
    def stories(self) -> dict[str, list[str]]:
        """What each service but the monitor must have said, each so often; what a customer brings may come anywhere."""
        urged = ["ticket.urged"] * self.urging_orders + ["ticket.supervised"] * (self.urges > MOST_URGES)
        opened = ["ticket.opened", *["ticket.answered"] * self.answered]
        customer = [
            *opened,
            *urged,
            *["ticket.supplemented"] * self.supplements,
            *["ticket.withdrawn"] * self.withdrawn,
        ]
        calls = ["callback.planned", "callback.attempted", "callback.completed"] if self.called else []
        return {"/hotline/intake": customer, "/hotline/routing": self._routing(), "/hotline/callback": calls}

    def _routing(self) -> list[str]:
        if self.answered:
            return ["ticket.closed"]
        phoned = ["ticket.phone_notified"] if self.type == "alarm" else []
        brought = ["ticket.urge_delivered"] * (self.urging_orders + self.supplements)
        if self.withdrawn:
            return [*phoned, "ticket.dispatched", *brought, "ticket.closed"]
        returned = ["ticket.returned", "ticket.return_accepted", "ticket.dispatched"] if self.returned else []
        rejected = ["ticket.replied", "ticket.reply_rejected"] if self.rejected else []
        work = ["ticket.signed", "ticket.contacted", "ticket.completed"]
        end = ["ticket.replied", "ticket.reply_approved", "ticket.closed"]
        return [*phoned, "ticket.dispatched", *returned, *brought, *work, *rejected, *end]


def plans(count: int, seed: int) -> Iterator[Plan]:
    """Every shape of life, from one seed; nobody is to be called when that falls into quiet hours."""
    chance = Random(seed)
    may_call = _customers_may_be_called()
    weights = [weight for *_, weight in _KINDS]
    for number in range(count):
        ticket_type, subtype, _ = chance.choices(_KINDS, weights)[0]
        luck = chance.random
        answered = ticket_type in ("query", "consultation") and luck() < 0.5
        withdrawn = not answered and luck() < 0.06
        open_ended = not answered and not withdrawn
        returned = open_ended and luck() < 0.15
        yield Plan(
            number=number,
            type=ticket_type,
            subtype=subtype,
            answered=answered,
            withdrawn=withdrawn,
            returned=returned,
            rejected=open_ended and luck() < 0.15,
            # Pressed between a return and the next dispatch, urges go out as one: how many is nobody's to foresee.
            urges=chance.choice((0, 0, 0, 1, 2, 3)) if not answered and not returned else 0,
            supplements=int(not answered and luck() < 0.15),
            called=open_ended and may_call and ticket_type not in ("query", "praise") and luck() < 0.5,
        )


def _customers_may_be_called() -> bool:
    """Not if any of the next half hour is quiet (第十四条(九), R004-095)."""
    now = RealClock().now()
    procedure = load_all().in_force(UTILITY, now)
    moments = (now, now + timedelta(minutes=30))
    return not any(is_quiet(each, procedure) for each in moments)


@dataclass(slots=True)
class Life:
    """One request lived to its end by people who repeat what got no answer."""

    client: Persistent
    plan: Plan
    ticket: str | None = None

    async def live(self) -> None:
        """From the call to the last step; the services close the ticket by themselves then."""
        accepted = await self._post("agent", "/intake/requests", self._request(), "request")
        [placed] = accepted["tickets"]
        self.ticket = placed["ticket"]
        if self.plan.answered:
            return
        await self._dispatch("dispatch")
        await asyncio.gather(self._customer(), self._unit() if not self.plan.withdrawn else asyncio.sleep(0))
        await eventually(self._unit_knows, PATIENCE_SECONDS)
        if self.plan.withdrawn:
            await self._intake("withdrawal", {"reason": "已自行解决"}, "withdrawal")
            return
        await self._review()

    async def _intake_knows(self) -> bool:
        """Before intake has heard of the unit, what a customer presses for goes out with the dispatch, as one."""
        found = await self.client.get("supervisor", f"/intake/tickets/{self.ticket}")
        return found.get("unit") is not None

    async def _customer(self) -> None:
        await eventually(self._intake_knows, PATIENCE_SECONDS)
        for number in range(self.plan.urges):
            await self._intake("urges", {"strong": True}, f"urge-{number}")
        for number in range(self.plan.supplements):
            await self._intake("supplements", {"text": f"补充第{number}次"}, f"supplement-{number}")

    async def _unit_knows(self) -> bool:
        """What the customer brings is noted on an open order only; so nobody closes it before that is heard."""
        order = await self.client.get("supervisor", f"/routing/work-orders/{self.ticket}")
        return bool(order["urges"] >= self.plan.urging_orders and order["supplements"] >= self.plan.supplements)

    async def _unit(self) -> None:
        if self.plan.returned:
            await self._order("unit:jinan", "return", {"ground": "not_ours", "reason": "不在辖区"})
            await self._order("agent", "accept-return", {})
            await self._order("agent", "dispatch", {"unit": "jinan"}, "dispatch-again")
        for step in ("sign", "contact", "complete"):
            await self._order("unit:jinan", step, {})
        if self.plan.rejected:
            await self._reply("reply-first")
            await self._order("agent", "review", {"approved": False, "grounds": "未说明结果"}, "reject")
        await self._reply("reply")

    async def _review(self) -> None:
        await self._order("agent", "review", {"approved": True})
        if self.plan.called:
            answers = {} if self.plan.type == "consultation" else {"solved": "yes", "satisfaction": 5}
            path = f"/callback/tickets/{self.ticket}/attempts"
            await self._post("agent", path, {"outcome": "connected", **answers}, "call")

    async def _dispatch(self, key: str) -> None:
        if self.plan.type == "alarm":
            await self._order("agent", "notify-by-phone", {"unit": "jinan"})
        await self._order("agent", "dispatch", {"unit": "jinan"}, key)

    async def _reply(self, key: str) -> None:
        parts = PARTS if self.plan.type == "complaint" else {}
        await self._order("unit:jinan", "reply", {"opinion": "已处理", "result": "已解决", "parts": parts}, key)

    async def _order(self, who: str, step: str, body: dict[str, Any], key: str | None = None) -> None:
        await self._post(who, f"/routing/work-orders/{self.ticket}/{step}", body, key or step)

    async def _intake(self, step: str, body: dict[str, Any], key: str) -> None:
        await self._post("agent", f"/intake/tickets/{self.ticket}/{step}", body, key)

    async def _post(self, who: str, path: str, body: dict[str, Any], key: str) -> Any:
        return await self.client.post(who, path, body, f"{self.plan.number}-{key}")

    def _request(self) -> dict[str, Any]:
        plan = self.plan
        body: dict[str, Any] = {
            "channel": "web",
            "type": plan.type,
            "text": "灶具打不着火，换过电池也不行",
            "area": "jinan/lixia",
            "customer": {"name": "测试", "contact": f"138{plan.number:08d}", "address": f"泉城路{plan.number}号"},
            "call_wish": {"preference": "default" if plan.called else "none"},
            "separate": True,
        }
        if plan.subtype is not None:
            body["subtype"] = plan.subtype
        if plan.type == "alarm":
            body |= {"situation": "气味明显", "precautions_given": True}
        if plan.type == "query":
            body["verified"] = True
        if plan.answered:
            body["answer"] = {"text": "已当即答复"}
        return body


async def live_all(client: Persistent, planned: list[Plan], at_once: int, ended: list[Life]) -> list[str]:
    """All lives, so many at a time; those that came to their end are added to `ended`, why others did not is said."""
    failures: list[str] = []
    places = asyncio.Semaphore(at_once)

    async def one(plan: Plan) -> None:
        life = Life(client, plan)
        async with places:
            try:
                await life.live()
                ended.append(life)
            except (AssertionError, TimeoutError) as error:
                failures.append(f"{plan}: {error}")

    await asyncio.gather(*(one(plan) for plan in planned))
    return failures
