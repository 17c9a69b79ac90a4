"""Times as cases write them: ISO 8601 with an offset, or `+` a duration after another moment.

One that lies outside of the calendar is its nearest end, as if it were the result of a reckoning.
"""

import re
from datetime import datetime, timedelta

from contracts.fact import EARLIEST, LATEST
from procedures.faults import wrong

_DURATION = re.compile(r"\+(?=\d)(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?")

_LATENESS = re.compile(r"\+?(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?")

ACCEPTED = ('"2026-11-20T16:50:00+08:00"', '"+5m"', '"+2h30m"', '"+1d"')
"""ISO 8601 with an offset, and durations; a bad moment names them."""


def moment(text: str, previous: datetime | None) -> datetime:
    """The moment that `text` names; a duration counts from `previous`. A ValueError says what is accepted."""
    found = _DURATION.fullmatch(text)
    if found:
        if previous is None:
            raise wrong("nothing_before", text, ACCEPTED[:1])
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return min(LATEST, previous + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))
    return _absolute(text)


def is_duration(text: str) -> bool:
    """Whether it counts from another moment."""
    return _DURATION.fullmatch(text) is not None


def _absolute(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise wrong("not_a_time", text, ACCEPTED) from None
    if parsed.tzinfo is None:
        raise wrong("no_offset", text, ACCEPTED)
    return min(max(parsed, EARLIEST), LATEST)


def seconds(written: str | int) -> int:
    """`90`, "90s", "+2h30m": how late, in seconds. ValueError for anything else."""
    if isinstance(written, int):
        return written
    found = _LATENESS.fullmatch(written.strip())
    if not found or not any(found.groups()):
        raise wrong("not_a_lateness", written, ("90", "90s", "2h30m", "1d"))
    days, hours, minutes, rest = (int(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest
