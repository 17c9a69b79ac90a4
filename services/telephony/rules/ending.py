"""What a call came to, by cause and dial status, as real captures teach; no single field of the switch tells it."""

from collections.abc import Mapping
from datetime import datetime

from contracts.calls import CallEnded, Ring
from contracts.vocabulary import CallDirection, CallEnd, ClosedBy, EndedBy, RingEnd
from services.telephony.rules.call import Call, Leg, Wait
from services.telephony.rules.parts import customer, direction, gave_up, hung_up_at, is_answered, stations, talkers

_BY_CAUSE: Mapping[int, CallEnd] = {
    1: CallEnd.EMPTY_NUMBER,
    17: CallEnd.BUSY,
    18: CallEnd.NO_ANSWER,
    19: CallEnd.NO_ANSWER,
    21: CallEnd.REFUSED,
    22: CallEnd.EMPTY_NUMBER,
    28: CallEnd.EMPTY_NUMBER,
}
"""Causes of Q.850 that say what came of dialling somebody."""

_BY_SIP: Mapping[int, CallEnd] = {
    404: CallEnd.EMPTY_NUMBER,
    408: CallEnd.NO_ANSWER,
    410: CallEnd.EMPTY_NUMBER,
    480: CallEnd.NO_ANSWER,
    484: CallEnd.EMPTY_NUMBER,
    486: CallEnd.BUSY,
    600: CallEnd.BUSY,
    603: CallEnd.REFUSED,
    604: CallEnd.EMPTY_NUMBER,
}
_BY_STATUS: Mapping[str, CallEnd] = {
    "ANSWER": CallEnd.CONNECTED,
    "BUSY": CallEnd.BUSY,
    "NOANSWER": CallEnd.NO_ANSWER,
    "CANCEL": CallEnd.CANCELLED,
    "AGENT": CallEnd.AGENT_NO_ANSWER,
}
_REFUSED_BY_AGENT = (frozenset({17, 21}), frozenset({486, 600, 603}))
_NOT_THERE = (frozenset({1, 3, 20, 27, 38}), frozenset({404, 503}))
_TIMED_OUT = "TIMEOUT"


def ended(call: Call, closed_by: ClosedBy) -> CallEnded:
    """The whole call in one statement."""
    other, talked, wait = customer(call), talkers(call), _last_wait(call)
    first = talked[0] if talked else None
    at = hung_up_at(call) or call.heard_at
    arrived_at = arrived_at_of(call)
    return CallEnded(
        at=max(at, arrived_at),
        outcome=outcome(call),
        ended_by=_ended_by(call),
        closed_by=closed_by,
        arrived_at=arrived_at,
        answered_at=answered_at(call),
        queue=(first.queue if first else None) or (wait.queue if wait else None),
        station=first.station if first else _asked_station(call),
        agent=first.agent if first else call.asked_by,
        waited_ms=waited_ms(call),
        rang_ms=span_ms(first.rung, first.up) if first else None,
        talked_ms=_talked_ms(call),
        held_ms=_held_ms(call),
        transfers=len(call.moves),
        unanswered=tuple(_rings(call))[:50],
        cause=other.cause if other else None,
        sip=other.sip if other else None,
        ticket=call.ticket,
        recording=call.key if call.recorded and talked else None,
    )


def outcome(call: Call) -> CallEnd:
    """What it came to for whoever called, or for whom we called."""
    if call.joined_to is not None:
        return CallEnd.JOINED
    way = direction(call)
    if way is CallDirection.OUTBOUND:
        return _of_dialling(call)
    if way is CallDirection.INTERNAL:
        return CallEnd.CONNECTED if talkers(call) else CallEnd.NO_ANSWER
    return CallEnd.ANSWERED if talkers(call) else _of_waiting(call)


def _of_waiting(call: Call) -> CallEnd:
    """A queue that sent the caller away says so in the dial plan, or is known by nobody having hung up."""
    first = call.first_leg
    if call.queue_status is not None and not gave_up(call):
        return CallEnd.QUEUE_TIMEOUT if call.queue_status == _TIMED_OUT else CallEnd.NOT_ANSWERED
    if gave_up(call):
        return CallEnd.ABANDONED
    if any(wait.gave_up is not None for wait in call.waits):
        return CallEnd.QUEUE_TIMEOUT
    return CallEnd.ABANDONED if first is not None and first.asked is not None else CallEnd.NOT_ANSWERED


