"""Every statement of the switch is kept as evidence of its call; in which order it comes makes no difference."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from contracts.vocabulary import NumberKind
from services.telephony.rules import heard
from services.telephony.rules.call import Call, Hold, Leg, Move, Wait
from services.telephony.rules.heard import Party, Seen

_CALLABLE = frozenset({NumberKind.MOBILE, NumberKind.LANDLINE, NumberKind.FOREIGN})
"""What a station's leg may show of a customer; a short number there is our own."""

MOST_OF_A_KIND = 50
"""Legs, holds and moves of one call that are kept; a switch that tells of more than these is in a loop."""


def taken(call: Call, fact: heard.Heard) -> Call:
    """The call with what this statement adds."""
    seen = _seen(call, fact.leg, fact.at) if fact.leg is not None else call
    add = _ADD.get(type(fact))
    return seen if add is None else add(seen, fact)


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def _seen(call: Call, seen: Seen, at: datetime) -> Call:
    """A leg as it is shown by whatever is said of it."""
    known = call.legs.get(seen.id)
    if known is None and len(call.legs) >= MOST_OF_A_KIND:
        return call
    leg = known or Leg(station=seen.station, agent=seen.agent, inner=seen.inner)
    changes: dict[str, Any] = {}
    if seen.up and not (leg.up and leg.up <= at):
        changes["up"] = _earliest(leg.up, at)
    if seen.ringing and not (leg.rang and leg.rang <= at):
        changes["rang"] = _earliest(leg.rang, at)
    now = leg.model_copy(update=changes) if changes else leg
    shown = _shown(call, seen)
    if now is known and not shown:
        return call
    return call.model_copy(update={"legs": {**call.legs, seen.id: now}, **shown})


def _shown(call: Call, seen: Seen) -> dict[str, Any]:
    """What the leg carries of number, line and ticket, where the call has none yet."""
    shown: dict[str, Any] = {}
    if seen.party is not None and _is_better(call.party, seen):
        shown["party"] = seen.party
    if seen.ticket and call.ticket is None:
        shown["ticket"] = seen.ticket
    if seen.id == call.linked and seen.station is None and seen.line and call.line is None:
        shown["line"] = seen.line
    return shown


def _is_better(known: Party, seen: Seen) -> bool:
    """A number that can be called stands above none, and is never replaced by another."""
    party = seen.party
    assert party is not None
    if known.index is not None or (party.index is None and party.kind is known.kind):
        return False
    if seen.station is not None:
        return party.kind in _CALLABLE
    return not seen.inner and (party.index is not None or known.kind is NumberKind.UNKNOWN)


def _with_leg(call: Call, leg_id: str, **changes: Any) -> Call:
    """Moments keep the earliest, everything else what was heard."""
    leg = call.legs.get(leg_id)
    if leg is None:
        if len(call.legs) >= MOST_OF_A_KIND:
            return call
        leg = Leg()
    merged = {
        name: _earliest(getattr(leg, name), value) if isinstance(value, datetime) else value
        for name, value in changes.items()
        if value is not None
    }
    return call.model_copy(update={"legs": {**call.legs, leg_id: leg.model_copy(update=merged)}})


def _began(call: Call, fact: heard.LegBegan) -> Call:
    assert fact.leg is not None
    return _with_leg(call, fact.leg.id, began=fact.at)


def _dialled(call: Call, fact: heard.Dialled) -> Call:
    known = _seen(call, fact.to, fact.at)
    rung = _with_leg(known, fact.to.id, dialled=fact.at, queue=fact.by_queue)
    return rung if fact.leg is not None else _originated(rung, fact.to.id)


def _originated(call: Call, leg_id: str) -> Call:
    """The switch dialled by itself: where that leg began the call, the call is one that we were asked to make."""
    return call.model_copy(update={"originated": True}) if leg_id == call.linked else call


def _dial_over(call: Call, fact: heard.DialOver) -> Call:
    known = _seen(call, fact.to, fact.at)
    up = fact.at if fact.status == "ANSWER" else None
    return _with_leg(known, fact.to.id, status=fact.status, up=up)


def _hang_up_asked(call: Call, fact: heard.HangUpAsked) -> Call:
    assert fact.leg is not None
    return _with_leg(call, fact.leg.id, asked=fact.at)


def _leg_ended(call: Call, fact: heard.LegEnded) -> Call:
    assert fact.leg is not None
    return _with_leg(call, fact.leg.id, ended=fact.at, cause=fact.cause, sip=fact.sip)


def _joined(call: Call, fact: heard.Joined) -> Call:
    return _with_wait(call, fact.queue, joined=fact.at, position=fact.position, waiting=fact.waiting)


