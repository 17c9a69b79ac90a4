"""A call that was dialled for a ticket, by the switch's id: what the line tells, until the ticket knows it."""

from collections.abc import Callable, Mapping
from typing import Any

from contracts.calls import CallEnded, CallSurveyScored
from contracts.fact import SYSTEM, Actor, Fact, Instant, Open, Score
from contracts.refusal import Outcome
from contracts.vocabulary import CallEnd
from kit.decide.state import State
from procedures.model import Procedure
from services.callback.rules.dialling import LineEnded, LineScored, line_ended, line_scored
from services.callback.rules.state import Calls

ENDED, SCORED = "ended", "scored"


class PhoneCall(State):
    """A call that was dialled here, by the switch's id; `told` once its ticket knows what the line told."""

    procedure: str
    ticket: str
    by: Actor
    ended_at: Instant | None = None
    outcome: Open[CallEnd] | None = None
    score: Score | None = None
    told: tuple[str, ...] = ()


def follow_ups(call: PhoneCall) -> tuple[str, ...]:
    """The ticket learns of the end, and of the key that was pressed."""
    named = (*((ENDED,) if call.outcome is not None else ()), *((SCORED,) if call.score is not None else ()))
    return tuple(name for name in named if name not in call.told)


def told(call: PhoneCall, name: str) -> PhoneCall:
    """A follow-up is done."""
    return call.model_copy(update={"told": (*call.told, name)})


def begun(call: PhoneCall | None, new: PhoneCall) -> Outcome[PhoneCall]:
    """Kept once."""
    return call or new, ()


def command_of(key: str, call: PhoneCall, name: str) -> Callable[[Calls | None, Procedure], Outcome[Calls]]:
    """What the ticket is told by a follow-up."""
    assert call.ended_at is not None
    at, by = call.ended_at, SYSTEM
    if name == ENDED:
        assert call.outcome is not None
        ended = LineEnded(at=at, by=by, call=key, outcome=call.outcome)
        return lambda state, procedure: line_ended(state, ended, procedure)
    assert call.score is not None
    scored = LineScored(at=at, by=by, call=key, score=call.score)
    return lambda state, procedure: line_scored(state, scored, procedure)


def _ended(call: PhoneCall | None, fact: CallEnded, _: Procedure) -> Outcome[PhoneCall]:
    assert call is not None
    return call.model_copy(update={"ended_at": fact.at, "outcome": fact.outcome}), ()


def _scored(call: PhoneCall | None, fact: CallSurveyScored, _: Procedure) -> Outcome[PhoneCall]:
    assert call is not None
    return call.model_copy(update={"ended_at": call.ended_at or fact.at, "score": fact.score}), ()


HEARS: Mapping[type[Fact], Callable[[PhoneCall | None, Any, Procedure], Outcome[PhoneCall]]] = {
    CallEnded: _ended,
    CallSurveyScored: _scored,
}
"""Calls that nobody dialled here are not kept: their facts name no procedure."""
