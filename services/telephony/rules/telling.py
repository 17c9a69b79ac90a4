"""What is said of a call: every fact that its evidence bears out, each once, and the end after a grace time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from contracts import calls
from contracts.fact import Fact
from contracts.refusal import Outcome
from contracts.vocabulary import AbandonedAt, CallDirection, CallEnd, CallParty, ClosedBy
from procedures.model import Procedure
from services.telephony.rules import ending
from services.telephony.rules.call import Call, Leg, Wait
from services.telephony.rules.heard import Heard, Party
from services.telephony.rules.hearing import taken
from services.telephony.rules.keys import call_key
from services.telephony.rules.parts import customer, direction, gave_up, is_answered, is_complete, queue_of, talkers

GRACE = timedelta(seconds=2)
"""How long after its last leg's end a call still hears what was on its way."""

PATIENCE = timedelta(seconds=2)
"""How long a call waits to be told who began it before it is told without."""

UNHEARD = timedelta(minutes=1)
"""A call that we asked for and of which the switch tells nothing came to nothing."""

LONGEST = timedelta(hours=4)
"""A call of which nothing ends is closed then, and said to be."""


class Named(NamedTuple):
    """A fact and the name under which it is remembered as said."""

    name: str
    fact: Fact


def hear(call: Call | None, fact: Heard, procedure: Procedure) -> Outcome[Call]:
    """Take one statement of the switch in; what comes after the end changes nothing."""
    before = call or _begun(fact, procedure)
    if before.is_over:
        return before, ()
    now = taken(before, fact)
    if fact.at > now.heard_at:
        now = now.model_copy(update={"heard_at": fact.at})
    return _said(now, waited=False)


class Asked(NamedTuple):
    """A call that somebody at a station asked for; `line` is the number of ours that is shown."""

    key: str
    at: datetime
    station: str
    agent: str
    party: Party
    line: str
    ticket: str | None = None


def begin(call: Call | None, asked: Asked, procedure: Procedure) -> Outcome[Call]:
    """The call is known before it is dialled, so that whatever is heard of it finds it."""
    if call is not None:
        return call, ()
    begun = Call(
        procedure=procedure.ref,
        key=asked.key,
        linked=asked.key,
        first_at=asked.at,
        heard_at=asked.at,
        originated=True,
        direction=CallDirection.OUTBOUND,
        line=asked.line,
        party=asked.party,
        ticket=asked.ticket,
        asked_by=asked.agent,
    )
    return _waking(begun), ()


def wake(call: Call, now: datetime, procedure: Procedure) -> Outcome[Call]:  # noqa: ARG001 - the tick's signature
    """Close what is complete, or has lasted past all measure; tell what waited too long for its beginning."""
    if call.is_over:
        return call.model_copy(update={"wake_at": None}), ()
    if is_complete(call) and now >= call.heard_at + GRACE:
        return _closed(call, ClosedBy.GAP if call.accounted else ClosedBy.HANG_UP)
    if call.originated and not call.legs and now >= call.first_at + UNHEARD:
        return _closed(call.model_copy(update={"heard_at": now}), ClosedBy.LIMIT)
    if now >= call.first_at + LONGEST:
        return _closed(call.model_copy(update={"heard_at": now}), ClosedBy.LIMIT)
    return _said(call, waited=now >= call.first_at + PATIENCE)


def _begun(fact: Heard, procedure: Procedure) -> Call:
    return Call(
        procedure=procedure.ref,
        key=call_key(procedure.utility, fact.linked),
        linked=fact.linked,
        first_at=fact.at,
        heard_at=fact.at,
    )


def _said(call: Call, *, waited: bool) -> tuple[Call, tuple[Fact, ...]]:
    if "arrived" not in call.said and not waited and not _is_clear(call):
        return _waking(call), ()
    pending = [named for named in _all(call) if named.name not in call.said]
    if not pending:
        return _waking(call), ()
    pending.sort(key=lambda named: (named.name != "arrived", named.fact.at))
    return _waking(_remembered(call, pending)), tuple(named.fact for named in pending)


def _remembered(call: Call, told: list[Named]) -> Call:
    known: dict[str, Any] = {
        "direction": direction(call),
        "said": (*call.said, *(each.name for each in told)),
        "answered_at": ending.answered_at(call),
        "waited_ms": ending.waited_ms(call),
    }
    return call.model_copy(update=known)


def _closed(call: Call, closed_by: ClosedBy) -> tuple[Call, tuple[Fact, ...]]:
    """Everything that was not said yet, the recording, and the end."""
    called = call if call.direction else call.model_copy(update={"direction": direction(call) or CallDirection.INBOUND})
    told, said = _said(called, waited=True)
    last = ending.ended(told, closed_by)
    left = [] if "abandoned" in told.said else list(_left_before_queue(told, last))
    ready = [calls.CallRecordingReady(at=last.at, recording=told.key, ticket=told.ticket)] if last.recording else []
    over = {
        "ended_at": last.at,
        "outcome": str(last.outcome),
        "closed_by": closed_by,
        "answered_at": last.answered_at,
        "waited_ms": last.waited_ms,
        "wake_at": None,
    }
    return told.model_copy(update=over), (*said, *left, *ready, last)


