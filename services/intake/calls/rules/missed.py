"""Callers who hung up before anybody answered: who is to be called back, by when, and what came of it."""

from datetime import datetime
from enum import StrEnum

from contracts.fact import Line
from contracts.refusal import Outcome, refused
from contracts.vocabulary import CENTRE, CallDirection
from kit.decide.state import State
from kit.decide.steps import Command, Step, steps
from procedures.model import Procedure
from procedures.model.part import Sourced
from procedures.model.telephony import MissedCallRules
from services.intake.calls.rules.call import TALKED, UNANSWERED, Call

MOST_CALLS = 20
"""Of a caller who tries again and again the latest are kept."""


class Settled(StrEnum):
    """Why a caller is owed no call back any more."""

    GOT_THROUGH = "got_through"
    CALLED_BACK = "called_back"
    BY_HAND = "by_hand"


class MissedCaller(State):
    """The calls in vain of one number, merged; `due` is when the caller must be called back, by the first of them.

    `tried` are our calls that did not reach the caller.
    """

    procedure: str
    number_ref: str | None = None
    queue: str | None = None
    calls: tuple[str, ...] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None
    due: datetime | None = None
    tried: tuple[str, ...] = ()
    settled: Settled | None = None
    reason: str | None = None

    @property
    def is_owed(self) -> bool:
        """Whether somebody has still to call them back."""
        return self.due is not None and self.settled is None


class CloseMissed(Command):
    """Nobody need call back; the reason is kept."""

    reason: Line


FIELDS = ("due", "last_at")


def fields(caller: MissedCaller) -> dict[str, str | datetime | None]:
    """What lists may ask for; `due` only while a call is owed."""
    return {"due": caller.due if caller.is_owed else None, "last_at": caller.last_at}


def concerns(call: Call, procedure: Procedure) -> bool:
    """Whether the list of missed callers is to learn of this call, which is over."""
    rules = _rules(procedure)
    if rules is None or call.number_index is None:
        return False
    if call.outcome in UNANSWERED:
        short = rules.short_call_seconds
        return short is None or (call.waited_ms or 0) >= short.value * 1000
    return call.outcome in TALKED or call.direction is CallDirection.OUTBOUND


def learn(caller: MissedCaller | None, key: str, call: Call, procedure: Procedure) -> Outcome[MissedCaller]:
    """A call in vain asks for a call back, a conversation settles it, our call in vain counts as an attempt."""
    assert call.ended_at is not None
    now = caller or MissedCaller(procedure=procedure.ref)
    if call.outcome in UNANSWERED:
        return _missed(now, key, call, call.ended_at, procedure), ()
    if call.outcome in TALKED:
        return _talked(now, call, call.ended_at), ()
    if not now.is_owed or key in now.tried:
        return now, ()
    return now.model_copy(update={"tried": (*now.tried, key)[-MOST_CALLS:]}), ()


def _missed(now: MissedCaller, key: str, call: Call, at: datetime, procedure: Procedure) -> MissedCaller:
    rules = _rules(procedure)
    if rules is None or key in now.calls:
        return now
    due = procedure.calendar.add(at, rules.call_back_within.value)
    before = now if now.is_owed else MissedCaller(procedure=now.procedure)
    return before.model_copy(
        update={
            "number_ref": call.number_ref,
            "queue": call.queue,
            "calls": (*before.calls, key)[-MOST_CALLS:],
            "first_at": min(before.first_at or at, at),
            "last_at": max(before.last_at or at, at),
            "due": min(before.due or due, due),
        }
    )


def _talked(now: MissedCaller, call: Call, at: datetime) -> MissedCaller:
    """A conversation that ended before the last call in vain settles nothing."""
    if not now.is_owed or (now.last_at is not None and now.last_at > at):
        return now
    how = Settled.CALLED_BACK if call.direction is CallDirection.OUTBOUND else Settled.GOT_THROUGH
    return now.model_copy(update={"settled": how})


def _is_owed(caller: MissedCaller, _: Procedure) -> bool:
    return caller.is_owed


def close(caller: MissedCaller | None, command: CloseMissed, procedure: Procedure) -> Outcome[MissedCaller]:
    """By hand, with a reason; refused where nothing is owed."""
    assert caller is not None
    if not caller.is_owed:
        return refused("no_call_back_owed", _clause(procedure))
    return caller.model_copy(update={"settled": Settled.BY_HAND, "reason": command.reason}), ()


def _rules(procedure: Procedure) -> MissedCallRules | None:
    return procedure.telephony.missed_calls if procedure.telephony else None


def _clause(procedure: Procedure) -> Sourced:
    rules = _rules(procedure)
    return rules.call_back_within if rules else procedure.clauses.loop


def _is_kept(procedure: Procedure) -> bool:
    return _rules(procedure) is not None


STEPS = steps(Step("close", CloseMissed, close, CENTRE, _clause, open=_is_owed, offered=_is_kept))
"""What can be asked of a missed caller; calling them back is telephony's, and its outcome comes from the line."""
