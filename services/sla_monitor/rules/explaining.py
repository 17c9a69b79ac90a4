"""Why a clock ends when it does, in words: limit, clause, what else was considered, and the days that do not count."""

from collections.abc import Iterator
from datetime import date, datetime

from contracts.vocabulary import ClockState
from procedures.model import Procedure
from procedures.wording import candidate_text, clause_text, day_text, limit_text, moment_text, skipped_day_text
from services.sla_monitor.rules.state import Rival, SlaClock
from texts import Language, text


def explanation(clock: SlaClock, procedure: Procedure, language: Language) -> str:
    """A few sentences for whoever asks why (R004-075, R004-118: every limit that was considered is named)."""
    joint = "" if language == "zh" else " "
    return joint.join(_sentences(clock, procedure, language))


def _sentences(clock: SlaClock, procedure: Procedure, language: Language) -> Iterator[str]:
    def local(moment: datetime) -> str:
        return moment_text(moment.astimezone(procedure.calendar.zone), language)

    yield text(
        "sla.ends" if clock.limit is None else "sla.runs",
        language,
        clock=procedure.name_of("clock", clock.name),
        limit=limit_text(clock.limit, language),
        start=local(clock.started_at),
        due=local(clock.due),
        clause=clause_text(clock.source, clock.rule, language),
    )
    if clock.rivals:
        others = (_rival(rival, procedure, language) for rival in clock.rivals)
        yield text("sla.weighed", language, others="；".join(others) if language == "zh" else "; ".join(others))
    if clock.working:
        yield from _days(clock, procedure, language)
    if clock.advisory:
        yield text("sla.advisory", language)
    if (key := _standing(clock)) is not None:
        ended, until = clock.ended_at or clock.due, clock.resume_at or clock.due
        yield text(f"sla.{key}", language, ended=local(ended), until=local(until))


def _standing(clock: SlaClock) -> str | None:
    """What became of it; nothing to say while it runs."""
    match clock.state:
        case ClockState.MISSED if clock.is_open:
            return "overdue"
        case ClockState.MISSED:
            return "given_up" if clock.late_by is None else "late"
        case ClockState.RUNNING:
            return None
        case ClockState.PAUSED if clock.resume_at is None:
            return "held"
        case _:
            return clock.state.value


def _rival(rival: Rival, procedure: Procedure, language: Language) -> str:
    due = rival.due.astimezone(procedure.calendar.zone)
    said = candidate_text(rival.origin, rival.limit, due, rival.source, None, language)
    return text("sla.rival" if rival.limit else "sla.rival_moment", language, **said._asdict())


def _days(clock: SlaClock, procedure: Procedure, language: Language) -> Iterator[str]:
    """Days off on the way, with the holiday's name, and weekend days that are worked."""
    joint = text("explain.joint", language)
    skipped = procedure.calendar.skipped_days(clock.started_at, clock.due)
    if skipped:
        yield text("sla.skipped", language, days=joint.join(skipped_day_text(day, language) for day in skipped))
    makeup: tuple[date, ...] = procedure.calendar.makeup_days(clock.started_at, clock.due)
    if makeup:
        yield text("sla.makeup", language, days=joint.join(day_text(day, language) for day in makeup))