def _left_before_queue(call: Call, last: calls.CallEnded) -> Iterator[Fact]:
    if last.outcome is not CallEnd.ABANDONED:
        return
    where = AbandonedAt.QUEUE if call.waits else AbandonedAt.BEFORE_QUEUE
    yield calls.CallAbandoned(at=last.at, where=where, queue=last.queue, waited_ms=last.waited_ms or 0)


def _waking(call: Call) -> Call:
    if "arrived" not in call.said:
        moment = call.first_at + PATIENCE
    elif is_complete(call):
        moment = call.heard_at + GRACE
    else:
        moment = call.first_at + (UNHEARD if call.originated and not call.legs else LONGEST)
    return call if call.wake_at == moment else call.model_copy(update={"wake_at": moment})


def _is_clear(call: Call) -> bool:
    """Whether it is known who began the call, when, and whom it is with."""
    first, way = call.first_leg, direction(call)
    if first is None or first.began is None or way is None:
        return False
    return way is not CallDirection.OUTBOUND or call.party.index is not None


def _all(call: Call) -> Iterator[Named]:
    """Everything that can be said by now."""
    yield Named("arrived", _arrived(call))
    for wait in call.waits:
        yield from _queued(wait)
    for leg_id, leg in call.legs.items():
        yield from _of_leg(call, leg_id, leg)
    yield from _holds(call)
    for move in call.moves:
        to = {"kind": move.kind, "station": move.station, "to": move.to}
        yield Named(f"transferred/{move.at.isoformat()}", calls.CallTransferred.model_validate({"at": move.at} | to))
    if call.scores and call.scored_at is not None:
        yield Named("scored", _scored(call, call.scores[0], call.scored_at))
    if gave_up(call):
        yield Named("abandoned", _abandoned(call))


def _arrived(call: Call) -> calls.CallArrived:
    first = call.first_leg
    return calls.CallArrived(
        at=ending.arrived_at_of(call),
        procedure=call.procedure,
        direction=direction(call) or CallDirection.INBOUND,
        line=call.line,
        number_kind=call.party.kind,
        number_index=call.party.index,
        number_ref=call.party.ref,
        ticket=call.ticket,
        station=first.station if first else None,
        agent=call.asked_by or (first.agent if first else None),
    )


def _queued(wait: Wait) -> Iterator[Named]:
    if wait.joined is not None:
        queued = calls.CallQueued(at=wait.joined, queue=wait.queue, position=wait.position, waiting=wait.waiting)
        yield Named(f"queued/{wait.queue}", queued)


def _of_leg(call: Call, leg_id: str, leg: Leg) -> Iterator[Named]:
    """Its ringing and its being picked up; the leg of whoever called us does neither."""
    if leg.inner or (leg is call.first_leg and leg.station is None):
        return
    added = leg_id.startswith(f"{call.key};")
    party = CallParty.AGENT if leg.station is not None else CallParty.THIRD if added else CallParty.CUSTOMER
    who = {"party": party, "queue": queue_of(call, leg), "station": leg.station, "agent": leg.agent}
    if leg.rung is not None:
        yield Named(f"ringing/{leg_id}", calls.CallRinging.model_validate({"at": leg.rung} | who))
    if is_answered(leg):
        spans = {"waited_ms": _waited(call, leg), "rang_ms": ending.span_ms(leg.rung, leg.up)}
        yield Named(f"answered/{leg_id}", calls.CallAnswered.model_validate({"at": leg.up} | who | spans))


def _waited(call: Call, leg: Leg) -> int | None:
    queue = queue_of(call, leg)
    wait = next((wait for wait in call.waits if wait.queue == queue), None)
    return ending.span_ms(wait.joined, leg.up) if wait is not None else None


def _holds(call: Call) -> Iterator[Named]:
    """Each hold with its release; a release of nothing is what a transfer does to a phone and is not told."""
    begun: datetime | None = None
    for hold in call.holds:
        if hold.on and begun is None:
            begun = hold.at
            yield Named(f"held/{hold.at.isoformat()}", calls.CallHeld(at=hold.at, station=hold.station))
        elif not hold.on and begun is not None:
            held = ending.span_ms(begun, hold.at)
            resumed = calls.CallResumed(at=hold.at, station=hold.station, held_ms=held)
            yield Named(f"resumed/{hold.at.isoformat()}", resumed)
            begun = None


def _scored(call: Call, score: int, at: datetime) -> calls.CallSurveyScored:
    talked = talkers(call)
    last = talked[-1] if talked else None
    return calls.CallSurveyScored(
        at=at,
        score=score,
        station=last.station if last else None,
        agent=last.agent if last else None,
        ticket=call.ticket,
    )


def _abandoned(call: Call) -> calls.CallAbandoned:
    wait = max(
        (each for each in call.waits if each.gave_up is not None), key=lambda each: each.gave_up or call.first_at
    )
    other = customer(call)
    at = (other.asked if other else None) or wait.gave_up or call.heard_at
    waited = ending.span_ms(wait.joined, wait.gave_up) or 0
    return calls.CallAbandoned(
        at=at, where=AbandonedAt.QUEUE, queue=wait.queue, waited_ms=waited, position=wait.left_at
    )
