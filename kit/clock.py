"""The only place that reads the time: real, stepped by a driver, or virtual in memory."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


def machine_now() -> datetime:
    """The machine's own time in UTC, for plumbing (latency, retention, back-off) and never for a rule."""
    return datetime.now(UTC)


class Clock(Protocol):
    """Business time: what rules and facts are given as `at`."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC, cut to milliseconds as every store keeps it."""
        ...


def _to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


class RealClock:
    """Business time is the machine's time."""

    def now(self) -> datetime:
        return _to_milliseconds(machine_now())


class SteppedClock:
    """Business time stands still until a driver moves it; after `release` it runs on at the machine's pace."""

    def __init__(self, start: datetime) -> None:
        self._base = _to_milliseconds(start.astimezone(UTC))
        self._released_at: datetime | None = None

    def now(self) -> datetime:
        if self._released_at is None:
            return self._base
        return _to_milliseconds(self._base + (machine_now() - self._released_at))

    def advance_to(self, moment: datetime) -> None:
        """Move forward; ValueError for a moment in the past or a clock that was released."""
        if self._released_at is not None:
            raise ValueError("the clock runs on its own since it was released")
        if moment < self._base:
            raise ValueError(f"time only moves forward: {moment.isoformat()} is before {self._base.isoformat()}")
        self._base = _to_milliseconds(moment.astimezone(UTC))

    def advance(self, duration: timedelta) -> None:
        """Move forward by a duration."""
        self.advance_to(self._base + duration)

    def release(self) -> None:
        """Let time run on by itself from where it stands."""
        self._released_at = machine_now()
