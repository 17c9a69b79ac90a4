"""A planned request lived through, from the first word to the close."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.vocabulary import CallOutcome, ContactFailure, ExtensionDecider
from hotline.api import Refused
from hotline.demo.desks import HOUR, MINUTE, Desk, Lives
from hotline.demo.plans import Plan
from hotline.demo.requests import request_body
from procedures.model.part import stated


async def live(lives: Lives, plan: Plan) -> None:
    """One request and everybody who deals with it."""
    await lives.pace.until(plan.written_down_at)
    desk = await lives.accept(request_body(plan, lives.procedure.types[plan.type]), str(plan.number))
    desk.ends(plan.closure)
    try:
        await _Life(plan, desk).work()
    except Refused as refused:
        lives.refused.append(f"{desk.number} {plan.type}: {refused}")


@dataclass(slots=True)
class _Life:
    plan: Plan
    desk: Desk

    async def work(self) -> None:
        if self.plan.answered_at_once:
            return
        await self._dispatch()
        if self.plan.withdrawn:
            await self.desk.after(HOUR)
            await self.desk.front("withdrawal", reason=self.plan.said.withdrawn)
            return
        if self.plan.return_ground:
            await self._return()
        await self.desk.lives.pace.together(self._handle(), self._urge())
        await self._reply_until_passed()
        if self.plan.template is not None and await self.desk.stage() == "callback":
            await self.desk.centre("tell", template=self.plan.template)
        await self._call_back()

    async def _dispatch(self) -> None:
        await self.desk.after(self.plan.dispatch_after)
        area, kind = self.plan.area, self.plan.type
        proposal = await self.desk.lives.api.get("agent", "/routing/proposals", area=area, type=kind)
        await self.desk.dispatch(proposal["unit"]["id"])

    async def _return(self) -> None:
        await self.desk.after(HOUR)
        await self.desk.of_unit("return", ground=self.plan.return_ground, reason=self.plan.said.returned)
        await self.desk.after(20 * MINUTE)
        await self.desk.centre("accept-return", reason=self.plan.said.taken_back)
        await self.desk.after(5 * MINUTE)
        await self.desk.centre("dispatch", unit=self.desk.unit)

    async def _handle(self) -> None:
        await self.desk.after(self.plan.sign_after)
        await self.desk.of_unit("sign")
        await self.desk.after(self.plan.contact_after)
        await self.desk.of_unit("contact")
        if self.desk.rules.has("phone_first"):
            await self.desk.of_unit("on-site")
        if self.plan.lacks:
            await self._await_material()
        if self.plan.not_at_home:
            await self.desk.of_unit("fail-contact", outcome=ContactFailure.NOT_AT_HOME.value)
        if self.plan.extended:
            await self._extend()
        await self.desk.after(self.plan.reply_after)
        await self.desk.of_unit("complete")

    async def _await_material(self) -> None:
        await self.desk.of_unit("ask-material", items=list(self.plan.lacks))
        await self.desk.after(30 * HOUR)
        await self.desk.of_unit("complete-material")

    async def _extend(self) -> None:
        order = await self.desk.order()
        until = datetime.fromisoformat(order["due"]) + timedelta(days=2)
        await self.desk.of_unit("request-extension", until=until.isoformat(), reason=self.plan.said.extended)
        await self.desk.after(HOUR)
        await self.desk.as_(self._decider(order), "decide-extension", granted=True)

    def _decider(self, order: dict[str, Any]) -> str:
        """Whoever the procedure names for this order; where there is no division, the centre."""
        rules = stated(self.desk.lives.procedure.extension)
        setting = (order.get("gov") and rules.platform_order_decided_by) or rules.decided_by
        if setting.value is ExtensionDecider.PLATFORM:
            return "integration"
        division = order.get("division")
        return f"division:{division}" if division and setting.value is ExtensionDecider.DIVISION else "supervisor"

    async def _urge(self) -> None:
        for number in range(self.plan.urges):
            await self.desk.after((8 + 6 * number) * HOUR)
            if await self.desk.stage() not in ("dispatched", "in_progress"):
                return
            await self.desk.front("urges")

    async def _reply_until_passed(self) -> None:
        await self._reply()
        if self.plan.reply_rejected:
            await self.desk.after(30 * MINUTE)
            await self.desk.centre("review", approved=False, grounds=self.plan.said.rejected)
            await self.desk.after(2 * HOUR)
            await self._reply()
        await self.desk.after(40 * MINUTE)
        await self.desk.approve()

    async def _reply(self) -> None:
        await self.desk.after(30 * MINUTE)
        await self.desk.reply(self.plan.said.opinion, self.plan.said.result)

    async def _call_back(self) -> None:
        """Every call no earlier than the desk says; a mismatch sends the order back once."""
        sent_back = self.plan.send_back_ground is None
        calls = list(self.plan.calls)
        while calls and await self.desk.stage() == "callback":
            await self.desk.until_callable()
            outcome = calls.pop(0)
            mismatch = outcome is CallOutcome.CONNECTED and not sent_back
            await self._called(outcome, mismatch)
            if mismatch:
                sent_back = True
                calls.append(CallOutcome.CONNECTED)
                await self._reply_until_passed()

    async def _called(self, outcome: CallOutcome, mismatch: bool) -> None:
        if mismatch:
            basis = self.plan.said.sent_back
            await self.desk.called(outcome, mismatch=self.plan.send_back_ground, basis=basis)
        elif outcome is CallOutcome.CONNECTED:
            answers = {"solved": self.plan.solved, "satisfaction": self.plan.satisfaction}
            await self.desk.called(outcome, **{name: said for name, said in answers.items() if said is not None})
        else:
            await self.desk.called(outcome)
