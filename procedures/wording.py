"""Durations, moments, clauses, names, and what a deadline is made of, in the reader's language."""

from datetime import date, datetime, tzinfo
from typing import NamedTuple

from procedures.calendar import SkippedDay
from procedures.duration import Duration
from procedures.model import Origin, Procedure
from texts import Language, catalogue, label, text


def duration_text(duration: Duration, language: Language) -> str:
    """`3 个工作日`, `3 working days`; `5 个工作日的 1/2` for a part of them."""
    many = "one" if duration.amount == 1 else "many"
    whole = text(f"duration.{many}.{duration.unit.value}", language, n=duration.amount)
    return text("duration.part", language, share=duration.share, whole=whole) if duration.share else whole


def local_text(moment: datetime, zone: tzinfo, *, exact: bool = False) -> str:
    """A moment in local time, the same in every language; `exact` with its seconds always, for columns."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}" if exact else f"{local:%Y-%m-%d} {_time_text(local)}"


def limit_text(within: str | None, language: Language) -> str:
    """A limit as `str` says it, `3 working days`; empty for a moment that was set or agreed."""
    return duration_text(Duration.told(within), language) if within else ""


class CandidateText(NamedTuple):
    """A limit that was considered, in words: whose it is, how long, until when, by which clause."""

    origin: str
    limit: str
    due: str
    clause: str


def candidate_text(
    origin: str, within: str | None, due: datetime, source: str, rule: str | None, language: Language
) -> CandidateText:
    """Of a limit that would end at the local moment `due`."""
    return CandidateText(
        label(Origin(origin), language),
        limit_text(within, language),
        moment_text(due, language),
        clause_text(source, rule, language),
    )


def skipped_day_text(day: SkippedDay, language: Language) -> str:
    """A day that does not count, with the holiday's name where it has one."""
    name = day.name_zh if language == "zh" else day.name_en
    return f"{day_text(day.date, language)} {name}" if name else day_text(day.date, language)


def clause_text(source: str | None, rule: str | None, language: Language) -> str:
    """`第十四条(四)，R004-062`, or the clause alone where the procedure numbers no rules."""
    return ("，" if language == "zh" else ", ").join(part for part in (source, rule) if part)


def moment_text(local: datetime, language: Language) -> str:
    """A local moment with its weekday."""
    return f"{day_text(local, language)} {_time_text(local)}"


def _time_text(local: datetime) -> str:
    """To the minute, or to the second where there are seconds."""
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def day_text(day: date, language: Language) -> str:
    """A local day with its weekday."""
    return f"{day:%Y-%m-%d} {text(f'weekday.{day.weekday()}', language)}"


def field_text(field: str, procedure: Procedure, language: Language) -> str:
    """What people call a field of requests or replies: the procedure's own name, or the word that all have."""
    own = procedure.fields.get(field)
    return own.names.of(language) if own else catalogue(language).get(f"request_field.{field}", field)


def grade_text(procedure: Procedure, ticket_type: str, grade: int, language: Language) -> str:
    """The grade by its name, or by its number where it has none."""
    named = procedure.grade_name(ticket_type, grade)
    return named.of(language) if named else text("explain.grade", language, grade=grade)
