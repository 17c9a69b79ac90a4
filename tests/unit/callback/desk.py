"""A callback desk for one ticket: hears facts, takes calls down, keeps what was said or why it was refused."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from contracts.fact import SYSTEM, Actor, Fact
from contracts.refusal import Outcome, Refusal
from contracts.ticket import CallWish, TicketOpened, TicketReplied, TicketReplyApproved
from contracts.vocabulary import CallOutcome, CallPreference, Channel, Reviewer
from procedures.loader import load_all
from procedures.model import Procedure
from services.callback.decider import DECIDER
from services.callback.rules import CallBack, Calls, call_back

SHANGHAI = ZoneInfo("Asia/Shanghai")
GAS = load_all().get("kunlun-gas-956100@2011-01-01")
AGENT = Actor(subject="a1", role="agent")


def at(text: str) -> datetime:
    """`11-20 16:50` of 2026 in Shanghai; 2026-11-20 is a Friday."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


class Desk:
    """What happens to one ticket at the callback desk."""

    def __init__(self, procedure: Procedure = GAS) -> None:
        self.procedure = procedure
        self.found: Calls | None = None
        self.said: list[Fact] = []

    @property
    def state(self) -> Calls:
        assert self.found is not None
        return self.found

    def hear(self, *facts: Fact) -> "Desk":
        for fact in facts:
            assert self.take(DECIDER.hears[type(fact)](self.found, fact, self.procedure)) is None
        return self

    def call(self, moment: str, outcome: CallOutcome = CallOutcome.NO_ANSWER, **more: Any) -> Refusal | None:
        """Take one call down; the refusal, if it is refused."""
        command = CallBack(at=at(moment), by=AGENT, outcome=outcome, **more)
        return self.take(call_back(self.found, command, self.procedure))

    def take(self, outcome: Outcome[Calls]) -> Refusal | None:
        if isinstance(outcome, Refusal):
            return outcome
        self.found, facts = outcome
        self.said.extend(facts)
        return None

    def names(self) -> list[str]:
        return [fact.short_type() for fact in self.said]

    def last(self, kind: type[Fact]) -> Any:
        return [fact for fact in self.said if isinstance(fact, kind)][-1]


def opened(ticket_type: str = "fault", **more: Any) -> TicketOpened:
    fields = {
        "procedure": GAS.ref,
        "number": "KG-1",
        "channel": Channel.WEB,
        "customer_ref": "cust_1",
        "first_owner": "agent-1",
    }
    return TicketOpened(at=at("11-20 10:00"), by=SYSTEM, ticket_type=ticket_type, **(fields | more))


def wish(moment: str | None) -> CallWish:
    if moment is None:
        return CallWish(preference=CallPreference.NONE)
    return CallWish(preference=CallPreference.APPOINTED, at=at(moment))


def replied(moment: str) -> TicketReplied:
    return TicketReplied(at=at(moment), by=SYSTEM, unit="jinan", opinion="valve replaced", result="done")


def approved(moment: str, replied_at: str, *, final: bool = True) -> TicketReplyApproved:
    return TicketReplyApproved(
        at=at(moment), by=SYSTEM, reviewer=Reviewer.CENTRE, final=final, replied_at=at(replied_at)
    )


def planned(replied_at: str = "11-20 14:00", approved_at: str = "11-20 15:00", **more: Any) -> Desk:
    """A ticket whose reply passed review."""
    procedure = more.pop("procedure", GAS)
    ticket_type = more.pop("ticket_type", "fault")
    return Desk(procedure).hear(opened(ticket_type, **more), replied(replied_at), approved(approved_at, replied_at))
