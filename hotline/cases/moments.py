"""Times as cases write them: ISO 8601 with an offset, or `+` a duration after another moment."""

import re
from datetime import datetime, timedelta

_DURATION = re.compile(r"\+(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")

_LATENESS = re.compile(r"\+?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")

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


def seconds(written: str | int) -> int:
    """`90`, "90s", "+2h30m": how late, in seconds. ValueError for anything else."""
    if isinstance(written, int):
        return written
    found = _LATENESS.fullmatch(written.strip())
    if not found or not any(found.groups()):
        raise ValueError(f"{written!r} is no duration; accepted: seconds, or such as 90s, 2h30m, 1d")
    days, hours, minutes, rest = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest
