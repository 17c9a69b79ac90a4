"""Limits that are judged anew while they run: a demand fell away, or a later contact brought more."""

from contracts.refusal import Outcome
from contracts.ticket import TicketAmended, TicketDemandInvalidated
from procedures.model import Procedure
from services.sla_monitor.rules import deadlines, remembering
from services.sla_monitor.rules.ledger import Ledger
from services.sla_monitor.rules.state import Sla, SlaClock
from services.sla_monitor.rules.tickets import escalate


def demand_invalidated(state: Sla, fact: TicketDemandInvalidated, procedure: Procedure) -> Outcome[Sla]:
    """What only that demand limited is no longer owed; what others limit, too, ends when they say (reading 19)."""
    ledger = Ledger(remembering.after(state, fact, procedure), fact.at, procedure)
    for clock in [each for each in ledger.clocks if each.is_open]:
        found = deadlines.deadline_of(ledger.state, ledger.of, clock.name, clock.started_at, procedure)
        if found is None:
            ledger.cancel("demand_invalidated", (clock.name,))
        elif clock.is_live and not clock.moved and found.due != clock.due:
            ledger.restate(clock, found)
    return ledger.outcome()


def amended(state: Sla, fact: TicketAmended, procedure: Procedure) -> Outcome[Sla]:
    """Who is to be told is told, limits that are shorter now bind, and a platform's newest deadline does (R004-006)."""
    ledger = Ledger(remembering.after(state, fact, procedure), fact.at, procedure)
    moved = ledger.state.platform_due != state.platform_due
    for clock in [each for each in ledger.clocks if each.is_live]:
        _rejudge(ledger, clock, platform_moved=moved)
    if moved:
        for name in procedure.platform_clocks:
            _run_to_platform(ledger, name)
    escalate(ledger, ledger.state.notices(fact.short_type(), procedure), state, fact)
    return ledger.outcome()


def _rejudge(ledger: Ledger, clock: SlaClock, *, platform_moved: bool) -> None:
    """No running limit gets longer, but that a platform caps with its own deadline (design reading 9)."""
    row = ledger.procedure.clocks[clock.name]
    found = deadlines.deadline_of(ledger.state, ledger.of, clock.name, clock.started_at, ledger.procedure)
    if found is None or clock.moved:
        return
    longer = platform_moved and (row.ends == "platform" or row.platform_caps is not None)
    if found.due < clock.due or (longer and found.due != clock.due):
        ledger.restate(clock, found)


def _run_to_platform(ledger: Ledger, name: str) -> None:
    """Begin what had no deadline until now, or had missed the one before."""
    clock = ledger.open(name)
    if clock is not None and clock.is_live:
        return
    ledger.cancel("amended", (name,))
    ledger.begin(name, ledger.at)
