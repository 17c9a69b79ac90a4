"""How well the phone is answered, counted from our own calls: every share as the two numbers it is made of."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from contracts.vocabulary import CallEnd

DAY = timedelta(days=1)
_NEXT = timedelta(milliseconds=1)


class Row(NamedTuple):
    """What a figure needs of one call to us; `outcome` is None while it lasts."""

    arrived_at: datetime
    queue: str | None
    outcome: str | None
    answered: bool
    waited_ms: int | None


class Share(NamedTuple):
    """`of` without `part` is no rate yet."""

    part: int
    of: int

    @property
    def rate(self) -> float | None:
        """As a number between nothing and all; None of nothing."""
        return self.part / self.of if self.of else None


class Figures(NamedTuple):
    """Of the calls that arrived in [since, until).

    `answered_of_arrived` counts every call to our line, `answered_of_queued` those that came as far as a queue;
    `in_level` are those answered within the service level, of the queued.
    """

    since: datetime
    until: datetime
    arrived: int
    queued: int
    answered: int
    abandoned: int
    timed_out: int
    answered_of_arrived: Share
    answered_of_queued: Share
    in_level: Share
    mean_wait_ms: int | None
    longest_wait_ms: int | None


def figures(rows: Iterable[Row], since: datetime, until: datetime, level: timedelta) -> Figures:
    """Count the calls that arrived in [since, until); one that still rings is offered and not yet answered."""
    own = [row for row in rows if since <= row.arrived_at < until]
    queued = [row for row in own if row.queue is not None]
    answered = [row for row in own if row.answered]
    waits = [row.waited_ms for row in queued if row.waited_ms is not None]
    quick = [row for row in queued if row.answered and row.waited_ms is not None and _within(row.waited_ms, level)]
    return Figures(
        since=since,
        until=until,
        arrived=len(own),
        queued=len(queued),
        answered=len(answered),
        abandoned=sum(row.outcome == CallEnd.ABANDONED for row in own),
        timed_out=sum(row.outcome == CallEnd.QUEUE_TIMEOUT for row in own),
        answered_of_arrived=Share(len(answered), len(own)),
        answered_of_queued=Share(sum(row.answered for row in queued), len(queued)),
        in_level=Share(len(quick), len(queued)),
        mean_wait_ms=round(sum(waits) / len(waits)) if waits else None,
        longest_wait_ms=max(waits, default=None),
    )


def _within(waited_ms: int, level: timedelta) -> bool:
    return waited_ms <= level.total_seconds() * 1000


class Window(NamedTuple):
    """A stretch of 24 hours and how many of its calls were answered."""

    since: datetime
    answered: Share


def lowest_day(rows: Iterable[Row], since: datetime, until: datetime) -> Window | None:
    """The 24 hours of the period with the lowest share answered; None where the period is shorter or has no calls.

    A share changes only where a window takes a call in or leaves one out, so only such windows are looked at.
    """
    ordered = sorted(rows, key=lambda row: row.arrived_at)
    moments = [row.arrived_at for row in ordered]
    answered = [0, *accumulate(row.answered for row in ordered)]
    begins = {since, until - DAY, *moments, *(moment + _NEXT for moment in moments)}
    begins |= {moment - DAY + _NEXT for moment in moments}
    windows = []
    for begin in sorted(each for each in begins if since <= each <= until - DAY):
        first, last = bisect_left(moments, begin), bisect_left(moments, begin + DAY)
        if last > first:
            windows.append(Window(begin, Share(answered[last] - answered[first], last - first)))
    return min(windows, key=lambda window: (window.answered.rate or 0.0, window.since), default=None)
