"""Plays facts to the monitor's own decider, waking it when a clock asks for it, and keeps what was said."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contracts.clock import ClockFact
from contracts.fact import SYSTEM, Actor, Fact
from contracts.refusal import Refusal
from contracts.ticket import TicketDispatched, TicketOpened, TicketReplied, TicketSigned
from contracts.vocabulary import Channel, ClockState
from procedures.loader import load_all
from procedures.model import Procedure
from services.sla_monitor.decider import decider
from services.sla_monitor.rules import Sla, SlaClock

SHANGHAI = ZoneInfo("Asia/Shanghai")
GAS = load_all().get("kunlun-gas-956100@2011-01-01")
UNIT = Actor(subject="u1", role="unit", scope="jinan")


def at(text: str) -> datetime:
    """`11-20 16:50` of 2026 in Shanghai; 2026-11-20 is a Friday."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


class Journey:
    """One subject's way through the monitor."""

    def __init__(self, procedure: Procedure = GAS, grace: timedelta = timedelta(0)) -> None:
        self.procedure = procedure
        self.decider = decider(grace)
        self.found: Sla | None = None
        self.said: list[Fact] = []

    @property
    def state(self) -> Sla:
        assert self.found is not None
        return self.found

    def hear(self, *facts: Fact) -> "Journey":
        """Each fact at its moment, with everything due before it having happened."""
        for fact in facts:
            self.wait(fact.at - timedelta(milliseconds=1))
            self.hear_late(fact)
        return self

    def wake(self, now: datetime) -> "Journey":
        """One wake-up, however late."""
        assert self.decider.wake is not None
        self._take(self.decider.wake(self.state, now, self.procedure))
        return self

    def hear_late(self, fact: Fact) -> None:
        """A fact that was on its way while time passed."""
        self._take(self.decider.hears[type(fact)](self.found, fact, self.procedure))

    def wait(self, until: datetime) -> "Journey":
        """Let time pass, waking the monitor when it asked for it."""
        assert self.decider.wake is not None
        while self.found is not None and self.found.wake_at is not None and self.found.wake_at <= until:
            self._take(self.decider.wake(self.found, self.found.wake_at, self.procedure))
        return self

    def _take(self, outcome: Any) -> None:
        assert not isinstance(outcome, Refusal)
        self.found, facts = outcome
        self.said.extend(facts)

    def clock(self, name: str) -> SlaClock:
        found = self.state.latest(name)
        assert found is not None, f"no {name} clock"
        return found

    def states(self) -> dict[str, str]:
        """The latest run of every clock."""
        return {clock.name: clock.state.value for clock in self.state.clocks}

    def of(self, name: str) -> list[str]:
        """What was said of one clock, in order."""
        return [fact.short_type() for fact in self.said if isinstance(fact, ClockFact) and fact.clock == name]

    def all_said(self, kind: type[Fact]) -> list[Any]:
        return [fact for fact in self.said if isinstance(fact, kind)]


def opened(moment: datetime, ticket_type: str = "fault", **more: Any) -> TicketOpened:
    fields = {
        "procedure": GAS.ref,
        "number": "KG-1",
        "channel": Channel.WEB,
        "area": "jinan/lixia",
        "customer_ref": "cust_1",
        "first_owner": "agent-1",
    }
    return TicketOpened(at=moment, by=SYSTEM, ticket_type=ticket_type, **(fields | more))


def dispatched(
    moment: datetime, unit: str = "jinan", division: str | None = "luzhong", **more: Any
) -> TicketDispatched:
    return TicketDispatched(at=moment, by=SYSTEM, unit=unit, division=division, **({"round": 1} | more))


def signed(moment: datetime, **more: Any) -> TicketSigned:
    return TicketSigned(at=moment, by=UNIT, unit="jinan", **more)


def replied(moment: datetime) -> TicketReplied:
    return TicketReplied(at=moment, by=UNIT, unit="jinan", opinion="valve replaced", result="done")


def running(clocks: Iterable[SlaClock]) -> set[str]:
    return {clock.name for clock in clocks if clock.state is ClockState.RUNNING}
