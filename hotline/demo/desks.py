"""The hotline's desks as the people of a demonstration use them, one ticket at a time, over the HTTP APIs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

from contracts.vocabulary import CallOutcome, Closure
from hotline.api import Api, Refused
from hotline.pace import Pace
from procedures.model import Procedure, TypeRules
from procedures.model.types import ReplyPart

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
_SHORT = timedelta(minutes=12)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Ended:
    """How a ticket was to end and how it did."""

    ticket: str
    number: str
    type: str
    wanted: Closure
    found: str | None = None


@dataclass(slots=True)
class Lives:
    """Everything the people know of one another: the API, the pace, the procedure, what is finished, how fast."""

    api: Api
    pace: Pace
    run: str
    procedure: Procedure
    ended: list[Ended] = field(default_factory=list)
    requested: dict[str, float] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    async def accept(self, body: dict[str, Any], name: str) -> "Desk":
        """Hand a request to intake; what is done with its ticket from here on."""
        begun = perf_counter()
        accepted = await self.api.post("agent", "/intake/requests", body, key=f"{self.run}-{name}")
        placed = accepted["tickets"][0]
        return Desk(self, placed["ticket"], placed["number"], body["type"], perf_counter() - begun)

    async def look(self) -> None:
        """Ask how every ticket ended."""
        for ended in self.ended:
            order = await self.api.get("supervisor", f"/routing/work-orders/{ended.ticket}")
            ended.found = order.get("closure")

    @property
    def wrongly_ended(self) -> list[Ended]:
        """Tickets that did not end as they had to."""
        return [ended for ended in self.ended if ended.found != ended.wanted]


@dataclass(slots=True)
class Desk:
    """One ticket, and whoever works on it."""

    lives: Lives
    ticket: str
    number: str
    type: str
    spent: float
    unit: str = ""

    @property
    def rules(self) -> TypeRules:
        """What the procedure asks of its type."""
        return self.lives.procedure.types[self.type]

    async def dispatch(self, unit: str) -> None:
        """The work order, after a phone call where the type asks for one."""
        self.unit = unit
        if self.rules.has("phone_first"):
            await self.centre("notify-by-phone", unit=unit)
            await self.after(MINUTE)
        self.lives.requested.setdefault(self.ticket, perf_counter() - self.spent)
        await self.centre("dispatch", unit=unit)

    async def reply(self, opinion: str, result: str) -> None:
        """The unit's reply order, with the parts that the type asks for beside opinion and result."""
        asked = self.rules.reply.parts.value if self.rules.reply else ()
        parts = {part: "已完成" for part in asked if part not in tuple(ReplyPart)}
        await self.of_unit("reply", opinion=opinion, result=result, parts=parts)

    async def approve(self) -> None:
        """Pass the reply, the division first where the centre is told so."""
        try:
            await self.centre("review", approved=True)
        except Refused as refused:
            if refused.code != "order_division_first":
                raise
            await self.as_("division:" + (await self.order())["division"], "review", approved=True)
            await self.centre("review", approved=True)

    async def until_callable(self) -> None:
        """Wait until the customer may be called."""
        await self.after(10 * MINUTE)
        owed = await self.lives.api.get("agent", f"/callback/tickets/{self.ticket}")
        await self.lives.pace.until(datetime.fromisoformat(owed["not_before"]))

    async def called(self, outcome: CallOutcome, **said: Any) -> None:
        """One call to the customer; who finds that it has become too late in the evening calls when the desk says."""
        body = {"outcome": outcome.value, **said}
        try:
            await self.lives.api.post("agent", f"/callback/tickets/{self.ticket}/attempts", body)
        except Refused as refused:
            if refused.code != "quiet_hours":
                raise
            await self.lives.pace.until(datetime.fromisoformat(refused.problem["accepts"][0].removeprefix(">= ")))
            await self.lives.api.post("agent", f"/callback/tickets/{self.ticket}/attempts", body)

    async def order(self) -> dict[str, Any]:
        """The work order as the supervisor sees it."""
        found: dict[str, Any] = await self.lives.api.get("supervisor", f"/routing/work-orders/{self.ticket}")
        return found

    async def stage(self) -> str:
        """Where the ticket stands."""
        return str((await self.order())["stage"])

    async def after(self, wait: timedelta) -> None:
        """Short waits to the minute, long ones to the next ten minutes: fewer steps of the clock for everybody."""
        moment = self.lives.pace.now + wait
        await self.lives.pace.until(moment if wait < _SHORT else next_ten_minutes(moment))

    async def centre(self, step: str, **body: Any) -> None:
        """A step of the centre's."""
        await self.as_("agent", step, **body)

    async def of_unit(self, step: str, **body: Any) -> None:
        """A step of the responsible unit's."""
        await self.as_(f"unit:{self.unit}", step, **body)

    async def as_(self, who: str, step: str, **body: Any) -> None:
        """A step of anybody's."""
        await self.lives.api.post(who, f"/routing/work-orders/{self.ticket}/{step}", body)

    async def front(self, step: str, **body: Any) -> None:
        """A step at the front desk."""
        await self.lives.api.post("agent", f"/intake/tickets/{self.ticket}/{step}", body)

    def ends(self, wanted: Closure) -> None:
        """Note how it has to end."""
        self.lives.ended.append(Ended(self.ticket, self.number, self.type, wanted))


def next_ten_minutes(moment: datetime) -> datetime:
    """The moment itself, or the next full ten minutes."""
    return moment + (_EPOCH - moment) % timedelta(minutes=10)
