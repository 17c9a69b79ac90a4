"""The line to the switch: held by one replica; everything heard is saved, and what was missed is looked up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Protocol

import structlog
from ulid import ULID

from contracts.refusal import Outcome
from kit.clock import machine_now
from kit.decide.apart import each_apart
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.store.port import Equal, Query, StoreAway
from procedures.model import Procedure
from services.telephony.ami.queue_log import entries
from services.telephony.ami.queue_log import statements as of_log
from services.telephony.people import Numbers
from services.telephony.port import CommandRefused, LoginRefused, Snapshot, Statement, SwitchAway, SwitchPort
from services.telephony.rules import heard, lease, pending
from services.telephony.rules.agent import Agent
from services.telephony.rules.call import Call
from services.telephony.rules.lease import Lease, Watch
from services.telephony.rules.pending import Pending
from services.telephony.statements import Statements

log = structlog.get_logger(__name__)

_RETRY = (1.0, 2.0, 3.0, 5.0)
_AFTER_A_REFUSAL = 15.0
"""What only people mend: a wrong password, an account that may not do what is needed."""
_OVERLAP = timedelta(seconds=5)
"""A gap is looked up from a little before its beginning: heard twice is heard once."""

_MOST_OPEN = 10_000


class Open(Protocol):
    """Connects to the switch; raises SwitchAway or LoginRefused."""

    async def __call__(self) -> SwitchPort: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The documents that the line writes."""

    calls: Shell[Call]
    agents: Shell[Agent]
    numbers: Shell[Pending]
    leases: Shell[Lease]


