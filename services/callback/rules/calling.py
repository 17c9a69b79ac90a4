"""One call to the customer and what comes of it (第十四条(九), 第十五条(三)2)."""

from contracts.callback import CallbackAttempted, CallbackCompleted, CallbackExhausted, CallbackProgressTold
from contracts.fact import Fact
from contracts.refusal import Outcome
from contracts.vocabulary import CallOutcome
from procedures.model import Procedure
from procedures.model.part import stated
from services.callback.rules import refusals, windows
from services.callback.rules.command import CallBack, TellProgress
from services.callback.rules.planning import planned
from services.callback.rules.satisfaction import is_satisfied
from services.callback.rules.state import Calls, CallStage
from texts import label


def call_back(state: Calls | None, command: CallBack, procedure: Procedure) -> Outcome[Calls]:
    """Record one call.

    Refused while no reply has passed review (transient), where no call is owed, in quiet hours or before an agreed
    time, too soon after the last counted attempt, and when the record itself is incomplete.
    """
    if state is None:
        return refusals.UNKNOWN
    refusal = refusals.refusal_of(state, command, procedure)
    if refusal is not None:
        return refusal
    counts = _counts(command.outcome, procedure)
    called = state.model_copy(
        update={
            "outcome": command.outcome,
            "made": state.made + 1,
            "counted": state.counted + counts,
            "last_counted_at": command.at if counts else state.last_counted_at,
        }
    )
    attempted = CallbackAttempted(
        at=command.at, by=command.by, outcome=command.outcome, attempt=called.made, counts=counts
    )
    now, said = _followed(called, command, procedure)
    return now, (attempted, *said)


def tell_progress(state: Calls | None, command: TellProgress, procedure: Procedure) -> Outcome[Calls]:
    """Record that the customer was told how far it is; the answer is another call (R004-076, R004-093)."""
    if state is None:
        return refusals.UNKNOWN
    refusal = refusals.progress_refused(state, command, procedure)
    if refusal is not None:
        return refusal
    return state, (CallbackProgressTold(at=command.at, by=command.by, outcome=command.outcome),)


def _counts(outcome: CallOutcome, procedure: Procedure) -> bool:
    """Whether it is one of the attempts that fail for the customer's reasons (R004-099; R004-098, a reading)."""
    if outcome is CallOutcome.INCONVENIENT:
        return procedure.reading("inconvenient_counts") == "yes"
    return outcome is not CallOutcome.CONNECTED


def _followed(called: Calls, command: CallBack, procedure: Procedure) -> tuple[Calls, tuple[Fact, ...]]:
    """Done, another call at the agreed time, another call later, or no more after the last attempt (R004-101)."""
    if command.outcome is CallOutcome.CONNECTED:
        return _completed(called, command, procedure)
    if command.appointment is not None:
        at = windows.agreed(command.appointment, procedure)
        return planned(called, command.at, at, None, command.appointment)
    if called.counted >= stated(procedure.callback).attempts.value:
        return _exhausted(called, command)
    return planned(called, command.at, windows.after_attempt(command.at, procedure), None, None)


def _completed(called: Calls, command: CallBack, procedure: Procedure) -> tuple[Calls, tuple[Fact, ...]]:
    answers = {
        "solved": command.solved,
        "satisfaction": None if command.satisfaction == "declined" else command.satisfaction,
        "declined": command.satisfaction == "declined",
        "mismatch": command.mismatch,
        "basis": command.basis,
        "satisfied": is_satisfied(command, procedure),
    }
    recheck = {"recheck": command.recheck}
    said = CallbackCompleted.model_validate(
        {"at": command.at, "by": command.by, "kind": called.owed, **answers, **recheck}
    )
    done = {"stage": CallStage.DONE, "not_before": None, "not_after": None}
    return called.model_copy(update=answers | done | {"rechecks": called.rechecks + command.recheck}), (said,)


def _exhausted(called: Calls, command: CallBack) -> tuple[Calls, tuple[Fact, ...]]:
    reason = command.reason or label(command.outcome)
    said = CallbackExhausted(at=command.at, attempts=called.counted, reason=reason)
    ended = {"stage": CallStage.DONE, "reason": reason, "not_before": None, "not_after": None}
    return called.model_copy(update=ended), (said,)
