"""What a fact about a ticket does to its clocks: the procedure's clock table, carried out."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from contracts.fact import SYSTEM, Fact
from contracts.refusal import Outcome, Refusal
from contracts.ticket import (
    TicketAmended,
    TicketClosed,
    TicketDispatched,
    TicketEscalated,
    TicketExtensionGranted,
    TicketGroupRaised,
    TicketOpened,
    TicketRegraded,
    TicketWarningRaised,
)
from contracts.vocabulary import ClockState, ExtensionDecider
from procedures.model import EscalationRule, Moment, Procedure
from procedures.model.clocks import NO_REACTIONS, Pause, Reactions, Restate, Start, Trigger
from procedures.model.part import Sourced
from services.sla_monitor.rules import deadlines, remembering
from services.sla_monitor.rules.ledger import Ledger
from services.sla_monitor.rules.state import Sla, SlaClock


def opened(state: Sla | None, fact: TicketOpened, procedure: Procedure) -> Outcome[Sla]:
    """The first clocks run, and the gravest requests are brought to notice at once."""
    if state is not None:
        return state, ()
    return heard(remembering.opened(fact, procedure), fact, procedure)


def heard(state: Sla, fact: Fact, procedure: Procedure) -> Outcome[Sla]:
    """Everything else: remember what the fact tells, then do what the table says of it."""
    now, name = remembering.after(state, fact, procedure), fact.short_type()
    told = procedure.told(name, None if now.others else now.type)
    notices = now.notices(name, procedure)
    if told is NO_REACTIONS and not notices and not isinstance(fact, TicketClosed):
        return now, ()
    ledger = Ledger(now, fact.at, procedure)
    _end(ledger, told, fact)
    if told.resumes or told.pauses or told.restates:
        _move(ledger, told, fact)
    if told.starts and not state.closed:
        _begin(ledger, told, fact)
    if notices:
        escalate(ledger, notices, state, fact)
    return _settled(ledger, fact)


def extension_granted(state: Sla, fact: TicketExtensionGranted, procedure: Procedure) -> Outcome[Sla]:
    """The first of the extended clocks ends at the new moment, no other ends before it (design reading 11).

    Nor does the deadline of the platform that granted it, and a platform may where the procedure foresees nothing.
    """
    ledger = Ledger(remembering.after(state, fact, procedure), fact.at, procedure)
    clocks = procedure.extension.clocks.value if procedure.extension else procedure.periods
    clause: Sourced = procedure.extension.clocks if procedure.extension else procedure.clause("platform_orders")
    for place, name in enumerate(clocks):
        clock = ledger.open(name)
        if clock is not None and (place == 0 or (clock.is_live and clock.due < fact.until)):
            ledger.extend(clock, fact.until, clause)
    if fact.decider is ExtensionDecider.PLATFORM:
        for name in procedure.platform_clocks:
            clock = ledger.open(name)
            if clock is not None and clock.due < fact.until:
                ledger.extend(clock, fact.until, clause)
    return ledger.outcome()


def group_raised(state: Sla, fact: TicketGroupRaised, procedure: Procedure) -> Outcome[Sla]:
    """Many requests alike come to the notice of whoever the rule names."""
    rule = next((each for each in procedure.groups if each.cause == fact.cause), None)
    told = TicketEscalated(
        at=fact.at,
        by=SYSTEM,
        to=fact.to,
        cause=fact.cause,
        source=fact.source,
        warning=rule.warning if rule else None,
    )
    return _and_then(heard(state, fact, procedure), told)


def warning_raised(state: Sla, fact: TicketWarningRaised, procedure: Procedure) -> Outcome[Sla]:
    """An early warning reaches the desk of each level that it names."""
    told = (
        TicketEscalated(at=fact.at, by=SYSTEM, to=to, cause="early_warning", source=fact.source, warning=fact.warning)
        for to in fact.to
    )
    return _and_then(heard(state, fact, procedure), *told)


def _and_then(outcome: Outcome[Sla], *more: Fact) -> Outcome[Sla]:
    """What came of it, and more to say."""
    return outcome if isinstance(outcome, Refusal) else (outcome[0], (*outcome[1], *more))


def _end(ledger: Ledger, told: Reactions, fact: Fact) -> None:
    """What is met, what counts as met, and what is no longer owed; the close ends everything."""
    if told.meets:
        ledger.meet(_names(told.meets, ledger, fact))
    if told.exempts:
        ledger.exempt(_verb(fact), _names(told.exempts, ledger, fact))
    if isinstance(fact, TicketClosed):
        ledger.cancel(_verb(fact), ledger.procedure.clocks)
    elif told.cancels:
        ledger.cancel(_verb(fact), _names(told.cancels, ledger, fact))


def _move(ledger: Ledger, told: Reactions, fact: Any) -> None:
    """What goes on, stands still, or ends elsewhere."""
    for name in _names(told.resumes, ledger, fact):
        clock = ledger.open(name)
        if clock is not None and clock.state is ClockState.PAUSED:
            ledger.resume(clock, fact.at)
    paused = [(clock, pause) for name, pause in told.pauses if (clock := _pausable(ledger, name, pause, fact))]
    for clock, pause in paused:
        ledger.pause(clock, _reason(fact), _agreed(fact) if pause.until == "agreed" else None)
    for name, restate in told.restates:
        if _holds(restate, ledger, fact):
            _restate(ledger, name, restate, fact)


def _begin(ledger: Ledger, told: Reactions, fact: Fact) -> None:
    """Runs that are still open end before the new ones begin; what the fact itself meets is met at once."""
    fresh = {
        name: start
        for name, start in told.starts
        if _holds(start, ledger, fact) and (start.running != "keep" or ledger.open(name) is None)
    }
    ledger.cancel(_verb(fact), fresh)
    for name, start in fresh.items():
        ledger.begin(name, _since(start, ledger.state, fact.at))
    begun = {name for name, start in fresh.items() if start.running != "renew"}
    at_once = [name for name, trigger in told.meets if name in begun and _holds(trigger, ledger, fact)]
    if at_once:
        ledger.meet(at_once)


_MOMENTS: Mapping[str, Callable[[Sla], datetime | None]] = {
    Moment.EVENT: lambda _: None,
    Moment.RECEIPT: lambda state: state.opened_at,
    Moment.HANG_UP: lambda state: state.hung_up_at or state.opened_at,
    Moment.DISPATCH: lambda state: state.dispatched_at,
    Moment.CONTACT: lambda state: state.contacted_at,
    Moment.MATERIAL: lambda state: state.material_at,
}
"""Where the ticket remembers each moment."""


def _since(start: Start, state: Sla, at: datetime) -> datetime:
    """The moment that the run counts from; the event's own where the ticket knows of no other."""
    return _MOMENTS[start.from_](state) or at