@dataclass(slots=True)
class Line:
    """Runs as long as the service; `switch` is there while the switch is, for whoever has a command."""

    desk: Desk
    open: Open
    close: Callable[[SwitchPort], Awaitable[None]]
    procedure: Callable[[datetime], Procedure]
    numbers: Numbers
    queue_log: Path | None = None
    me: str = field(default_factory=lambda: str(ULID()))
    switch: SwitchPort | None = None
    holds: bool = False
    why: str = "not connected yet"
    _heard_at: datetime | None = None
    _watch: tuple[int, float] = (0, 0.0)
    _beat_at: float = 0.0

    async def run(self) -> None:
        """Connect, again and again; ends only when it is cancelled."""
        tries = 0
        while True:
            try:
                self.switch = await self.open()
                tries, self.why = 0, ""
                await self._connected(self.switch)
            except* (SwitchAway, CommandRefused) as group:
                error = group.exceptions[0]
                self.why = f"the switch refuses: {error}" if isinstance(error, CommandRefused) else str(error)
                wrong = not isinstance(error, SwitchAway) or isinstance(error, LoginRefused)
                log.error("switch.away", reason=self.why)
                pause = _AFTER_A_REFUSAL if wrong else _RETRY[min(tries, len(_RETRY) - 1)]
            tries += 1
            await asyncio.sleep(pause)

    def at_once(self) -> SwitchPort:
        """The switch, for a command; raises SwitchAway: nothing is kept for a switch that comes back later."""
        if self.switch is None:
            raise SwitchAway(self.why)
        return self.switch

    async def _connected(self, switch: SwitchPort) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hold(switch))
                group.create_task(self._listen(switch))
        finally:
            self.switch, held, self.holds = None, self.holds, False
            await self.close(switch)
            if held:
                await asyncio.shield(self._release())

    async def _listen(self, switch: SwitchPort) -> None:
        statements = self._statements()
        while True:
            facts = await switch.heard()
            if facts and self.holds:
                await self._take(statements, facts)

    def _statements(self) -> Statements:
        own = self.procedure(machine_now())
        return Statements(self.desk.calls, self.desk.agents, own.utility, f"/switch/{ULID()}")

    async def _take(self, statements: Statements, facts: Sequence[Statement]) -> None:
        """Saved whatever the store does meanwhile; what no rule can take is told and holds up nothing else."""
        while True:
            try:
                await self._keep_numbers()
                await each_apart(facts, statements.hear, _give_up)
            except ConnectionError as error:
                log.warning("line.waits", reason=str(error))
                await asyncio.sleep(1)
            else:
                self._heard_at = machine_now()
                return

    async def _keep_numbers(self) -> None:
        """Before anything is said of a call, its number is safe, on its way to intake's vault."""
        own = self.procedure(machine_now())
        for ref, sealed in tuple(self.numbers.new.items()):
            new = Pending(procedure=own.ref, sealed=sealed)
            cause = Cause(f"keep/{ref}")
            await self.desk.numbers.do(ref, partial(_kept, new=new), utility=own.utility, cause=cause, creates=own.ref)
            self.numbers.kept([ref])

    async def _hold(self, switch: SwitchPort) -> None:
        """Beat, and while the beat is mine, listen; a beat that could not be written in time is another's."""
        while True:
            mine = await self._beat()
            if mine and not self.holds:
                await switch.listen(on=True)
                self.holds = True
                await self._look_up(switch)
                log.info("line.held", by=self.me)
            elif self.holds and not mine:
                self.holds = False
                await switch.listen(on=False)
                log.warning("line.lost", by=self.me)
            await asyncio.sleep(lease.BEAT.total_seconds())

    async def _beat(self) -> bool:
        own = self.procedure(machine_now())
        watch = Watch(self._watch[0], timedelta(seconds=monotonic() - self._watch[1]))
        try:
            done = await self.desk.leases.do(
                f"line/{own.utility}",
                lambda found, _: lease.beaten(found, self.me, watch, self._heard_at, own.ref),
                utility=own.utility,
                cause=Cause(f"beat/{self.me}"),
                creates=own.ref,
            )
        except StoreAway:
            return (
                self.holds and monotonic() - self._beat_at < lease.SILENCE.total_seconds() - lease.BEAT.total_seconds()
            )
        assert isinstance(done, Done), done
        found = done.document.state
        if found.beat != self._watch[0]:
            self._watch = (found.beat, monotonic())
        if self._heard_at is None:
            self._heard_at = found.heard_at
        self._beat_at = monotonic()
        return found.holder == self.me

    async def _release(self) -> None:
        own = self.procedure(machine_now())
        try:
            await self.desk.leases.do(
                f"line/{own.utility}",
                lambda found, _: lease.released(found, self.me),
                utility=own.utility,
                cause=Cause(f"release/{self.me}"),
            )
        except ConnectionError as error:
            log.warning("line.not_released", reason=str(error))

    async def _look_up(self, switch: SwitchPort) -> None:
        """What stands now, what the switch wrote down of the time in which nobody listened, and what is no more."""
        snapshot = await switch.snapshot()
        own = self.procedure(snapshot.at)
        statements = self._statements()
        await self._take(statements, [*self._written(own, snapshot), *snapshot.statements])
        await self._take(statements, await self._over(own, snapshot))

    def _written(self, own: Procedure, snapshot: Snapshot) -> list[Statement]:
        since = self._heard_at
        if self.queue_log is None or since is None:
            return []
        try:
            found = [each for each in entries(self.queue_log, since - _OVERLAP) if each.leg not in snapshot.linked]
        except OSError as error:
            log.error("line.queue_log", reason=str(error))
            return []
        facts = [fact for each in found for fact in of_log(each, own.ref, self.numbers.party)]
        last = {fact.linked: fact.at for fact in facts}
        gone = [heard.Vanished(at=at, procedure=own.ref, linked=linked) for linked, at in last.items()]
        return [*facts, *gone]

    async def _over(self, own: Procedure, snapshot: Snapshot) -> list[Statement]:
        """Calls and legs that are known and that the switch knows no more."""
        query = Query(own.utility, (Equal("open", value=True),), limit=_MOST_OPEN)
        facts: list[Statement] = []
        for document in await self.desk.calls.store.find(query):
            call = document.state
            if call.first_at >= snapshot.at - _OVERLAP:
                continue
            if call.linked not in snapshot.linked and call.legs.keys().isdisjoint(snapshot.legs):
                facts.append(heard.Vanished(at=snapshot.at, procedure=own.ref, linked=call.linked))
                continue
            for leg_id, leg in call.legs.items():
                if leg.ended is None and leg_id not in snapshot.legs:
                    seen = heard.Seen(id=leg_id, station=leg.station, inner=leg.inner)
                    facts.append(heard.LegEnded(at=snapshot.at, procedure=own.ref, linked=call.linked, leg=seen))
        return facts


def _kept(known: Pending | None, _: Procedure, *, new: Pending) -> Outcome[Pending]:
    return pending.keep(known, new)


async def _give_up(fact: Statement, error: Exception) -> None:
    log.error("line.not_understood", statement=type(fact).__name__, exc_info=error)
