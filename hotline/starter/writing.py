"""A procedure and its first cases, written from the answers."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from importlib.resources import files
from string import Template
from typing import Any

from hotline.starter.answers import Named
from procedures.model import Procedure

Answers = Mapping[str, Any]
"""What was understood, by the question's key."""

_MINUTE = timedelta(minutes=1)


def procedure_text(answers: Answers, year: int) -> str:
    """The file; `year` is the last whose public holidays are announced."""
    clause, unit = _quoted(answers["clause"]), answers["unit"]
    types = "".join(_filled("type", clause=clause, **_names("type", each)) for each in answers["types"])
    return _filled(
        "procedure",
        utility=answers["utility"],
        effective=answers["effective"],
        name_zh=_quoted(answers["name_zh"]),
        name_en=_quoted(answers["name_en"]),
        document_zh=_quoted(answers["document"]),
        document_en=_quoted(answers["document"]),
        hotline=answers["hotline"],
        clause=clause,
        year=year,
        periods=", ".join(_quoted(str(each)) for each in answers["periods"]),
        dispatch=answers["dispatch"],
        reply=answers["reply"],
        callback=answers["callback"],
        types=types,
        area=answers["area"],
        **_names("unit", unit),
    )


def cases_text(procedure: Procedure, answers: Answers) -> str:
    """A case for each type: everything done at the last moment at which it is in time."""
    return "\n".join(_case(procedure, name, answers) for name in procedure.types)


def _case(procedure: Procedure, ticket_type: str, answers: Answers) -> str:
    area, unit = answers["area"], answers["unit"].id
    moments = _moments(procedure, ticket_type, area, unit)
    names = procedure.types[ticket_type].names
    return _filled(
        "case",
        case_en=_quoted(f"{names.en}: dispatched, replied and called back in time"),
        case_zh=_quoted(f"{names.zh}：按时派单、回单、回访"),
        ref=procedure.utility,
        type=ticket_type,
        area=area,
        unit=unit,
        **{name: moment.astimezone(procedure.calendar.zone).isoformat() for name, moment in moments.items()},
    )


def _moments(procedure: Procedure, ticket_type: str, area: str, unit: str) -> dict[str, datetime]:
    """From half an hour after an opening by day: each step at its deadline, the call as soon as one may call.

    Where the reply's deadline leaves no moment to call in time, the reply comes at once.
    """
    midnight = datetime.combine(procedure.effective, time(), procedure.calendar.zone)
    opened = _callable(procedure, procedure.calendar.next_opening(midnight), 30)
    of = procedure.circumstances(ticket_type, area=area, channel="phone")
    dispatched = _due(procedure, "dispatch", opened + 2 * _MINUTE, of, unit)
    due = _due(procedure, "reply", dispatched, of, unit)
    callable_in_time = _callable(procedure, due) <= _due(procedure, "callback", due, of, unit)
    replied = due if callable_in_time else dispatched + _MINUTE
    called = _callable(procedure, replied)
    return {"opened": opened, "dispatched": dispatched, "reply_due": due, "replied": replied, "called": called}


def _due(procedure: Procedure, clock: str, start: datetime, of: Any, unit: str) -> datetime:
    found = procedure.deadline(clock, start, of, unit=unit)
    assert found is not None
    return found.due


def _callable(procedure: Procedure, since: datetime, minutes: int = 2) -> datetime:
    """So many minutes later, or at the end of the quiet hours in which that is."""
    assert procedure.callback is not None
    quiet, zone = procedure.callback.quiet.value, procedure.calendar.zone
    moments: Iterator[datetime] = (since + _MINUTE * each for each in range(minutes, 25 * 60))
    return next(moment for moment in moments if not any(each.include(moment.astimezone(zone)) for each in quiet))


def _names(prefix: str, each: Named) -> dict[str, str]:
    return {prefix: each.id, f"{prefix}_zh": _quoted(each.zh), f"{prefix}_en": _quoted(each.en)}


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _filled(template: str, **places: object) -> str:
    written = (files("hotline.starter") / f"{template}.yaml").read_text("utf-8")
    return Template(written).substitute(places)
