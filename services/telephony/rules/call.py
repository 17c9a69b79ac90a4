"""What telephony knows of one call."""

from datetime import datetime

from kit.decide.state import State


class Call(State):
    """One call with all its legs; `linked` is how the switch names the whole of it."""

    procedure: str
    linked: str
    arrived_at: datetime
