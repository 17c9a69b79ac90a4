"""Urging (催办, 第十五条(四)): explained up to half of the period, urged past it, supervised the third time."""

from datetime import datetime
from fractions import Fraction

from contracts.clock import ClockStarted
from contracts.fact import Actor, Fact
from contracts.refusal import Outcome, refused
from contracts.ticket import TicketSupervised, TicketUrged, TicketUrgeExplained, TicketUrgeQueued
from procedures.duration import Duration
from procedures.model import Procedure
from procedures.model.handling import UrgingRules
from procedures.model.part import stated
from services.intake.rules.ticket import Period, Ticket


def urge(ticket: Ticket, at: datetime, by: Actor, strong: bool, procedure: Procedure) -> Outcome[Ticket]:
    """A customer presses: explain, send an urging order, or put the ticket under supervision."""
    if ticket.over:
        return refused("ticket_over", procedure.clause("new_order_only_for_new_request"))
    if procedure.urging is None:
        return refused("not_in_procedure", procedure.clauses.loop)
    if ticket.lies_at_the_centre:
        return _queued(ticket, at, by, strong)
    if ticket.supervised or not _order_is_due(ticket, at, strong, procedure):
        return ticket, (_explained(ticket, at, by),)
    rules = procedure.urging
    if ticket.urges >= rules.at_most.value and rules.then.value == "refuse" and not strong:
        return refused("urged_enough", rules.at_most, count=rules.at_most.value)
    return _sent(ticket, at, by, strong, rules)


def _sent(ticket: Ticket, at: datetime, by: Actor, strong: bool, rules: UrgingRules) -> tuple[Ticket, tuple[Fact, ...]]:
    if ticket.urges < rules.at_most.value:
        count = ticket.urges + 1
        return ticket.model_copy(update={"urges": count}), (TicketUrged(at=at, by=by, count=count, strong=strong),)
    supervised = ticket.model_copy(update={"supervised": True})
    return supervised, (TicketSupervised(at=at, by=by, cause="urged_again"),)


def _queued(ticket: Ticket, at: datetime, by: Actor, strong: bool) -> tuple[Ticket, tuple[Fact, ...]]:
    """There is no unit to urge: the customer is told so, and it goes out with the dispatch (design reading 22)."""
    waits = {"urge_waits": True, "urged_strongly": ticket.urged_strongly or strong}
    return ticket.model_copy(update=waits), (_explained(ticket, at, by), TicketUrgeQueued(at=at, by=by, strong=strong))


def sent_with_dispatch(ticket: Ticket, at: datetime, by: Actor, procedure: Procedure) -> Outcome[Ticket]:
    """What customers pressed for while no unit held the order goes out with it, once."""
    rules, strong = procedure.urging, ticket.urged_strongly
    if not ticket.urge_waits or rules is None or ticket.over:
        return ticket, ()
    ticket = ticket.model_copy(update={"urge_waits": False, "urged_strongly": False})
    in_vain = ticket.urges >= rules.at_most.value and rules.then.value == "refuse" and not strong
    return (ticket, ()) if ticket.supervised or in_vain else _sent(ticket, at, by, strong, rules)


def _order_is_due(ticket: Ticket, at: datetime, strong: bool, procedure: Procedure) -> bool:
    """Past half of the period, or a clock of the unit is overdue (reading 21), or the customer strongly displeased."""
    overdue = bool(ticket.overdue) and procedure.reading("in_time") == "every_clock"
    if overdue or (strong and stated(procedure.urging).strong_any_time.value):
        return True
    running = period(ticket)
    return running is not None and _past_share(running[1], at, procedure)


def _past_share(running: Period, at: datetime, procedure: Procedure) -> bool:
    return procedure.past_urging_share(running.start, running.due, at, working=running.working)


def _explained(ticket: Ticket, at: datetime, by: Actor) -> Fact:
    running = period(ticket)
    if running is None:
        return TicketUrgeExplained(at=at, by=by)
    return TicketUrgeExplained(at=at, by=by, clock=running[0], due=running[1].due)


def period(ticket: Ticket) -> tuple[str, Period] | None:
    """The running period with the earliest deadline; a paused one does not run (design reading 16)."""
    running = [(name, clock) for name, clock in ticket.periods.items() if clock.paused_at is None]
    return min(running, key=lambda each: each[1].due, default=None)


def started(before: Period | None, fact: ClockStarted) -> Period:
    """A limit that was only restated still counts from where it started, and an extended one as it did before."""
    same = before if fact.restated and before is not None and before.round == fact.round else None
    start = same.start if same else fact.started_at or fact.at
    working = Duration.told(fact.limit).is_working if fact.limit else before is not None and before.working
    return Period(
        start=start, due=fact.due, working=working, round=fact.round, paused_at=same.paused_at if same else None
    )


def resumed(before: Period, at: datetime, due: datetime, procedure: Procedure) -> Period:
    """The pause is cut out: the start moves on by the share of the budget that passed while the clock stood still."""
    if before.paused_at is None:
        return before.model_copy(update={"due": due})
    share = procedure.calendar.elapsed_share
    stood = share(before.start, before.due, at, working=before.working) - share(
        before.start, before.due, before.paused_at, working=before.working
    )
    start = _moved(before, stood, procedure)
    return before.model_copy(update={"start": start, "due": due, "paused_at": None})


def _moved(before: Period, share: Fraction, procedure: Procedure) -> datetime:
    return procedure.calendar.at_share(before.start, before.due, share, working=before.working)
