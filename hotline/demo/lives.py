"""The people of the demonstration: each plan lived through, step by step, over the HTTP APIs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from contracts.vocabulary import CallOutcome, Closure, TicketType
from hotline.api import Api, Refused
from hotline.demo.plans import GROUND, Plan
from hotline.demo.requests import request_body
from hotline.pace import Pace

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_SHORT = timedelta(minutes=12)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Ended:
    """How a ticket was to end and how it did."""

    plan: Plan
    ticket: str
    number: str
    wanted: Closure
    found: str | None = None


@dataclass(slots=True)
class Lives:
    """Everything the people know of one another: the API, the pace, what is finished, how fast it went."""

    api: Api
    pace: Pace
    run: str
    ended: list[Ended] = field(default_factory=list)
    requested: dict[str, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    async def live(self, plan: Plan) -> None:
        """One request from the first word to the close."""
        await self.pace.until(plan.at)
        begun = perf_counter()
        accepted = await self.api.post("agent", "/intake/requests", request_body(plan), key=f"{self.run}-{plan.number}")
        spent = perf_counter() - begun
        ticket, number = accepted["tickets"][0]["ticket"], accepted["tickets"][0]["number"]
        try:
            await _Ticket(self, plan, ticket, spent).work()
        except Refused as refused:
            self.refused.append(f"{number} {plan.type}: {refused}")
        self.ended.append(Ended(plan, ticket, number, plan.closure))

    async def look(self) -> None:
        """Ask how every ticket ended."""
        for ended in self.ended:
            order = await self.api.get("supervisor", f"/routing/work-orders/{ended.ticket}")
            ended.found = order.get("closure")

    @property
    def astray(self) -> list[Ended]:
        """Tickets that did not end as they had to."""
        return [ended for ended in self.ended if ended.found != ended.wanted]


@dataclass(slots=True)
class _Ticket:
    """One ticket at its desks."""

    lives: Lives
    plan: Plan
    id: str
    spent: float
    unit: str = ""

    async def work(self) -> None:
        if self.plan.answered_at_once:
            return
        await self._dispatch()
        if self.plan.withdrawn:
            await self._after(_HOUR)
            await self._intake("withdrawal", reason="客户已自行解决")
            return
        if self.plan.returned:
            await self._return()
        await self.lives.pace.together(self._handle(), self._urge())
        await self._reply_until_passed()
        await self._call_back()

    async def _dispatch(self) -> None:
        await self._after(self.plan.talk + self.plan.dispatch_after)
        area, kind = self.plan.area, self.plan.type
        proposal = await self.lives.api.get("agent", "/routing/proposals", area=area, type=kind.value)
        self.unit = proposal["unit"]["id"]
        if kind is TicketType.ALARM:
            await self._centre("notify-by-phone", unit=self.unit)
            await self._after(_MINUTE)
        self.lives.requested[self.id] = perf_counter() - self.spent
        await self._centre("dispatch", unit=self.unit)

    async def _return(self) -> None:
        await self._after(_HOUR)
        await self._unit("return", ground=GROUND.value, reason="地址缺少门牌号")
        await self._after(20 * _MINUTE)
        await self._centre("accept-return", reason="已补充地址")
        await self._after(5 * _MINUTE)
        await self._centre("dispatch", unit=self.unit)

    async def _handle(self) -> None:
        await self._after(self.plan.sign_after)
        await self._unit("sign")
        await self._after(self.plan.contact_after)
        await self._unit("contact")
        if self.plan.type is TicketType.ALARM:
            await self._unit("on-site")
        if self.plan.extended:
            await self._extend()
        await self._after(self.plan.reply_after)
        await self._unit("complete")

    async def _extend(self) -> None:
        order = await self.lives.api.get(f"unit:{self.unit}", f"/routing/work-orders/{self.id}")
        until = self.lives.pace.now + timedelta(days=12)
        await self._unit("request-extension", until=until.isoformat(), reason="等待配件到货")
        await self._after(_HOUR)
        path = f"/routing/work-orders/{self.id}/decide-extension"
        decider = "integration" if order.get("gov") else f"division:{order['division']}"
        await self.lives.api.post(decider, path, {"granted": True})

    async def _urge(self) -> None:
        for number in range(self.plan.urges):
            await self._after((8 + 6 * number) * _HOUR)
            if await self._stage() not in ("dispatched", "in_progress"):
                return
            await self._intake("urges")

    async def _reply_until_passed(self) -> None:
        await self._reply()
        if self.plan.reply_rejected:
            await self._after(30 * _MINUTE)
            await self._centre("review", approved=False, grounds="未说明处理结果")
            await self._after(2 * _HOUR)
            await self._reply()
        await self._review()

    async def _reply(self) -> None:
        parts = dict.fromkeys(_COMPLAINT_PARTS, "已完成") if self.plan.type is TicketType.COMPLAINT else {}
        await self._after(30 * _MINUTE)
        await self._unit("reply", opinion="已上门处理并向客户说明", result="已解决", parts=parts)

    async def _review(self) -> None:
        await self._after(40 * _MINUTE)
        order = await self.lives.api.get("supervisor", f"/routing/work-orders/{self.id}")
        if order.get("grade") == 1:
            path = f"/routing/work-orders/{self.id}/review"
            await self.lives.api.post(f"division:{order['division']}", path, {"approved": True})
        await self._centre("review", approved=True)

    async def _call_back(self) -> None:
        """Every call no earlier than the desk says; a mismatch sends the order back once."""
        sent_back = not self.plan.sent_back
        calls = list(self.plan.calls)
        while calls and await self._stage() == "callback":
            await self._until_callable()
            outcome = calls.pop(0)
            mismatch = outcome is CallOutcome.CONNECTED and not sent_back
            await self._called(outcome, mismatch)
            if mismatch:
                sent_back = True
                calls.append(CallOutcome.CONNECTED)
                await self._reply_until_passed()

    async def _until_callable(self) -> None:
        await self._after(10 * _MINUTE)
        owed = await self.lives.api.get("agent", f"/callback/tickets/{self.id}")
        await self.lives.pace.until(datetime.fromisoformat(owed["not_before"]))

    async def _called(self, outcome: CallOutcome, mismatch: bool) -> None:
        body: dict[str, Any] = {"outcome": outcome.value}
        if outcome is CallOutcome.CONNECTED:
            body |= {"solved": self.plan.solved, "satisfaction": self.plan.satisfaction}
        if mismatch:
            body |= {"mismatch": "contradicts_facts", "basis": "客户说明问题没有解决", "solved": "no"}
        await self.lives.api.post("agent", f"/callback/tickets/{self.id}/attempts", body)

    async def _stage(self) -> str:
        order = await self.lives.api.get("supervisor", f"/routing/work-orders/{self.id}")
        return str(order["stage"])

    async def _after(self, wait: timedelta) -> None:
        """Short waits to the minute, long ones to the next ten minutes: fewer steps of the clock for everybody."""
        moment = self.lives.pace.now + wait
        await self.lives.pace.until(moment if wait < _SHORT else _next_ten_minutes(moment))

    async def _centre(self, step: str, **body: Any) -> None:
        await self.lives.api.post("agent", f"/routing/work-orders/{self.id}/{step}", body)

    async def _unit(self, step: str, **body: Any) -> None:
        await self.lives.api.post(f"unit:{self.unit}", f"/routing/work-orders/{self.id}/{step}", body)

    async def _intake(self, step: str, **body: Any) -> None:
        await self.lives.api.post("agent", f"/intake/tickets/{self.id}/{step}", body)


def _next_ten_minutes(moment: datetime) -> datetime:
    return moment + (_EPOCH - moment) % timedelta(minutes=10)


_COMPLAINT_PARTS = ("investigation", "verification", "supervision", "rectification", "opinion")
