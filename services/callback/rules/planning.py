"""How calls come to be planned and cancelled: what the callback desk hears of a ticket."""

from datetime import datetime
from typing import Any

from contracts.callback import CallbackPlanned
from contracts.refusal import Outcome
from contracts.ticket import (
    TicketAmended,
    TicketClosed,
    TicketDemandInvalidated,
    TicketOpened,
    TicketRecheckAsked,
    TicketRegraded,
    TicketReplied,
    TicketReplyApproved,
    TicketReplyRejected,
    TicketSentBack,
    TicketWithdrawn,
)
from contracts.vocabulary import CallKind, CallPreference
from procedures.model import Circumstances, Deadline, Procedure
from procedures.model.limits import earliest
from services.callback.rules import windows
from services.callback.rules.state import OF_THE_TICKET, Calls, CallStage

_NO_REPLY: dict[str, Any] = {
    name: field.default for name, field in Calls.model_fields.items() if name not in OF_THE_TICKET
}
"""Everything that belongs to one reply, as it is before the reply comes."""


def opened(state: Calls | None, fact: TicketOpened, procedure: Procedure) -> Outcome[Calls]:
    """Remember who is owed what: a satisfaction call, an answer, or nothing (R004-090 to R004-092, reading 3)."""
    if state is not None:
        return state, ()
    remembered = Calls(
        procedure=fact.procedure,
        type=fact.ticket_type,
        kind=procedure.call_owed(fact.kinds),
        others=fact.kinds[1:],
        subtype=fact.subtype,
        grade=fact.grade,
        area=fact.area,
        channel=fact.channel,
        platform=fact.gov.platform if fact.gov else None,
        wanted=fact.call_wish.preference is not CallPreference.NONE,
        wish_at=fact.call_wish.at,
    )
    return remembered, ()


def regraded(state: Calls, fact: TicketRegraded, procedure: Procedure) -> Outcome[Calls]:  # noqa: ARG001
    """A limit may depend on the grade (R004-070); calls planned already stay as they are."""
    return state.model_copy(update={"grade": fact.grade}), ()


def demand_invalidated(state: Calls, fact: TicketDemandInvalidated, procedure: Procedure) -> Outcome[Calls]:
    """The others are answered for; what is owed follows from them."""
    kinds = tuple(dict.fromkeys((fact.ticket_type, *(demand.type for demand in fact.demands))))
    left = {"type": kinds[0], "others": kinds[1:], "subtype": fact.subtype, "kind": procedure.call_owed(kinds)}
    return state.model_copy(update=left), ()


def amended(state: Calls, fact: TicketAmended, procedure: Procedure) -> Outcome[Calls]:
    """The customer wants no call, or another time; a call that is planned moves with the wish (R004-091, R004-092)."""
    wanted, wish = fact.call_wish.preference is not CallPreference.NONE, fact.call_wish.at
    now = state.model_copy(update={"wanted": wanted, "wish_at": wish})
    if state.stage is not CallStage.PLANNED or wish is None or wish == state.wish_at or wish <= fact.at:
        return now, ()
    return planned(now, fact.at, windows.agreed(wish, procedure), None, wish)


def replied(state: Calls, fact: TicketReplied, procedure: Procedure) -> Outcome[Calls]:  # noqa: ARG001
    """Keep the reply for whoever makes the call (R004-096); whether it is public, too (R004-041)."""
    reply = {
        "unit": fact.unit,
        "opinion": fact.opinion,
        "result": fact.result,
        "attachments": fact.attachments,
        "public": fact.public,
        "replied_at": fact.at,
    }
    return state.model_copy(update=_NO_REPLY | reply), ()


def reply_approved(state: Calls, fact: TicketReplyApproved, procedure: Procedure) -> Outcome[Calls]:
    """The last review passed: plan the first call, due a working day after the reply (第十四条, R004-092)."""
    if not fact.final or state.owed is CallKind.NONE or state.stage is not CallStage.WAITING:
        return state, ()
    deadline = _deadline(state, fact.replied_at, procedure)
    wish = state.wish_at if state.wish_at is not None and state.wish_at > fact.at else None
    first = windows.agreed(wish, procedure) if wish is not None else windows.outside_quiet(fact.at, procedure)
    return planned(state, fact.at, first, deadline.due if deadline else None, wish)


def _deadline(state: Calls, replied_at: datetime, procedure: Procedure) -> Deadline | None:
    """When the first call is due: by the limit of the clock that the reply starts and a call meets."""
    clocks, kinds = procedure.met_by("callback.attempted"), (state.type, *state.others)
    found = (procedure.deadline(clock, replied_at, _of(kind, state, procedure)) for clock in clocks for kind in kinds)
    first = earliest(deadline for deadline in found if deadline is not None)
    return procedure.call_deadline(first, state.wish_at) if first else None


def _of(kind: str, state: Calls, procedure: Procedure) -> Circumstances:
    subtype = state.subtype if kind == state.type else None
    grade = procedure.grade_of(kind, state.grade)
    return procedure.circumstances(kind, grade=grade, subtype=subtype, area=state.area)


def planned(
    state: Calls, at: datetime, not_before: datetime, not_after: datetime | None, appointed_for: datetime | None
) -> tuple[Calls, tuple[CallbackPlanned]]:
    """A call is to be made; `appointed_for` is the time agreed with the customer, if one was."""
    now = state.model_copy(
        update={
            "stage": CallStage.PLANNED,
            "not_before": not_before,
            "not_after": not_after,
            "appointed_for": appointed_for,
        }
    )
    said = CallbackPlanned(
        at=at,
        kind=state.owed,
        not_before=not_before,
        not_after=not_after,
        appointed=appointed_for is not None,
        attempt=state.made + 1,
    )
    return now, (said,)


def reply_void(
    state: Calls,
    fact: TicketReplyRejected | TicketSentBack | TicketRecheckAsked,  # noqa: ARG001
    procedure: Procedure,  # noqa: ARG001
) -> Outcome[Calls]:
    """The unit replies again, and the calls begin anew with that (R004-102, R004-132)."""
    return state.model_copy(update=_NO_REPLY), ()


def over(state: Calls, fact: TicketClosed | TicketWithdrawn, procedure: Procedure) -> Outcome[Calls]:  # noqa: ARG001
    """Nobody is called any more; what earlier calls found stays."""
    return state.model_copy(update={"stage": CallStage.OVER}), ()
