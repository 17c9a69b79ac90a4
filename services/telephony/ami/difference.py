"""The switch's clock against ours: what it stamps is told as moments of our clock."""

from collections import deque
from datetime import UTC, datetime, timedelta

from services.telephony.ami.wire import Message, text

_TOLERATED = timedelta(milliseconds=500)
"""Below this the difference is the way of a message, not of a clock."""

_REMEMBERED = 200


class ClockDifference:
    """No message arrives before it was sent: the shortest way of late shows how far the clocks differ."""

    def __init__(self) -> None:
        self._ways: deque[timedelta] = deque(maxlen=_REMEMBERED)
        self._shortest = timedelta.max
        self.now = timedelta(0)
        """How far our clock is ahead of the switch's; nothing while both agree."""

    def moment(self, message: Message, received: datetime) -> datetime:
        """When it happened, on our clock: as stamped, put right by the difference, or when it was received."""
        stamp = _stamp(text(message, "Timestamp"))
        if stamp is None:
            return _milliseconds(received)
        self._measure(received - stamp)
        return _milliseconds(stamp + self.now)

    def _measure(self, way: timedelta) -> None:
        leaving = self._ways[0] if len(self._ways) == _REMEMBERED else None
        self._ways.append(way)
        if way <= self._shortest:
            self._shortest = way
        elif leaving == self._shortest:
            self._shortest = min(self._ways)
        self.now = self._shortest if abs(self._shortest) > _TOLERATED else timedelta(0)


def _stamp(written: str) -> datetime | None:
    try:
        seconds = float(written)
    except ValueError:
        return None
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 2**33 else None


def _milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