def _gave_up(call: Call, fact: heard.GaveUp) -> Call:
    return _with_wait(call, fact.queue, gave_up=fact.at, left_at=fact.position)


def _with_wait(call: Call, queue: str, **changes: Any) -> Call:
    known = {wait.queue: wait for wait in call.waits}
    wait = known.get(queue) or Wait(queue=queue)
    if wait.joined is not None and "joined" in changes:
        return call
    kept = {**known, queue: wait.model_copy(update=changes)}
    return call.model_copy(update={"waits": tuple(kept.values())[:MOST_OF_A_KIND]})


def _queue_left(call: Call, fact: heard.QueueLeft) -> Call:
    return call.model_copy(update={"queue_status": fact.status})


def _connected(call: Call, fact: heard.Connected) -> Call:
    known = _seen(call, fact.to, fact.at)
    return _with_leg(known, fact.to.id, connected=fact.at, queue=fact.queue)


def _missed(call: Call, fact: heard.Missed) -> Call:
    return _with_leg(_seen(call, fact.to, fact.at), fact.to.id, missed=True)


def _bridged(call: Call, fact: heard.Bridged) -> Call:
    assert fact.leg is not None
    return _with_leg(call, fact.leg.id, bridged=fact.at)


def _hold(call: Call, at: datetime, station: str | None, *, on: bool) -> Call:
    pressed = Hold(at=at, station=station, on=on)
    if pressed in call.holds or len(call.holds) >= MOST_OF_A_KIND:
        return call
    return call.model_copy(update={"holds": tuple(sorted((*call.holds, pressed), key=lambda each: each.at))})


def _held(call: Call, fact: heard.Held) -> Call:
    return _hold(call, fact.at, fact.leg.station if fact.leg else None, on=True)


def _unheld(call: Call, fact: heard.Unheld) -> Call:
    return _hold(call, fact.at, fact.leg.station if fact.leg else None, on=False)


def _put_through(call: Call, fact: heard.PutThrough) -> Call:
    """Whoever puts a call through takes it off hold as well."""
    move = Move(at=fact.at, kind=fact.kind, station=fact.leg.station if fact.leg else None, to=fact.to)
    if move in call.moves or len(call.moves) >= MOST_OF_A_KIND:
        return call
    moved = call.model_copy(update={"moves": tuple(sorted((*call.moves, move), key=lambda each: each.at))})
    return _hold(moved, fact.at, move.station, on=False)


def _joined_to(call: Call, fact: heard.JoinedTo) -> Call:
    return call.model_copy(update={"joined_to": fact.other})


def _scored(call: Call, fact: heard.Scored) -> Call:
    """Nothing pressed, and a key that is no digit, is not a score."""
    if not (fact.key.isascii() and fact.key.isdecimal() and len(fact.key) <= 2) or call.scores:
        return call
    return call.model_copy(update={"scores": (int(fact.key),), "scored_at": fact.at})


def _recorded(call: Call, fact: heard.Recorded) -> Call:
    return call.model_copy(update={"recorded": True, "file": fact.file or call.file})


def _originate_over(call: Call, fact: heard.Originated) -> Call:
    said: dict[str, Any] = {"originated": True}
    if not fact.reached:
        said["dial_status"] = "AGENT"
    if fact.party is not None and call.party.index is None:
        said["party"] = fact.party
    return call.model_copy(update=said)


def _resulted(call: Call, fact: heard.Resulted) -> Call:
    return call.model_copy(update={"dial_status": fact.status, "dial_cause": fact.cause})


def _vanished(call: Call, fact: heard.Vanished) -> Call:
    """Every leg that was not heard to end ended in the gap; when exactly, nobody can say."""
    ended = {
        leg_id: leg if leg.ended is not None else leg.model_copy(update={"ended": fact.at})
        for leg_id, leg in call.legs.items()
    }
    return call.model_copy(update={"legs": ended, "accounted": True})


_ADD: Mapping[type[heard.Heard], Callable[[Call, Any], Call]] = {
    heard.LegBegan: _began,
    heard.Dialled: _dialled,
    heard.DialOver: _dial_over,
    heard.HangUpAsked: _hang_up_asked,
    heard.LegEnded: _leg_ended,
    heard.Joined: _joined,
    heard.GaveUp: _gave_up,
    heard.QueueLeft: _queue_left,
    heard.Connected: _connected,
    heard.Missed: _missed,
    heard.Bridged: _bridged,
    heard.Held: _held,
    heard.Unheld: _unheld,
    heard.PutThrough: _put_through,
    heard.JoinedTo: _joined_to,
    heard.Scored: _scored,
    heard.Recorded: _recorded,
    heard.Originated: _originate_over,
    heard.Resulted: _resulted,
    heard.Vanished: _vanished,
}
