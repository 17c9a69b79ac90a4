"""Counts from our own documents, never from the switch's counters, which begin anew whenever it does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.vocabulary import AgentState, CallDirection
from kit.decide.fold import Cause
from kit.decide.shell import Shell
from kit.store.port import Condition, Document, Equal, Query, Range
from procedures.model import Procedure
from services.telephony.rules.agent import Agent
from services.telephony.rules.call import Call
from services.telephony.rules.figures import Figures, Row, figures
from services.telephony.rules.keys import queue_key
from services.telephony.rules.queue import Measured, Queue, Standing, told

_PAGE = 500
UNSTATED = timedelta(seconds=20)
"""The service level where a procedure states none: what most centres of the trade measure."""
_BUSY = frozenset({AgentState.TALKING, AgentState.RINGING, AgentState.WRAP_UP})


@dataclass(frozen=True, slots=True)
class Measuring:
    """The figures of one installation, by the procedure in force."""

    calls: Shell[Call]
    agents: Shell[Agent]
    queues: Shell[Queue]
    in_force: Callable[[str, datetime], Procedure]

    def level(self, utility: str, at: datetime) -> timedelta:
        """Within how long an answer counts for the service level."""
        rules = self.in_force(utility, at).telephony
        stated = rules.service_level_seconds if rules is not None else None
        return timedelta(seconds=stated.value) if stated is not None else UNSTATED

    async def rows(self, utility: str, since: datetime, until: datetime) -> list[Row]:
        """The calls to us that arrived in [since, until)."""
        found = await self._all(utility, "arrived_at", Range("arrived_at", since, until))
        return [_row(each.state) for each in found if each.state.direction is CallDirection.INBOUND]

    async def figures(self, utility: str, since: datetime, until: datetime, queue: str | None = None) -> Figures:
        """The shares of a period, of one queue or of the whole line."""
        rows = await self.rows(utility, since, until)
        own = [row for row in rows if queue in (None, row.queue)]
        return figures(own, since, until, self.level(utility, until))

    async def standing(self, utility: str, queue: str, now: datetime) -> Standing:
        """Who waits in a queue now, for how long, and who could answer."""
        waiting = await self._all(utility, "key", Equal("waiting_in", queue))
        joined = [each.state.waits[-1].joined or each.state.first_at for each in waiting]
        states = [agent.state for agent in await self.members(utility) if queue in agent.queues]
        longest = now - min(joined) if joined else timedelta(0)
        return Standing(
            waiting=len(joined),
            longest_wait_ms=max(0, round(longest.total_seconds() * 1000)),
            ready=states.count(AgentState.READY),
            busy=sum(state in _BUSY for state in states),
            paused=states.count(AgentState.PAUSED),
        )

    async def members(self, utility: str) -> list[Agent]:
        """Every station that the switch has shown."""
        found = await self.agents.store.find(Query(utility, order="station", limit=_PAGE))
        return [each.state for each in found]

    async def names(self, utility: str) -> list[str]:
        """Every queue that has a member or a caller."""
        waiting = await self._all(utility, "key", Equal("open", value=True))
        own = {wait.queue for each in waiting for wait in each.state.waits}
        return sorted(own | {queue for agent in await self.members(utility) for queue in agent.queues})

    async def tell(self, procedure: Procedure, now: datetime) -> None:
        """Say of every queue how it stands, where that has changed; counted since midnight of the utility's day."""
        zone = procedure.calendar.zone
        since = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
        for name in await self.names(procedure.utility):
            standing = await self.standing(procedure.utility, name, now)
            counted = await self.figures(procedure.utility, since, now, name)
            await self._tell(
                name,
                Measured(standing, counted, round(self.level(procedure.utility, now).total_seconds())),
                procedure,
                now,
            )

    async def _tell(self, name: str, found: Measured, procedure: Procedure, now: datetime) -> None:
        await self.queues.do(
            queue_key(procedure.utility, name),
            lambda queue, own: told(queue, name, now, found, own),
            utility=procedure.utility,
            cause=Cause(f"measure/{name}/{now.isoformat()}"),
            creates=procedure.ref,
        )

    async def _all(self, utility: str, order: str, *where: Condition) -> list[Document[Call]]:
        found: list[Document[Call]] = []
        after = None
        while True:
            page = await self.calls.store.find(Query(utility, where, order=order, limit=_PAGE, after=after))
            found += page
            if len(page) < _PAGE:
                return found
            last = page[-1]
            after = (last.key if order == "key" else last.state.first_at, last.key)


def _row(call: Call) -> Row:
    queue = call.waits[-1].queue if call.waits else None
    return Row(call.first_at, queue, call.outcome, call.answered_at is not None, call.waited_ms)
