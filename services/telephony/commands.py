"""What people ask of the switch from their desks: each at once or refused, and never kept for later."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, NamedTuple

from contracts.ids import ALWAYS, derived_id
from contracts.refusal import Refusal
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.http.problems import Problem
from kit.store.port import Equal, Query
from procedures.model import Procedure
from services.telephony.intake import Intake, IntakeAway
from services.telephony.line import Line
from services.telephony.people import Numbers
from services.telephony.port import CommandRefused, Dial, SwitchAway, SwitchPort
from services.telephony.rules import agent as of_agent
from services.telephony.rules import heard, telling
from services.telephony.rules.agent import Agent
from services.telephony.rules.call import Call
from services.telephony.rules.keys import agent_key
from services.telephony.statements import Statements

_MOST_STATIONS = 1_000
NO_SWITCH = Refusal("no_switch")


class Asker(NamedTuple):
    """Who asks, with what they may show intake that they are."""

    utility: str
    subject: str
    authorization: str


class Whom(NamedTuple):
    """Whom a call back is for: a ticket's customer or a missed caller. A `revisit` is the call that a ticket owes."""

    ticket: str | None = None
    missed: str | None = None
    revisit: bool = True

    @property
    def path(self) -> str:
        """Where intake has the number."""
        return f"tickets/{self.ticket}" if self.ticket is not None else f"missed-calls/{self.missed}"


