"""An intake desk in memory, and the shortest way to say what a customer asks."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.refusal import Refusal
from contracts.vocabulary import Channel
from kit.clock import SteppedClock
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.run.ticker import Ticker
from kit.store.memory import MemoryStore
from kit.vault import Vault
from procedures.loader import load_all
from procedures.model import Procedure, RequestField
from services.intake.calls.following import Calls
from services.intake.decider import CALLS, CONTACTS, GROUPS, MATTERS, MISSED, NUMBERS, TICKETS
from services.intake.matters.clusters import Matters
from services.intake.matters.groups import Groups
from services.intake.matters.sighting import MatterIndex
from services.intake.requests.accepting import Accepted, accept, connect
from services.intake.requests.intake import Intake
from services.intake.rules.request import Request
from services.intake.rules.table import STEPS
from services.intake.rules.ticket import Ticket
from tests.outbox import Outbox

UTILITY = "kunlun-gas-956100"
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
"""Friday 2026-11-20 12:00 in Shandong."""

ALL_FIELDS = tuple(RequestField)


def gas() -> Procedure:
    """The gas procedure in force."""
    return load_all().in_force(UTILITY, NOON)


def asked(ticket_type: str = "fault", **said: Any) -> Request:
    """A complete request by phone; what is said overrides it."""
    given: dict[str, Any] = {
        "at": NOON,
        "channel": Channel.PHONE,
        "customer_ref": "cust_1",
        "type": None if "items" in said else ticket_type,
        "area": "jinan/lixia",
        "given": ALL_FIELDS,
        "verified": True,
    }
    return Request.model_validate(given | said)


class Desk:
    """Intake over memory with a clock that stands still."""

    def __init__(self, procedure: Procedure | None = None, index: MatterIndex | None = None) -> None:
        self.procedure = procedure or gas()
        self.clock = SteppedClock(NOON)
        self.outlet = Outbox()
        self._calls = 0

        def of(_: str) -> Procedure:
            return self.procedure

        def shell(decider: Any) -> Any:
            return Shell(decider, MemoryStore(decider.collection), self.outlet, self.clock, of, timedelta(0))

        self.tickets: Shell[Ticket] = shell(TICKETS)
        matters = Matters(shell(MATTERS), self.tickets, of, index)
        vault = Vault.ephemeral()
        calls = Calls(shell(CALLS), shell(MISSED), shell(NUMBERS), self.tickets, vault)
        self.intake = connect(Intake(self.tickets, shell(CONTACTS), matters, Groups(shell(GROUPS)), calls, vault, of))
        self.restart()

    def restart(self) -> None:
        """What only the process remembered is forgotten."""
        self.tickers = (Ticker(self.intake.contacts), Ticker(self.intake.matters.shell))

    async def receive(self, request: Request, cause: str | None = None, fingerprint: str = "") -> Accepted | Refusal:
        """Accept a request; each has its own cause unless one is given."""
        self._calls += 1
        because = Cause(cause or f"call-{self._calls}")
        return await accept(
            self.intake, request, self.procedure, utility=UTILITY, cause=because, fingerprint=fingerprint
        )

    async def tick(self) -> int:
        """Look after contacts and matters that are due; how many there were."""
        return sum([await ticker.tick() for ticker in self.tickers])

    async def open(self, request: Request) -> str:
        """Accept a request that makes one ticket; its id."""
        accepted = await self.receive(request)
        assert isinstance(accepted, Accepted), accepted
        (placed,) = accepted.placed
        return placed.ticket

    async def do(self, ticket: str, name: str, after: timedelta = timedelta(0), **said: Any) -> Done[Ticket] | Refusal:
        """One command on a ticket, `after` noon."""
        step = STEPS[name]
        command = step.written(NOON + after, said)
        self._calls += 1
        return await self.tickets.do(
            ticket,
            lambda state, procedure: step.rule(state, command, procedure),
            utility=UTILITY,
            cause=Cause(f"command-{self._calls}"),
        )

    async def state(self, ticket: str) -> Ticket:
        """The ticket as it stands."""
        document = await self.tickets.get(ticket, UTILITY)
        assert document is not None
        return document.state

    def said(self, ticket: str | None = None) -> list[str]:
        """Names of what was said, about one ticket or all."""
        return [event.data.short_type() for event in self.outlet.events if ticket in (None, event.subject)]

    def facts(self, ticket: str, kind: type) -> list[Any]:
        """What was said about a ticket, of one kind."""
        return [e.data for e in self.outlet.events if e.subject == ticket and isinstance(e.data, kind)]
