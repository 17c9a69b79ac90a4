"""Times as cases write them: ISO 8601 with an offset, or `+` a duration after another moment."""

import re
from datetime import datetime, timedelta

_DURATION = re.compile(r"\+(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")

ACCEPTED = 'an ISO 8601 time with an offset ("2026-11-20T16:50:00+08:00") or "+" a duration ("+5m", "+2h30m", "+1d")'


def moment(text: str, previous: datetime | None) -> datetime:
    """The moment that `text` names; a duration counts from `previous`. ValueError says what is accepted."""
    found = _DURATION.fullmatch(text)
    if found:
        if previous is None:
            raise ValueError(f"{text!r} has nothing before it to count from; accepted: {ACCEPTED}")
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return previous + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return _absolute(text)


def _absolute(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time; accepted: {ACCEPTED}") from None
    if parsed.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC; accepted: {ACCEPTED}")
    return parsed


def is_moment(text: object) -> bool:
    """Whether the text has the form of a moment."""
    if not isinstance(text, str):
        return False
    try:
        moment(text, datetime.fromtimestamp(0).astimezone())
    except ValueError:
        return False
    return True