def _pausable(ledger: Ledger, name: str, pause: Pause, fact: Any) -> SlaClock | None:
    """The clock that this pause stops: none for an agreed time before the deadline, unless it waits for another."""
    clock = ledger.open(name)
    if clock is None or not clock.is_live or not _holds(pause, ledger, fact):
        return None
    if clock.state is ClockState.PAUSED and pause.until == "agreed":
        return clock
    return None if pause.later and not _is_later(ledger, fact) else clock


def _is_later(ledger: Ledger, fact: Any) -> bool:
    """Whether the agreed moment lies after the deadline of every period that runs."""
    agreed, running = _agreed(fact), (ledger.open(name) for name in ledger.procedure.periods)
    ends = [clock.due for clock in running if clock is not None and clock.is_live]
    return agreed is not None and bool(ends) and agreed > max(ends)


def _agreed(fact: Any) -> datetime | None:
    found: datetime | None = getattr(fact, "appointed_for", None) or getattr(fact, "until", None)
    return found


def _restate(ledger: Ledger, name: str, restate: Restate, fact: Any) -> None:
    """Limits follow the circumstances; where only shorter ones do, a longer one needs an approval.

    An end that was set by a decision (an extension, an appointment) is not taken back by a shorter limit.
    """
    clock = ledger.open(name)
    if clock is None or not clock.is_live:
        return
    since = clock.started_at if restate.from_ == "start" else ledger.state.contacted_at or fact.at
    found = deadlines.deadline_of(ledger.state, ledger.of, name, since, ledger.procedure)
    if found is None:
        return
    approved = getattr(fact, "approved_by", None) is not None
    shorter, longer = found.due < clock.due and not clock.moved, found.due > clock.due and approved
    if not restate.shorter_only or shorter or longer:
        ledger.restate(clock, found)


def escalate(ledger: Ledger, notices: tuple[EscalationRule, ...], before: Sla, fact: Fact) -> None:
    """Whoever is to be told of this event; of a change only where it brings the circumstance about."""
    changes = isinstance(fact, TicketRegraded | TicketAmended)
    was = before.circumstances(ledger.procedure) if changes else ()
    for rule in notices:
        if any(map(rule.when.holds, ledger.of)) and not any(map(rule.when.holds, was)):
            ledger.escalate(rule, fact.at)


def _settled(ledger: Ledger, fact: Fact) -> Outcome[Sla]:
    """A phone notice counts until the dispatch that follows it."""
    if isinstance(fact, TicketDispatched) and ledger.state.phoned:
        ledger.state = ledger.state.model_copy(update={"phoned": False})
    return ledger.outcome()


def _names(triggers: tuple[tuple[str, Trigger], ...], ledger: Ledger, fact: Fact) -> list[str]:
    return [name for name, trigger in triggers if trigger.unconditional or _holds(trigger, ledger, fact)]


def _holds(trigger: Trigger, ledger: Ledger, fact: Fact) -> bool:
    if trigger.unconditional:
        return True
    return trigger.is_about(fact) and (not trigger.when.stated or any(map(trigger.when.holds, ledger.of)))


def _verb(fact: Fact) -> str:
    return fact.short_type().rpartition(".")[2]


def _reason(fact: Any) -> str:
    return getattr(fact, "reason", None) or ("appointment" if hasattr(fact, "appointed_for") else _verb(fact))
