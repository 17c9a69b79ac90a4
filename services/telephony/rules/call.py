"""What telephony knows of one call: what was heard of each leg, in whatever order, and what was said of the whole."""

from collections.abc import Mapping
from datetime import datetime

from contracts.vocabulary import CallDirection, ClosedBy, Transfer
from kit.decide.state import State
from services.telephony.rules.heard import Party


class Leg(State):
    """One phone's part of a call; moments are None until they are heard, and the earliest that is heard stands."""

    station: str | None = None
    agent: str | None = None
    inner: bool = False
    began: datetime | None = None
    dialled: datetime | None = None
    rang: datetime | None = None
    up: datetime | None = None
    bridged: datetime | None = None
    connected: datetime | None = None
    asked: datetime | None = None
    ended: datetime | None = None
    queue: str | None = None
    status: str | None = None
    missed: bool = False
    cause: int | None = None
    sip: int | None = None

    @property
    def rung(self) -> datetime | None:
        """When it began to ring: an agent's screen wants to know as soon as the phone is called."""
        if self.station is None or self.dialled is None:
            return self.rang
        return min(self.dialled, self.rang) if self.rang is not None else self.dialled


class Wait(State):
    """A caller's time in a queue."""

    queue: str
    joined: datetime | None = None
    position: int = 0
    waiting: int = 0
    gave_up: datetime | None = None
    left_at: int | None = None


class Hold(State):
    """One press of the hold key, or its release."""

    at: datetime
    station: str | None
    on: bool


class Move(State):
    """One time that the call was put through."""

    at: datetime
    kind: Transfer
    station: str | None
    to: str | None


class Call(State):
    """One call with all its legs.

    `linked` is how the switch names the whole of it, which is also the id of the leg that began it. `said` are the
    facts that were told, by name; `quiet_since` the moment from which nothing more is expected.
    """

    procedure: str
    key: str
    linked: str
    first_at: datetime
    heard_at: datetime
    legs: Mapping[str, Leg] = {}
    direction: CallDirection | None = None
    originated: bool = False
    line: str | None = None
    party: Party = Party()
    ticket: str | None = None
    asked_by: str | None = None
    waits: tuple[Wait, ...] = ()
    queue_status: str | None = None
    holds: tuple[Hold, ...] = ()
    moves: tuple[Move, ...] = ()
    scores: tuple[int, ...] = ()
    scored_at: datetime | None = None
    recorded: bool = False
    file: str | None = None
    dial_status: str | None = None
    dial_cause: int | None = None
    joined_to: str | None = None
    accounted: bool = False
    closed_by: ClosedBy | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    answered_at: datetime | None = None
    waited_ms: int | None = None
    said: tuple[str, ...] = ()
    wake_at: datetime | None = None

    @property
    def first_leg(self) -> Leg | None:
        """The leg that began the call."""
        return self.legs.get(self.linked)

    @property
    def is_over(self) -> bool:
        """Whether the end was said."""
        return self.ended_at is not None
