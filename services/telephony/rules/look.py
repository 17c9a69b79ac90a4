"""One time that somebody listened to a recording, written down before it is played; never changed."""

from datetime import datetime

from kit.decide.state import State


class Look(State):
    """Who, in which role, to which call's recording, and why."""

    procedure: str
    at: datetime
    who: str
    role: str
    call: str
    reason: str
