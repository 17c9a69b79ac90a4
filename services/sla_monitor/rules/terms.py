"""On what terms a clock runs: its end, the limit that binds it, the limits that do not, and when it warns."""

from datetime import datetime, timedelta
from typing import NamedTuple

from procedures.model import Candidate, Circumstances, Deadline, Procedure
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


def of_clock(state: Sla, of: Circumstances | None, name: str, since: datetime, procedure: Procedure) -> Terms | None:
    """The terms of a clock that starts at `since`; None where nothing limits it."""
    if of is None:
        return _of_knowledge(name, since, procedure)
    found = procedure.deadline(
        name,
        since,
        of,
        platform_due=_platform_due(state, name, since, procedure),
        advisory=state.advisory,
        unit=state.unit,
    )
    if found is not None and procedure.clocks[name].yields_to_appointment:
        found = procedure.call_deadline(found, state.call_at)
    return _of(found) if found else None


def _of_knowledge(name: str, since: datetime, procedure: Procedure) -> Terms | None:
    limit = procedure.knowledge_limit(name)
    if limit is None or limit.within is None:
        return None
    due = procedure.calendar.add(since, limit.within)
    return Terms(due, str(limit.within), limit.source, limit.rule, limit.within.is_working)


def by_extension(until: datetime, working: bool, advisory: bool, procedure: Procedure) -> Terms:
    """The terms of a granted extension; a platform grants one even where the procedure itself foresees none."""
    clause = procedure.extension.clocks if procedure.extension else procedure.clause("platform_orders")
    return Terms(until, None, clause.source, clause.rule, working, advisory)


def warn_at(
    state: Sla, name: str, nth: int, started_at: datetime, terms: Terms, not_before: datetime, procedure: Procedure
) -> datetime | None:
    """The first millisecond at which the share of the n-th warning is used; None when only the end is to come."""
    warnings = procedure.warnings_of(name)
    if nth >= len(warnings):
        return None
    calendar = procedure.calendar_of(name, state.unit)
    found = calendar.at_share(started_at, terms.due, warnings[nth].at, working=terms.working)
    part = found.microsecond % 1000
    found = max(found + (_MILLISECOND - timedelta(microseconds=part)) if part else found, not_before)
    return found if found < terms.due else None


def _platform_due(state: Sla, name: str, since: datetime, procedure: Procedure) -> datetime | None:
    """The platform's deadline; one that has passed caps nothing any more, its own clock has told of it."""
    due = state.platform_due
    return due if due is not None and (procedure.clocks[name].ends == "platform" or due > since) else None


def _of(deadline: Deadline) -> Terms:
    binding, *others = deadline.candidates
    return Terms(
        deadline.due,
        str(binding.within) if binding.within else None,
        binding.source,
        binding.rule,
        deadline.working,
        binding.advisory,
        tuple(map(_rival, others)) if others else (),
    )


def _rival(candidate: Candidate) -> Rival:
    limit = str(candidate.within) if candidate.within else None
    return Rival(candidate.due, candidate.origin.value, candidate.source, candidate.rule, limit)
