"""What the legs of a call are to one another: who is the other party, which agents talked, who dialled whom."""

from datetime import datetime, timedelta

from contracts.vocabulary import CallDirection
from services.telephony.rules.call import Call, Leg

_TOGETHER = timedelta(milliseconds=100)
"""A hang-up and what the queue makes of it carry moments that may be that far apart, and in either order."""


def direction(call: Call) -> CallDirection | None:
    """Who dialled whom, as soon as the legs show it."""
    if call.direction is not None:
        return call.direction
    first = call.first_leg
    if first is None:
        return None
    if first.station is None and not first.inner:
        return CallDirection.INBOUND
    if call.originated or any(is_outside(leg) for leg in call.legs.values()):
        return CallDirection.OUTBOUND
    return CallDirection.INTERNAL if len(stations(call)) > 1 else None


def is_outside(leg: Leg) -> bool:
    """Whether it leads to somebody who is not one of ours."""
    return leg.station is None and not leg.inner


def stations(call: Call) -> list[Leg]:
    """The agents' legs, in the order in which they began."""
    return [leg for leg in call.legs.values() if leg.station is not None]


def customer(call: Call) -> Leg | None:
    """The leg of the other party: who called us, or whom we dialled last."""
    if direction(call) is CallDirection.INTERNAL:
        return call.first_leg
    first = call.first_leg
    if first is not None and is_outside(first):
        return first
    return next((leg for leg in reversed(tuple(call.legs.values())) if is_outside(leg)), None)


def is_answered(leg: Leg) -> bool:
    """Whether somebody picked up this leg and is in the call: what a queue rings counts once it is joined."""
    if leg.up is None or leg.inner:
        return False
    return leg.queue is None or leg.connected is not None or leg.bridged is not None


def talkers(call: Call) -> list[Leg]:
    """The agents who talked with the other party, the first first; one who only waited for it to answer did not."""
    talked = [leg for leg in stations(call) if is_answered(leg)]
    if direction(call) is CallDirection.INTERNAL:
        return [leg for leg in talked if leg is not call.first_leg]
    if direction(call) is CallDirection.OUTBOUND:
        other = customer(call)
        return talked if other is not None and other.up is not None else []
    return sorted(talked, key=lambda leg: leg.up or call.first_at)


def queue_of(call: Call, leg: Leg) -> str | None:
    """The queue that rang this agent: as it said, or the one that the caller is in while nobody has answered."""
    if leg.queue is not None or leg.station is None or not call.waits or call.moves:
        return leg.queue
    others = [each for each in talkers(call) if each is not leg]
    return None if others else call.waits[-1].queue


def is_complete(call: Call) -> bool:
    """Whether every leg that was heard of is gone, the one that began the call among them."""
    if call.accounted or call.joined_to is not None:
        return True
    return call.linked in call.legs and all(leg.ended is not None for leg in call.legs.values())


def gave_up(call: Call) -> bool:
    """Whether the caller hung up in a queue; a queue says the same of one that it sent away itself."""
    first = call.first_leg
    if first is None or first.asked is None or direction(call) is not CallDirection.INBOUND or talkers(call):
        return False
    moments = [wait.gave_up for wait in call.waits if wait.gave_up is not None]
    return bool(moments) and first.asked <= max(moments) + _TOGETHER


def hung_up_at(call: Call) -> datetime | None:
    """The real hang-up: when the other party's leg ended, or what is known that comes nearest."""
    other = customer(call)
    if other is not None and other.ended is not None:
        return other.ended
    ends = [leg.ended for leg in call.legs.values() if leg.ended is not None]
    return max(ends, default=None)
