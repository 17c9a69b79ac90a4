"""What Asterisk says of the members of its queues: phones that ring and talk, pauses, who comes and goes."""

from collections.abc import Callable
from datetime import datetime

from services.telephony.ami.calls import endpoint_of
from services.telephony.ami.wire import Message, number, text
from services.telephony.rules.agent import MemberSeen

_SHOWN = frozenset({"QueueMemberStatus", "QueueMemberPause", "QueueMember", "QueueMemberAdded", "QueueMemberRemoved"})


def read_member(
    message: Message, at: datetime, procedure: str, is_station: Callable[[str], object]
) -> tuple[MemberSeen, ...]:
    """The member that a message shows; nothing for any other message."""
    event = text(message, "Event")
    if event not in _SHOWN:
        return ()
    station = endpoint_of(text(message, "Interface") or text(message, "Location") or text(message, "StateInterface"))
    if not is_station(station):
        return ()
    seen = MemberSeen(
        at=at,
        procedure=procedure,
        station=station,
        queue=text(message, "Queue")[:64] or None,
        status=number(message, "Status"),
        paused=text(message, "Paused") == "1",
        reason=text(message, "PausedReason")[:64],
        present=event != "QueueMemberRemoved",
    )
    return (seen,)