def _of_dialling(call: Call) -> CallEnd:
    other = customer(call)
    if other is not None and other.up is not None:
        return CallEnd.CONNECTED
    if not any(leg.up is not None for leg in stations(call)):
        return CallEnd.AGENT_NO_ANSWER if other is None or stations(call) else _of_leg(call, other)
    return _of_leg(call, other)


def _of_leg(call: Call, other: Leg | None) -> CallEnd:
    """The leg's own cause first, then the phone's answer, then what the dial plan makes of both."""
    agent = next((leg for leg in stations(call) if leg.asked is not None), None)
    for cause in (other.cause if other else None, call.dial_cause):
        if cause is not None and cause in _BY_CAUSE:
            return _BY_CAUSE[cause]
    sip = other.sip if other else None
    if sip is not None and sip in _BY_SIP:
        return _BY_SIP[sip]
    if agent is not None:
        return CallEnd.CANCELLED
    status = (other.status if other else None) or call.dial_status
    return _BY_STATUS.get(status or "", CallEnd.FAILED)


def answered_at(call: Call) -> datetime | None:
    """When both sides could first talk: the agent's picking up, or the customer's where we dialled."""
    talked, other = talkers(call), customer(call)
    if not talked:
        return None
    return other.up if direction(call) is CallDirection.OUTBOUND and other is not None else talked[0].up


def waited_ms(call: Call) -> int | None:
    """How long the caller was in the queue, until somebody picked up or they left it."""
    wait, talked = _last_wait(call), talkers(call)
    if wait is None or wait.joined is None:
        return None
    first = call.first_leg
    until = talked[0].up if talked else wait.gave_up or (first.ended if first else None)
    return span_ms(wait.joined, until)


def _last_wait(call: Call) -> Wait | None:
    return call.waits[-1] if call.waits else None


def arrived_at_of(call: Call) -> datetime:
    """When it began: its first leg's beginning, or what was heard of it first."""
    first = call.first_leg
    return (first.began if first else None) or call.first_at


def _asked_station(call: Call) -> str | None:
    first = call.first_leg
    return first.station if first else None


def span_ms(begin: datetime | None, end: datetime | None) -> int | None:
    """Milliseconds from one moment to another, never fewer than none; None while one of them is not known."""
    if begin is None or end is None:
        return None
    return max(0, round((end - begin).total_seconds() * 1000))


def _talked_ms(call: Call) -> int:
    """Until the other party or the last agent left, whoever was first."""
    begin, talked, other = answered_at(call), talkers(call), customer(call)
    ends = [leg.ended for leg in talked if leg.ended is not None]
    until = max(ends, default=None)
    if other is not None and other.ended is not None:
        until = min(until, other.ended) if until is not None else other.ended
    return span_ms(begin, until) or 0


def _held_ms(call: Call) -> int:
    total, begun = 0, None
    for hold in call.holds:
        if hold.on and begun is None:
            begun = hold.at
        elif not hold.on and begun is not None:
            total, begun = total + (span_ms(begun, hold.at) or 0), None
    return total + (span_ms(begun, hung_up_at(call)) or 0)


def _ended_by(call: Call) -> EndedBy:
    """Whoever hung up first of those who were in the call; the switch where nobody did."""
    asked = [leg for leg in (*talkers(call), customer(call)) if leg is not None and leg.asked is not None]
    inbound = direction(call) is CallDirection.INBOUND
    asked = [leg for leg in asked if leg.up is not None or (inbound and leg is call.first_leg)]
    if not asked:
        return EndedBy.UNKNOWN if call.accounted else EndedBy.SWITCH
    first = min(asked, key=lambda leg: leg.asked or call.heard_at)
    return EndedBy.CUSTOMER if first.station is None else EndedBy.AGENT


def _rings(call: Call) -> list[Ring]:
    """Every agent's phone that was not picked up, and why: a refusal shows only in that leg's own hang-up."""
    unanswered = [leg for leg in stations(call) if leg.rung is not None and not is_answered(leg)]
    return [Ring(station=leg.station or "", outcome=_ring_end(call, leg)) for leg in unanswered]


def _ring_end(call: Call, leg: Leg) -> RingEnd:
    causes, codes = _REFUSED_BY_AGENT
    if leg.cause in causes or leg.sip in codes:
        return RingEnd.REJECTED
    if leg.cause == 26 or (leg.status == "CANCEL" and not leg.missed) or (gave_up(call) and not leg.missed):
        return RingEnd.CANCELLED
    causes, codes = _NOT_THERE
    return RingEnd.UNREACHABLE if leg.cause in causes or leg.sip in codes else RingEnd.NO_ANSWER
