"""On what terms a clock runs: its end, the limit that binds it, and the limits that do not."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import NamedTuple

from contracts.vocabulary import ClockName
from procedures.model import Candidate, Deadline, Procedure
from services.sla_monitor.rules.state import Rival, Sla

_MILLISECOND = timedelta(milliseconds=1)


class Terms(NamedTuple):
    """When a clock ends and why then."""

    due: datetime
    limit: str | None
    source: str
    rule: str | None
    working: bool = False
    advisory: bool = False
    rivals: tuple[Rival, ...] = ()


def for_ticket(state: Sla, name: ClockName, since: datetime, procedure: Procedure) -> Terms | None:
    """The terms of a ticket's clock that starts at `since`; None where nothing limits it."""
    if state.type is None:
        return None
    if name is ClockName.CALLBACK:
        found = procedure.callback_deadline(
            state.type, since, grade=state.grade, subtype=state.subtype, area=state.area, appointed=state.call_at
        )
        return _of(found)
    deadline = procedure.deadline(
        name,
        state.type,
        since,
        grade=state.grade,
        subtype=state.subtype,
        area=state.area,
        declined=state.declined,
        gov_due=_gov_due(state, name, since),
        enforcement="advisory" if state.advisory else "mandatory",
    )
    return _of(deadline)


def for_knowledge(name: ClockName, since: datetime, procedure: Procedure) -> Terms:
    """The terms of a task, a review or a notice (第十八条)."""
    limit = procedure.knowledge_limit(name)
    due = procedure.calendar.add(since, limit.within)
    return Terms(due, str(limit.within), limit.source, limit.rule, limit.within.is_working)


def by_extension(until: datetime, working: bool, advisory: bool, procedure: Procedure) -> Terms:
    """The terms of a granted extension (第十五条(二)2, R004-119)."""
    clause = procedure.extension.clocks
    return Terms(until, None, clause.source, clause.rule, working, advisory)


def warn_at(
    name: ClockName, started_at: datetime, terms: Terms, not_before: datetime, procedure: Procedure
) -> datetime | None:
    """The first millisecond at which so much of the budget is used that a warning is due; None when only the end is."""
    share: Fraction = procedure.warn_share(name)
    found = procedure.calendar.at_share(started_at, terms.due, share, working=terms.working)
    part = found.microsecond % 1000
    found = max(found + (_MILLISECOND - timedelta(microseconds=part)) if part else found, not_before)
    return found if found < terms.due else None


def _gov_due(state: Sla, name: ClockName, since: datetime) -> datetime | None:
    """The platform's deadline; one that has passed caps nothing any more, the `gov` clock itself has told of it."""
    due = state.gov_due
    return due if due is not None and (name is ClockName.GOV or due > since) else None


def _of(deadline: Deadline | None) -> Terms | None:
    if deadline is None:
        return None
    binding, *others = deadline.candidates
    return Terms(
        deadline.due,
        str(binding.within) if binding.within else None,
        binding.source,
        binding.rule,
        deadline.working,
        deadline.advisory,
        tuple(_rival(other) for other in others),
    )


def _rival(candidate: Candidate) -> Rival:
    limit = str(candidate.within) if candidate.within else None
    return Rival(candidate.due, candidate.origin.value, candidate.source, candidate.rule, limit)
