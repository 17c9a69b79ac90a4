"""Every step of the callback desk: its command and rule, whose it is, the clause that foresees it, when it is heard."""

from contracts.vocabulary import CENTRE, CallKind, Role
from kit.decide.steps import Step, steps
from kit.decide.steps import accepted_now as accepted
from procedures.model import Procedure
from procedures.model.part import Sourced
from services.callback.rules.calling import tell_progress
from services.callback.rules.command import CallBack, TellProgress
from services.callback.rules.dialling import Dial, dial, recorded
from services.callback.rules.state import Calls, CallStage


def _attempts(procedure: Procedure) -> Sourced:
    return procedure.callback.attempts if procedure.callback else procedure.clauses.loop


def _calls_back(procedure: Procedure) -> bool:
    return procedure.callback is not None


def _is_owed(calls: Calls, _: Procedure) -> bool:
    return calls.owed is not CallKind.NONE


STEPS = steps(
    Step(
        "call_back",
        CallBack,
        recorded,
        (*CENTRE, Role.INTEGRATION),
        _attempts,
        (CallStage.PLANNED,),
        _is_owed,
        _calls_back,
        word="attempts",
    ),
    Step("dial", Dial, dial, CENTRE, _attempts, (CallStage.PLANNED,), _is_owed, _calls_back),
    Step(
        "tell_progress",
        TellProgress,
        tell_progress,
        (*CENTRE, Role.INTEGRATION),
        _attempts,
        (CallStage.WAITING, CallStage.PLANNED),
        offered=_calls_back,
        word="progress",
    ),
)


def accepted_now(calls: Calls, procedure: Procedure) -> tuple[str, ...]:
    """What can be recorded now, whatever the hour."""
    return accepted(STEPS, calls, calls.stage, procedure)
