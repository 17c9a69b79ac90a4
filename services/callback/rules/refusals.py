"""When a call may not be made, or not be recorded so, and the clause that says it."""

from collections.abc import Callable
from datetime import datetime

from contracts.refusal import Clause, Refusal, refused
from contracts.vocabulary import CallKind, CallOutcome
from procedures.model import Procedure
from procedures.model.part import Sourced, stated
from procedures.wording import local_text
from services.callback.rules import windows
from services.callback.rules.command import CallBack, TellProgress
from services.callback.rules.satisfaction import is_satisfied
from services.callback.rules.state import Calls, CallStage

UNKNOWN = Refusal("unknown_ticket", transient=True)


def refusal_of(state: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    """The first reason not to take this call down, or None."""
    return next((found for check in _CHECKS if (found := check(state, command, procedure)) is not None), None)


def not_now(state: Calls, at: datetime, procedure: Procedure) -> Refusal | None:
    """The first reason not to dial at this moment, or None."""
    command = CallBack(at=at, outcome=CallOutcome.CONNECTED)
    return next((found for check in _WHEN if (found := check(state, command, procedure)) is not None), None)


def _nothing_owed(state: Calls, _: CallBack, procedure: Procedure) -> Refusal | None:
    if state.owed is not CallKind.NONE:
        return None
    own = procedure.types[state.type].callback if state.wanted else procedure.clause("not_wanted")
    return refused("no_call_owed", own or procedure.clauses.loop)


def _wrong_stage(state: Calls, _: CallBack, procedure: Procedure) -> Refusal | None:
    if state.stage is CallStage.WAITING:
        return refused("reply_not_passed", procedure.clause("review"), transient=True)
    if state.stage is CallStage.PLANNED:
        return None
    return refused("call_not_awaited", procedure.clauses.loop)


def _before_appointment(state: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    if state.appointed_for is None or command.at >= state.appointed_for:
        return None
    rule = stated(procedure.callback).appointment_overrides_window
    return _until("before_appointment", rule or procedure.clauses.loop, state.appointed_for, procedure)


def progress_refused(state: Calls, command: TellProgress, procedure: Procedure) -> Refusal | None:
    """Why the customer is not to be called now to be told how far it is."""
    if state.stage not in (CallStage.WAITING, CallStage.PLANNED):
        return refused("call_not_awaited", procedure.clauses.loop)
    if not windows.is_quiet(command.at, procedure):
        return None
    return _until(
        "quiet_hours", stated(procedure.callback).quiet, windows.outside_quiet(command.at, procedure), procedure
    )


def _quiet(state: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    if not windows.is_quiet(command.at, procedure):
        return None
    allowed = procedure.reading("appointment_in_quiet_hours") == "allowed"
    if allowed and windows.is_covered(command.at, state.appointed_for, procedure):
        return None
    return _until(
        "quiet_hours", stated(procedure.callback).quiet, windows.outside_quiet(command.at, procedure), procedure
    )


def _too_soon(state: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    """An agreed time stands above the spacing, which only keeps customers from being pestered."""
    if state.last_counted_at is None or state.appointed_for is not None:
        return None
    if command.at >= procedure.calendar.add(state.last_counted_at, stated(procedure.callback).spacing.value):
        return None
    next_at = windows.after_attempt(state.last_counted_at, procedure)
    return _until("too_soon_to_call", stated(procedure.callback).spacing, next_at, procedure)


def _talked_to_nobody(_: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    answers = (command.solved, command.satisfaction, command.mismatch)
    if command.outcome is CallOutcome.CONNECTED or answers == (None, None, None):
        return None
    return refused("answers_without_talk", _record(procedure), accepts=(CallOutcome.CONNECTED,))


def _agreed_with_nobody(_: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    """Nobody picked up: nobody agreed to a time, and nobody asked for anything."""
    if command.outcome in _TALKED or not (command.appointment is not None or command.new_request):
        return None
    return refused("agreed_with_nobody", procedure.clause("next_time_agreed"), accepts=_TALKED)


_TALKED = (CallOutcome.CONNECTED, CallOutcome.INCONVENIENT)
"""Outcomes of calls in which somebody spoke with the customer."""


def _contradicting(_: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    """A call that came to its end needs no next time and no reason why it did not; a basis is a mismatch's."""
    through = command.outcome is CallOutcome.CONNECTED
    if through and command.appointment is not None:
        return refused("record_contradicts", _record(procedure), field="appointment")
    if through and command.reason:
        return refused("record_contradicts", _record(procedure), field="reason")
    if command.basis and command.mismatch is None:
        return refused("record_contradicts", _record(procedure), field="basis")
    return None


def _before_reply(state: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    """A call is about a reply that was there (design reading 28)."""
    if state.replied_at is None or command.at >= state.replied_at:
        return None
    return _until("call_before_reply", procedure.clause("review"), state.replied_at, procedure)


def _record(procedure: Procedure) -> Sourced:
    """What is asked, and that it is written down as it was: both clauses are cited."""
    asked, written = stated(procedure.callback).solved, procedure.clauses.call_record
    return Sourced(source=f"{asked.source}；{written.source}", rule=written.rule) if written else asked


def _not_asked(state: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    if command.outcome is not CallOutcome.CONNECTED or state.owed is not CallKind.SATISFACTION:
        return None
    if command.mismatch is not None:
        return None
    rules = stated(procedure.callback)
    if command.solved is None:
        return refused("solved_not_asked", rules.solved, accepts=rules.solved.value)
    if command.satisfaction is None and rules.satisfaction is not None:
        scale = rules.satisfaction.value
        return refused("score_not_asked", rules.satisfaction, accepts=(f"{scale.worst}-{scale.best}", "declined"))
    return None


def _unknown_answer(_: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    solved = stated(procedure.callback).solved
    if command.solved is None or command.solved in solved.value:
        return None
    return refused("answer_unknown", solved, accepts=solved.value)


def _unknown_score(_: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    score, rule = command.satisfaction, stated(procedure.callback).satisfaction
    if score is None or (score == "declined" and rule is not None):
        return None
    if rule is None or score == "declined":
        return refused("no_score_asked", stated(procedure.callback).solved)
    scale = rule.value
    if scale.worst <= score <= scale.best:
        return None
    return refused("score_off_the_scale", rule, accepts=(f"{scale.worst}-{scale.best}",))


def _bad_mismatch(_: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    if command.mismatch is None:
        return None
    rules = stated(procedure.callback)
    known = procedure.words("mismatch")
    if command.mismatch not in known:
        return refused("mismatch_not_a_ground", rules.send_back_grounds or procedure.clauses.loop, accepts=known)
    asked = rules.basis_required
    return refused("basis_missing", asked) if asked is not None and asked.value and not command.basis else None


def _bad_recheck(state: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    """A recheck is for who was asked and is not satisfied, so often as the procedure says."""
    if not command.recheck:
        return None
    rules = procedure.recheck
    if rules is None:
        return refused("not_in_procedure", procedure.clauses.loop, accepts=("call_back",), step="recheck")
    if command.outcome is not CallOutcome.CONNECTED:
        return refused("answers_without_talk", _record(procedure), accepts=(CallOutcome.CONNECTED,))
    if command.mismatch is not None or is_satisfied(command, procedure):
        return refused("recheck_of_a_satisfied", rules.times)
    if state.rechecks >= rules.times.value:
        return refused("rechecked_enough", rules.times, times=rules.times.value)
    return None


def _bad_appointment(_: Calls, command: CallBack, procedure: Procedure) -> Refusal | None:
    agreed = procedure.clause("next_time_agreed")
    if command.appointment is None:
        missing = command.outcome is CallOutcome.INCONVENIENT
        return refused("appointment_missing", agreed) if missing else None
    if command.appointment <= command.at:
        return refused("appointment_past", agreed)
    if windows.agreed(command.appointment, procedure) != command.appointment:
        next_at = windows.outside_quiet(command.appointment, procedure)
        return _until("appointment_in_quiet_hours", stated(procedure.callback).quiet, next_at, procedure)
    return None


_WHEN: tuple[Callable[[Calls, CallBack, Procedure], Refusal | None], ...] = (
    _nothing_owed,
    _wrong_stage,
    _before_reply,
    _before_appointment,
    _quiet,
    _too_soon,
)
"""Whether a call may be made at the moment of the command at all."""

_CHECKS = (
    *_WHEN,
    _talked_to_nobody,
    _agreed_with_nobody,
    _contradicting,
    _not_asked,
    _unknown_answer,
    _unknown_score,
    _bad_mismatch,
    _bad_recheck,
    _bad_appointment,
)


def _until(code: str, clause: Clause, moment: datetime, procedure: Procedure) -> Refusal:
    """Refused now, accepted from `moment` on."""
    zone = procedure.calendar.zone
    accepts = (f">= {moment.astimezone(zone).isoformat()}",)
    return refused(code, clause, accepts=accepts, not_before=local_text(moment, zone))