@dataclass(frozen=True, slots=True)
class Commands:
    """The switch behind the API; `line` is None where no switch is set."""

    calls: Shell[Call]
    agents: Shell[Agent]
    intake: Intake
    numbers: Numbers | None
    line: Line | None
    queues: tuple[str, ...]
    signed_in: dict[str, str]

    async def call_back(self, asker: Asker, whom: Whom, station: str | None, cause: Cause) -> str:
        """Dial for a ticket or a missed caller; the id of the call. The same cause dials once.

        A revisit is asked of the callback desk first, which refuses it before anything rings.
        """
        switch, numbers = self._switch(), self._numbers()
        own = self._procedure()
        at = station or await self._station_of(asker)
        key = derived_id("call", ALWAYS, f"{asker.utility}/{cause.id}")
        try:
            if await self.calls.get(key, asker.utility) is not None:
                return key
            if whom.ticket is not None and whom.revisit:
                await self.intake.may_call_back(whom.ticket, key, asker.authorization)
            found = await self.intake.to_dial(whom.path, key, asker.authorization)
        except IntakeAway as error:
            raise Problem(Refusal("intake_away", params={"reason": str(error)[:200]}), status=503) from None
        party = numbers.party(found.number)
        asked = telling.Asked(
            key,
            self.calls.clock.now(),
            at,
            asker.subject,
            party,
            found.shown,
            whom.ticket,
        )
        done = await self.calls.do(
            key,
            lambda call, procedure: telling.begin(call, asked, procedure),
            utility=asker.utility,
            cause=cause,
            creates=own.ref,
        )
        assert isinstance(done, Done), done
        if done.created:
            await self._dialled(switch, Dial(key, at, found.number, found.shown, party.masked, whom.ticket), own)
        return key

    async def _dialled(self, switch: SwitchPort, dial: Dial, own: Procedure) -> None:
        try:
            await _asked(switch.call_back(dial))
        except Problem:
            now = self.calls.clock.now()
            statements = Statements(self.calls, self.agents, own.utility, f"/command/{dial.call}")
            of: dict[str, Any] = {"at": now, "procedure": own.ref, "linked": dial.call}
            await statements.hear([heard.Resulted(status="CHANUNAVAIL", **of), heard.Vanished(**of)])
            raise

    async def transfer(self, call: Call, asker: Asker, station: str) -> None:
        """Put the other party through, from the station of whoever asks."""
        await _asked(self._switch().transfer(await self._own_leg(call, asker), station))

    async def bring_in(self, call: Call, asker: Asker, number: str) -> None:
        """Three at once: the other party, whoever asks, and a third (GB/T 33358)."""
        mine = await self._own_leg(call, asker)
        talking = [leg_id for leg_id, leg in call.legs.items() if leg.ended is None and not leg.inner]
        theirs = [leg_id for leg_id in talking if call.legs[leg_id].station is None]
        await _asked(self._switch().bring_in(call.key, [*theirs[:1], mine], number, self._procedure().hotline))

    async def hang_up(self, call: Call, asker: Asker) -> None:
        """End the leg of whoever asks; the survey follows where the dial plan has one."""
        await _asked(self._switch().hang_up(await self._own_leg(call, asker)))

    async def pause(self, asker: Asker, station: str, reason: str | None) -> None:
        """Take no calls for a reason, or take them again."""
        await self._is_theirs(asker, station)
        await _asked(self._switch().pause(station, reason))

    async def sign(self, asker: Asker, station: str, *, on: bool) -> None:
        """Sit down at a station, or leave it: the queues follow, and events of it carry who sits there."""
        if not on:
            await self._is_theirs(asker, station)
        elif (other := await self._found(asker)) is not None and other.station != station:
            raise Problem(Refusal("signed_in_elsewhere", params={"station": other.station}))
        await _asked(self._switch().sign(station, self.queues, on=on))
        subject = asker.subject if on else None
        done = await self.agents.do(
            agent_key(asker.utility, station),
            lambda agent, procedure: of_agent.signed(agent, subject, station, self.agents.clock.now(), procedure),
            utility=asker.utility,
            cause=Cause(f"sign/{asker.subject}/{self.agents.clock.now().isoformat()}"),
            creates=self._procedure().ref,
        )
        assert isinstance(done, Done), done
        await self.see_who_is_signed_in(asker.utility)

    async def see_who_is_signed_in(self, utility: str) -> None:
        """So that what is heard of a station carries who sits there, whichever replica they asked."""
        found = await self.agents.store.find(Query(utility, order="station", limit=_MOST_STATIONS))
        self.signed_in.clear()
        self.signed_in.update({each.state.station: each.state.agent for each in found if each.state.agent is not None})

    async def _is_theirs(self, asker: Asker, station: str) -> None:
        document = await self.agents.get(agent_key(asker.utility, station), asker.utility)
        if document is None or document.state.agent not in (None, asker.subject):
            raise Problem(Refusal("not_your_station"), status=403)

    async def _found(self, asker: Asker) -> Agent | None:
        found = await self.agents.store.find(Query(asker.utility, (Equal("agent", asker.subject),), limit=1))
        return found[0].state if found else None

    async def _station_of(self, asker: Asker) -> str:
        found = await self._found(asker)
        if found is None:
            raise Problem(Refusal("no_station"))
        return found.station

    async def _own_leg(self, call: Call, asker: Asker) -> str:
        station = await self._station_of(asker)
        for leg_id, leg in call.legs.items():
            if leg.station == station and leg.ended is None and leg.up is not None:
                return leg_id
        raise Problem(Refusal("not_in_the_call"))

    def _switch(self) -> SwitchPort:
        if self.line is None:
            raise Problem(NO_SWITCH, status=503)
        try:
            return self.line.at_once()
        except SwitchAway as error:
            raise Problem(Refusal("switch_away", params={"reason": str(error)[:200]}), status=503) from None

    def _numbers(self) -> Numbers:
        if self.numbers is None:
            raise Problem(NO_SWITCH, status=503)
        return self.numbers

    def _procedure(self) -> Procedure:
        assert self.line is not None
        return self.line.procedure(self.calls.clock.now())


async def _asked(command: Awaitable[None]) -> None:
    """Raises Problem 503 for a switch that does not answer in time, 409 with its own words where it refuses."""
    try:
        await command
    except SwitchAway as error:
        raise Problem(Refusal("switch_away", params={"reason": str(error)[:200]}), status=503) from None
    except CommandRefused as error:
        raise Problem(Refusal("switch_refused", params={"reason": str(error)})) from None
