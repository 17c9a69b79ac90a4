"""Drives one work order through the real rules under the real gas procedure, as a test tells it."""

from datetime import datetime, timedelta
from typing import Any

from contracts.clock import ClockStarted
from contracts.fact import SYSTEM, Actor, Fact
from contracts.refusal import Outcome, Refusal
from contracts.ticket import TicketOpened
from contracts.vocabulary import Channel
from procedures.loader import load_all
from procedures.model import Procedure
from services.routing.decider import DECIDER
from services.routing.rules import STEPS, WorkOrder, decide
from services.routing.rules.waking import wake

PROCEDURE = load_all().get("kunlun-gas-956100@2011-01-01")
FRIDAY_10 = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
MONDAY_10 = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
A_MOMENT = timedelta(milliseconds=1)


class Story:
    """An order opened on a Friday at ten; `now` is when the last thing happened."""

    def __init__(self, ticket_type: str = "fault", procedure: Procedure = PROCEDURE, **opened: Any) -> None:
        self.procedure = procedure
        self.now = FRIDAY_10
        self.said: list[Fact] = []
        fact = TicketOpened(
            at=FRIDAY_10,
            by=SYSTEM,
            procedure=procedure.ref,
            number="KG20261120-0001-5",
            channel=Channel.PHONE,
            ticket_type=ticket_type,
            customer_ref="cust_1",
            first_owner="agent-1",
            **opened,
        )
        found = DECIDER.hears[TicketOpened](None, fact, procedure)
        assert not isinstance(found, Refusal)
        self.order: WorkOrder = found[0]

    def attempt(
        self, step: str, /, at: datetime | None = None, by: Actor = SYSTEM, **fields: Any
    ) -> Outcome[WorkOrder]:
        """What the rules make of a step, a minute after the last unless said otherwise; nothing is kept."""
        self.now = at or self.now + timedelta(minutes=1)
        unsaid = {"attachments": None, "parts": None} if step == "reply" else {}
        words = unsaid | {word.removesuffix("_"): value for word, value in fields.items()}
        return decide(STEPS[step], self.order, STEPS[step].written(self.now, words, by), self.procedure)

    def do(self, step: str, /, at: datetime | None = None, by: Actor = SYSTEM, **fields: Any) -> list[str]:
        """The step is accepted; the names of what was said."""
        return self._keep(self.attempt(step, at, by, **fields))

    def refused(self, step: str, /, at: datetime | None = None, by: Actor = SYSTEM, **fields: Any) -> Refusal:
        """The step is refused, and why."""
        outcome = self.attempt(step, at, by, **fields)
        assert isinstance(outcome, Refusal), outcome
        return outcome

    def hear(self, fact: Fact) -> list[str]:
        """Another service's word reaches the order."""
        return self._keep(DECIDER.hears[type(fact)](self.order, fact, self.procedure))

    def wake(self) -> list[str]:
        """The moment the order asked to be woken at has come."""
        assert self.order.wake_at is not None
        return self._keep(wake(self.order, self.order.wake_at, self.procedure))

    def reply_clock_starts(self, at: datetime | None = None) -> datetime:
        """What sla_monitor says after a dispatch; returns the deadline."""
        order = self.order
        deadline = self.procedure.deadline(
            "reply",
            at or self.now,
            order.circumstances(self.procedure)[0],
            platform_due=order.gov.due if order.gov else None,
        )
        assert deadline is not None
        self.hear(
            ClockStarted(
                at=at or self.now,
                clock="reply",
                due=deadline.due,
                limit=str(deadline.binding.within) if deadline.binding.within else None,
                source=deadline.binding.source,
            )
        )
        return deadline.due

    def _keep(self, outcome: Outcome[WorkOrder]) -> list[str]:
        assert not isinstance(outcome, Refusal), outcome
        self.order, facts = outcome
        self.said.extend(facts)
        return [fact.short_type() for fact in facts]


def with_sections(**sections: Any) -> Procedure:
    """The gas procedure with other sections, as a file would state them."""
    return Procedure.model_validate(PROCEDURE.model_dump(mode="json", exclude_none=True, by_alias=True) | sections)


def unit(name: str, *more: str) -> Actor:
    """A handler of one unit."""
    return Actor(subject=f"handler-of-{name}", role="unit", scopes=(name, *more))


def division(name: str) -> Actor:
    """An officer of one division."""
    return Actor(subject=f"officer-of-{name}", role="division", scope=name)


AGENT = Actor(subject="agent-1", role="agent")
SUPERVISOR = Actor(subject="supervisor-1", role="supervisor")
PLATFORM = Actor(subject="12345", role="integration")
