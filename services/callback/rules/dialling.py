"""A planned call dialled by click: whether it may be made now, and what the line tells of it."""

from collections.abc import Mapping
from datetime import timedelta

from contracts.fact import Line, Open, Score
from contracts.refusal import Outcome, Refusal, refused
from contracts.vocabulary import CallEnd, CallOutcome
from kit.decide.steps import Command
from procedures.model import Procedure
from services.callback.rules import refusals
from services.callback.rules.calling import call_back
from services.callback.rules.command import CallBack
from services.callback.rules.state import Calls, Dialled

NOBODY: Mapping[str, CallOutcome] = {
    CallEnd.BUSY: CallOutcome.BUSY,
    CallEnd.REFUSED: CallOutcome.REFUSED,
    CallEnd.NO_ANSWER: CallOutcome.NO_ANSWER,
    CallEnd.EMPTY_NUMBER: CallOutcome.UNREACHABLE,
}
"""How a call ends that reached nobody; every other end is our own affair, and no attempt."""

LINE_TELLS_WITHIN = timedelta(minutes=10)
"""Past this the line is not waited for any more, and the clerk writes down what came of the call."""

_TALKED = frozenset({CallOutcome.CONNECTED, CallOutcome.INCONVENIENT})


class Dial(Command):
    """Dial the call that is owed: refused when it may not be made now. `call` is the id that the switch will know."""

    call: Line


class LineEnded(Command):
    """What the phone switch saw of a call that was dialled here."""

    call: Line
    outcome: Open[CallEnd]


class LineScored(Command):
    """The customer pressed a key after the call."""

    call: Line
    score: Score


def dial(state: Calls | None, command: Dial, procedure: Procedure) -> Outcome[Calls]:
    """The moment and who dials are remembered: an attempt that reaches nobody is recorded as theirs."""
    if state is None:
        return refusals.UNKNOWN
    refusal = refusals.not_now(state, command.at, procedure)
    if refusal is not None:
        return refusal
    return state.model_copy(update={"dialled": Dialled(call=command.call, at=command.at, by=command.by)}), ()


def line_ended(state: Calls | None, command: LineEnded, procedure: Procedure) -> Outcome[Calls]:
    """Who was not reached is an attempt as the line tells it; who was is for the clerk to write down.

    Nothing comes of a call that was written down by hand meanwhile, nor of one that a new reply overtook.
    """
    assert state is not None
    dialled = state.dialled
    if dialled is None or dialled.call != command.call or dialled.ended is not None:
        return state, ()
    outcome = NOBODY.get(command.outcome)
    if outcome is None:
        over = dialled.model_copy(update={"ended": command.outcome})
        reached = command.outcome == CallEnd.CONNECTED
        return state.model_copy(update={"dialled": over if reached else None}), ()
    attempt = CallBack(at=dialled.at, by=dialled.by, outcome=outcome)
    done = call_back(state.model_copy(update={"dialled": None}), attempt, procedure)
    return (state.model_copy(update={"dialled": None}), ()) if isinstance(done, Refusal) else done


def line_scored(state: Calls | None, command: LineScored, _: Procedure) -> Outcome[Calls]:
    """Counted with the clerk's record of the call, where that gives no score itself."""
    assert state is not None
    dialled = state.dialled
    if dialled is None or dialled.call != command.call:
        return state, ()
    return state.model_copy(update={"dialled": dialled.model_copy(update={"score": command.score})}), ()


def recorded(state: Calls | None, command: CallBack, procedure: Procedure) -> Outcome[Calls]:
    """A call as the clerk writes it down: what the line knows, it knows better."""
    dialled = state.dialled if state is not None else None
    if state is None or dialled is None:
        return call_back(state, command, procedure)
    if command.outcome not in _TALKED and command.at < dialled.at + LINE_TELLS_WITHIN:
        return refused("line_tells", procedure.clauses.loop, accepts=tuple(sorted(_TALKED)))
    scored = command
    if command.satisfaction is None and command.outcome is CallOutcome.CONNECTED and dialled.score is not None:
        scored = command.model_copy(update={"satisfaction": dialled.score})
    return call_back(state.model_copy(update={"dialled": None}), scored, procedure)
