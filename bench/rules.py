"""What a pure step of the monitor costs: one fault from its opening to its close, without store or bus.

`python -m bench.rules`; the budget of a step is 20 us of processor time, of a dispatch that starts three clocks 200.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from time import thread_time
from typing import NamedTuple

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
ROUNDS, TIMES = 40, 50


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


class Cost(NamedTuple):
    """Of one step: the least processor time, in microseconds, and the calls of functions, which no machine changes."""

    microseconds: float
    calls: int

    def __str__(self) -> str:
        return f"{self.microseconds:6.0f} us {self.calls:5} calls"


def measured(procedure: Procedure) -> dict[str, Cost]:
    """What each step costs, by the name of its fact."""
    steps = dict(_steps(procedure))
    rounds = [{name: _time(step) for name, step in steps.items()} for _ in range(ROUNDS)]
    return {name: Cost(min(each[name] for each in rounds), _calls(step)) for name, step in steps.items()}


def _steps(procedure: Procedure) -> Iterator[tuple[str, Callable[[], object]]]:
    """Each step by itself, to be taken as often as one likes, because it is pure."""
    hears = decider().hears
    state: Sla | None = None
    for fact in story(procedure):
        step = partial(hears[type(fact)], state, fact, procedure)
        yield fact.short_type(), step
        outcome = step()
        assert isinstance(outcome, tuple)
        state = outcome[0]


def _time(step: Callable[[], object]) -> float:
    begun = thread_time()
    for _ in range(TIMES):
        step()
    return (thread_time() - begun) / TIMES * 1e6


def _calls(step: Callable[[], object]) -> int:
    seen: Counter[str] = Counter()
    sys.setprofile(lambda _frame, event, _argument: seen.update((event,)))
    try:
        step()
    finally:
        sys.setprofile(None)
    return seen["call"] + seen["c_call"]


def main() -> None:
    """Print a line a step, and the whole ticket."""
    found = measured(load_all().get(GAS))
    for name, cost in found.items():
        print(f"{name:22} {cost}")
    print(f"{'a whole ticket':22} {Cost(*map(sum, zip(*found.values(), strict=True)))}")


if __name__ == "__main__":
    main()
