"""What telephony asks of a phone switch, whichever it is; what it hears of one are the statements of its rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from services.telephony.rules.agent import MemberSeen
from services.telephony.rules.heard import Heard

Statement = Heard | MemberSeen


class SwitchAway(ConnectionError):
    """The switch cannot be reached now; a command is refused, and never kept for later."""


class LoginRefused(SwitchAway):
    """The switch does not take our name and password."""


class CommandRefused(Exception):
    """The switch heard the command and said no; the text is the switch's own."""


class Dial(NamedTuple):
    """Ring the agent's phone, then the customer's with our number shown; `call` is the id that the call will have."""

    call: str
    station: str
    number: str
    shown: str
    masked: str
    ticket: str | None = None


class Snapshot(NamedTuple):
    """What is on the switch at one moment: statements about it, and how it names every call that goes on."""

    at: datetime
    statements: Sequence[Statement]
    linked: frozenset[str]
    legs: frozenset[str]


class SwitchPort(Protocol):
    """A connection that is up; every command raises SwitchAway or CommandRefused, and has a deadline of its own."""

    async def listen(self, *, on: bool) -> None:
        """Let the switch tell what happens, or no longer."""
        ...

    async def heard(self) -> Sequence[Statement]:
        """What was told since the last call, at least one statement; raises SwitchAway once the switch is gone."""
        ...

    async def snapshot(self) -> Snapshot:
        """Who is on the phone, in a queue, at a station now."""
        ...

    async def call_back(self, dial: Dial) -> None:
        """Begin the call; what comes of it is heard."""
        ...

    async def transfer(self, leg: str, station: str) -> None:
        """Put the other party of this agent's leg through to a station."""
        ...

    async def bring_in(self, call: str, legs: Sequence[str], number: str, shown: str) -> None:
        """Join these legs in a conference and dial a third party into it."""
        ...

    async def hang_up(self, leg: str) -> None:
        """End this leg."""
        ...

    async def pause(self, station: str, reason: str | None) -> None:
        """Keep calls from a station for a reason; None lets them come again."""
        ...

    async def sign(self, station: str, queues: Sequence[str], *, on: bool) -> None:
        """Put a station into queues or take it out."""
        ...
