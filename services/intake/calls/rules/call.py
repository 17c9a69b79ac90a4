"""One call as the front desk knows it: who calls, what it came to, the tickets it led to."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from contracts.calls import CallAnswered, CallArrived, CallEnded, CallRecordingReady
from contracts.fact import Fact, Open, Word
from contracts.refusal import Clause, Outcome, refused
from contracts.vocabulary import CENTRE, CallDirection, CallEnd, CallParty
from kit.decide.state import State
from kit.decide.steps import Command, Step, steps
from procedures.model import Procedure

UNANSWERED = frozenset({CallEnd.ABANDONED, CallEnd.QUEUE_TIMEOUT, CallEnd.NOT_ANSWERED})
"""Calls to us that nobody picked up: the caller is owed a call back."""

TALKED = frozenset({CallEnd.ANSWERED, CallEnd.CONNECTED})
"""Calls in which somebody spoke with the other party."""

CALL = "call_"
"""How the ids of the switch's calls begin."""

MISSED = "missed"
"""The follow-up that tells the list of missed callers what the call came to."""


class Call(State):
    """`number_index` finds the customers of the number, `number_ref` its place in the vault; neither is a number.

    `ticket` is the one it was dialled for, `tickets` those that contacts in it led to; `told` are the follow-ups that
    are done. `arrived_at` is None while only a contact has spoken of it: the switch's event is on its way.
    """

    procedure: str
    direction: Open[CallDirection] | None = None
    number_index: str | None = None
    number_ref: str | None = None
    ticket: str | None = None
    queue: str | None = None
    station: str | None = None
    agent: str | None = None
    arrived_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Open[CallEnd] | None = None
    waited_ms: int | None = None
    rang_ms: int | None = None
    talked_ms: int = 0
    recording: str | None = None
    code: str | None = None
    tickets: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


class SetCode(Command):
    """What a call came to that led to no ticket: nobody spoke, a wrong number; a word of the procedure."""

    code: Word


FIELDS = ("arrived_at", "number", "ticket", "agent", "outcome", "direction")


def fields(call: Call) -> dict[str, str | datetime | None]:
    """What lists may ask for."""
    return {
        "arrived_at": call.arrived_at,
        "number": call.number_index,
        "ticket": call.ticket,
        "agent": call.agent,
        "outcome": call.outcome,
        "direction": call.direction,
    }


def follow_ups(call: Call) -> tuple[str, ...]:
    """Once it is over: its tickets learn of the hang-up, and the list of missed callers what it came to."""
    if call.ended_at is None:
        return ()
    named = (*call.tickets, *((MISSED,) if call.number_index is not None else ()))
    return tuple(name for name in named if name not in call.told)


def told(call: Call, name: str) -> Call:
    """A follow-up is done."""
    return call.model_copy(update={"told": (*call.told, name)})


def led_to(call: Call | None, tickets: tuple[str, ...], procedure: Procedure) -> Outcome[Call]:
    """A contact in the call led to these tickets; it may be heard of before the switch's own events."""
    now = call or Call(procedure=procedure.ref)
    new = tuple(ticket for ticket in tickets if ticket not in now.tickets)
    return (now.model_copy(update={"tickets": (*now.tickets, *new)}) if new else now), ()


def set_code(call: Call | None, command: SetCode, procedure: Procedure) -> Outcome[Call]:
    """Refused for a word that the procedure does not know, and for a call that led to a ticket."""
    assert call is not None
    rules = procedure.telephony
    codes = rules.codes if rules else {}
    if command.code not in codes:
        return refused("call_code_unknown", procedure.clauses.loop, accepts=tuple(codes), given=command.code)
    if call.tickets:
        return refused("call_has_a_ticket", procedure.clauses.loop)
    return call.model_copy(update={"code": command.code}), ()


def _codes(procedure: Procedure) -> Clause:
    return procedure.clauses.loop


def _has_codes(procedure: Procedure) -> bool:
    return procedure.telephony is not None and bool(procedure.telephony.codes)


def _led_nowhere(call: Call, _: Procedure) -> bool:
    return not call.tickets


STEPS = steps(Step("set_code", SetCode, set_code, CENTRE, _codes, open=_led_nowhere, offered=_has_codes, word="code"))
"""What can be asked of a call."""


def _arrived(call: Call | None, fact: CallArrived, _: Procedure) -> Outcome[Call]:
    now = call or Call(procedure=fact.procedure)
    return now.model_copy(
        update={
            "direction": fact.direction,
            "number_index": fact.number_index,
            "number_ref": fact.number_ref,
            "ticket": fact.ticket,
            "station": fact.station,
            "agent": fact.agent,
            "arrived_at": fact.at,
        }
    ), ()


def _answered(call: Call | None, fact: CallAnswered, _: Procedure) -> Outcome[Call]:
    assert call is not None
    if fact.party is not CallParty.AGENT:
        return call, ()
    answered = {"answered_at": fact.at, "station": fact.station, "agent": fact.agent, "queue": fact.queue}
    return call.model_copy(update=answered), ()


def _ended(call: Call | None, fact: CallEnded, _: Procedure) -> Outcome[Call]:
    """The end sums the call up; what it does not know stays as it was heard before."""
    assert call is not None
    summed = {
        "outcome": fact.outcome,
        "answered_at": fact.answered_at,
        "queue": fact.queue,
        "station": fact.station,
        "agent": fact.agent,
        "waited_ms": fact.waited_ms,
        "rang_ms": fact.rang_ms,
        "talked_ms": fact.talked_ms,
        "recording": fact.recording,
    }
    known = {name: value for name, value in summed.items() if value is not None}
    return call.model_copy(update={"ended_at": fact.at, **known}), ()


def _recorded(call: Call | None, fact: CallRecordingReady, _: Procedure) -> Outcome[Call]:
    assert call is not None
    return call.model_copy(update={"recording": fact.recording}), ()


HEARS: Mapping[type[Fact], Callable[[Call | None, Any, Procedure], Outcome[Call]]] = MappingProxyType(
    {CallArrived: _arrived, CallAnswered: _answered, CallEnded: _ended, CallRecordingReady: _recorded}
)
"""The rule for every fact of the switch that the front desk keeps."""
