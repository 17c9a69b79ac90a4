"""When a clock ends and when it warns, worked out from what the monitor remembers of its subject."""

from datetime import datetime, timedelta

from procedures.model import Circumstances, Deadline, Procedure
from procedures.model.choice import candidates
from procedures.model.limits import earliest
from services.sla_monitor.rules.state import Sla

_MILLISECOND = timedelta(milliseconds=1)


def deadline_of(
    state: Sla, of: tuple[Circumstances, ...], name: str, since: datetime, procedure: Procedure
) -> Deadline | None:
    """The deadline of a clock that starts at `since`, the earliest of all demands'; None where nothing limits it."""
    if not of:
        return _of_knowledge(name, since, procedure)
    platform_due = _platform_due(state, name, since, procedure)
    each = (
        procedure.deadline(name, since, one, platform_due=platform_due, advisory=state.advisory, unit=state.unit)
        for one in of
    )
    found = earliest(deadline for deadline in each if deadline is not None)
    if found is not None and procedure.clocks[name].yields_to_appointment:
        found = procedure.call_deadline(found, state.call_at)
    return found


def _of_knowledge(name: str, since: datetime, procedure: Procedure) -> Deadline | None:
    limit = procedure.knowledge_limit(name)
    if limit is None or limit.within is None:
        return None
    return Deadline(name, since, candidates(procedure.calendar, (limit,), since, advisory=False))


def warn_at(
    state: Sla,
    name: str,
    nth: int,
    started_at: datetime,
    due: datetime,
    not_before: datetime,
    procedure: Procedure,
    *,
    working: bool,
) -> datetime | None:
    """The first millisecond at which the share of the n-th warning is used; None when only the end is to come."""
    warnings = procedure.warnings_of(name)
    if nth >= len(warnings):
        return None
    calendar = procedure.calendar_of(name, state.unit)
    found = calendar.at_share(started_at, due, warnings[nth].at, working=working)
    part = found.microsecond % 1000
    found = max(found + (_MILLISECOND - timedelta(microseconds=part)) if part else found, not_before)
    return found if found < due else None


def _platform_due(state: Sla, name: str, since: datetime, procedure: Procedure) -> datetime | None:
    """The platform's deadline; one that has passed caps nothing any more, its own clock has told of it."""
    due = state.platform_due
    return due if due is not None and (procedure.clocks[name].ends == "platform" or due > since) else None
