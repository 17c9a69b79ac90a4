"""What a pure step of the monitor costs: one fault from its opening to its close, without store or bus.

`python -m bench.rules`; the budget of a step is 20 us of processor time, of a dispatch that starts three clocks 200.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import thread_time

from contracts.fact import SYSTEM, Fact
from contracts.ticket import (
    TicketClosed,
    TicketContacted,
    TicketDispatched,
    TicketOpened,
    TicketReplied,
    TicketSigned,
)
from contracts.vocabulary import Channel, Closure
from procedures.loader import load_all
from procedures.model import Procedure
from services.sla_monitor.decider import decider
from services.sla_monitor.rules import Sla

GAS = "kunlun-gas-956100@2011-01-01"
BEGUN = datetime(2026, 11, 20, 2, tzinfo=UTC)
ROUNDS, TICKETS = 15, 100


def story(procedure: Procedure) -> Iterator[Fact]:
    """What happens to one fault."""

    def at(minutes: int) -> datetime:
        return BEGUN + timedelta(minutes=minutes)

    yield TicketOpened(
        at=BEGUN,
        by=SYSTEM,
        procedure=procedure.ref,
        number="956100-20261120-00001-9",
        channel=Channel.PHONE,
        ticket_type="fault",
        subtype="stove",
        area="jinan/lixia",
        customer_ref="cust_1",
        first_owner="agent-01",
        call_ended_at=BEGUN,
    )
    yield TicketDispatched(at=at(2), by=SYSTEM, unit="jinan", division="luzhong", round=1)
    yield TicketSigned(at=at(5), by=SYSTEM, unit="jinan")
    yield TicketContacted(at=at(30), by=SYSTEM, unit="jinan")
    yield TicketReplied(at=at(60), by=SYSTEM, unit="jinan", opinion="igniter changed", result="works")
    yield TicketClosed(at=at(90), by=SYSTEM, closure=Closure.SATISFIED)


def measured(facts: list[Fact], procedure: Procedure) -> dict[str, float]:
    """The least processor time of each step over the rounds, in microseconds."""
    hears = decider(timedelta(0)).hears
    best = dict.fromkeys((fact.short_type() for fact in facts), float("inf"))
    for _ in range(ROUNDS):
        spent = dict.fromkeys(best, 0.0)
        for _ in range(TICKETS):
            state: Sla | None = None
            for fact in facts:
                begun = thread_time()
                outcome = hears[type(fact)](state, fact, procedure)
                spent[fact.short_type()] += thread_time() - begun
                assert isinstance(outcome, tuple)
                state = outcome[0]
        best = {name: min(best[name], spent[name] / TICKETS * 1e6) for name in best}
    return best


def main() -> None:
    """Print a line a step, and the whole ticket."""
    procedure = load_all().get(GAS)
    found = measured(list(story(procedure)), procedure)
    for name, microseconds in found.items():
        print(f"{name:22} {microseconds:6.0f} us")
    print(f"{'a whole ticket':22} {sum(found.values()):6.0f} us")


if __name__ == "__main__":
    main()
