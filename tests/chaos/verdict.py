"""Counts what became of every accepted request: opened, closed, lost, doubled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.clock import ClockCancelled, ClockFact, ClockMet, ClockMissed, ClockStarted
from contracts.envelope import Event
from tests.chaos.lives import MOST_URGES, Life, Plan
from tests.fleet import Persistent

MONITOR = "/hotline/sla_monitor"


@dataclass
class Verdict:
    """`lost` and `doubled` hold a line for each thing that is missing, or there twice; `told_again` is no fault."""

    opened: int = 0
    closed: int = 0
    told_again: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.opened} opened, {self.closed} closed, {len(self.lost)} lost, {len(self.doubled)} doubled"
            f" ({self.told_again} events told again and dropped)"
        )


def judge_order(events: Sequence[Event], verdict: Verdict) -> list[Event]:
    """Per source and subject the numbers rise by one; a repeat says word for word what was said. The events once."""
    said: dict[tuple[str, str], list[Event]] = defaultdict(list)
    first: list[Event] = []
    for event in events:
        known = said[event.source, event.subject]
        if event.sequence <= len(known):
            verdict.told_again += 1
            if known[event.sequence - 1] != event:
                verdict.doubled.append(f"{event.source} {event.subject} {event.sequence}: two different events")
        elif event.sequence == len(known) + 1:
            known.append(event)
            first.append(event)
        else:
            verdict.lost.append(f"{event.source} {event.subject}: {event.sequence} follows {len(known)}")
    return first


def judge_stories(lives: Iterable[Life], events: Iterable[Event], verdict: Verdict) -> None:
    """Every accepted request became one ticket whose services told exactly the story that its plan has."""
    by_ticket: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_ticket[event.subject].append(event)
    expected = {life.ticket: life.plan for life in lives if life.ticket is not None}
    for ticket in by_ticket.keys() - expected.keys():
        verdict.doubled.append(f"{ticket}: nobody asked for this ticket")
    for ticket, plan in expected.items():
        said = by_ticket[ticket]
        verdict.opened += any(event.type == "hotline.ticket.opened.v1" for event in said)
        verdict.closed += any(event.type == "hotline.ticket.closed.v1" for event in said)
        for source, story in plan.stories.items():
            told = [event.data.short_type() for event in said if event.source == source]
            _compare(f"{ticket} {plan.type} {source}", story, told, verdict)
        _judge_clocks(ticket, [event.data for event in said if isinstance(event.data, ClockFact)], verdict)


def _compare(what: str, wanted: Sequence[str], told: Sequence[str], verdict: Verdict) -> None:
    missing, more = Counter(wanted) - Counter(told), Counter(told) - Counter(wanted)
    verdict.lost += [f"{what}: no {name}" for name in missing.elements()]
    verdict.doubled += [f"{what}: {name} too often" for name in more.elements()]
    # What the customer brings and what the unit does go on side by side; each side's own order must hold.
    if not missing and not more and _order(told) != _order(wanted):
        verdict.doubled.append(f"{what}: out of order, {told}")


_BROUGHT = ("ticket.urged", "ticket.supervised", "ticket.supplemented", "ticket.urge_delivered")


def _order(names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in _BROUGHT]


def _judge_clocks(ticket: str, facts: Sequence[ClockFact], verdict: Verdict) -> None:
    """Each round of a clock starts once and comes to one end."""
    starts = Counter((fact.clock, fact.round) for fact in facts if isinstance(fact, ClockStarted) and not fact.restated)
    ends = Counter(
        (fact.clock, fact.round) for fact in facts if isinstance(fact, ClockMet | ClockCancelled | ClockMissed)
    )
    for run in starts.keys() | ends.keys():
        if starts[run] != 1 or ends[run] > 1:
            verdict.doubled.append(f"{ticket} {run}: {starts[run]} starts, {ends[run]} ends")
        elif ends[run] == 0:
            verdict.lost.append(f"{ticket} {run}: has no end")


async def judge_states(client: Persistent, lives: Iterable[Life], verdict: Verdict) -> None:
    """What the services show: routing's and intake's counts and closures as planned, no clock and no call left open."""
    expected: dict[str, Plan] = {life.ticket: life.plan for life in lives if life.ticket is not None}
    orders = {order["id"]: order for order in await pages(client, "/routing/work-orders", stage="closed")}
    tickets = {ticket["id"]: ticket for ticket in await pages(client, "/intake/tickets")}
    _same_keys("work orders", expected, orders, verdict)
    _same_keys("tickets", expected, tickets, verdict)
    for ticket, plan in expected.items():
        order, seen = orders.get(ticket, {}), tickets.get(ticket, {})
        wanted = {"closure": plan.closure, "urges": plan.urging_orders, "supplements": plan.supplements}
        _judge_values(f"routing {ticket}", wanted, order, verdict)
        supervised = plan.urges > MOST_URGES
        wanted = {"stage": "closed", "urges": plan.urging_orders, "supervised": supervised}
        _judge_values(f"intake {ticket}", wanted, seen, verdict)
    for state in ("running", "missed"):
        left = await pages(client, "/sla/clocks", state=state)
        verdict.lost += [f"{row['ticket']}: {row['clocks']} is still {state}" for row in left]
    verdict.lost += [f"{row['ticket']}: a call is still owed" for row in await pages(client, "/callback/plans")]


def _same_keys(what: str, wanted: Mapping[str, Any], found: Mapping[str, Any], verdict: Verdict) -> None:
    verdict.lost += [f"{what}: {key} is not there" for key in wanted.keys() - found.keys()]
    verdict.doubled += [f"{what}: nobody asked for {key}" for key in found.keys() - wanted.keys()]


def _judge_values(what: str, wanted: Mapping[str, Any], found: Mapping[str, Any], verdict: Verdict) -> None:
    for name, value in wanted.items():
        told = found.get(name)
        if told != value:
            more = isinstance(value, int) and isinstance(told, int) and told > value
            (verdict.doubled if more else verdict.lost).append(f"{what}: {name} is {told}, not {value}")


SAID_WITHIN_SECONDS = 5
"""What was decided last is on the bus by then, with every service up again."""


async def nothing_open(client: Persistent) -> bool:
    """Whether routing has closed all orders and no clock runs on."""
    orders = await client.get("supervisor", "/routing/work-orders", limit=1)
    clocks = await client.get("supervisor", "/sla/clocks", limit=1)
    return not orders["items"] and not clocks["items"]


async def pages(client: Persistent, path: str, **query: Any) -> list[dict[str, Any]]:
    """All rows of a list."""
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = await client.get("supervisor", path, limit=200, **query, **cursor)
        rows += page["items"]
        if page.get("next") is None:
            return rows
        cursor = {"cursor": page["next"]}
