"""What an agent is doing, from their phone and what they said of themselves."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from contracts.calls import AgentStateChanged
from contracts.fact import Fact
from contracts.refusal import Outcome
from contracts.vocabulary import AgentState
from kit.decide.state import State
from procedures.model import Procedure

WRAP_UP = "wrap_up"
"""The reason of the pause that is no pause: writing down what the call was about."""

_PHONE: Mapping[int, AgentState] = {
    1: AgentState.READY,
    2: AgentState.TALKING,
    3: AgentState.TALKING,
    6: AgentState.RINGING,
    7: AgentState.TALKING,
    8: AgentState.TALKING,
}
"""By the switch's number for a phone's state; any other is a phone that is not there."""

_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class MemberSeen(Fact):
    """A queue's member as the switch shows it; `queue` None is all of them, one that left is not `present`."""

    type: ClassVar[str] = "switch"
    said_by: ClassVar[str] = "switch"
    about: ClassVar[tuple[str, ...]] = ("agt",)
    procedure: str
    station: str
    queue: str | None = None
    status: int | None = None
    paused: bool | None = None
    reason: str = ""
    present: bool = True


class Agent(State):
    """One station; `agent` is who is signed in there."""

    procedure: str
    station: str
    agent: str | None = None
    queues: tuple[str, ...] = ()
    status: int = 0
    paused: bool = False
    reason: str | None = None
    state: AgentState = AgentState.SIGNED_OUT
    since: datetime


def heard(agent: Agent | None, fact: MemberSeen, procedure: Procedure) -> Outcome[Agent]:
    """Take in what the switch shows of a member; only a change is told."""
    before = agent or Agent(procedure=procedure.ref, station=fact.station, since=fact.at)
    queues = before.queues
    if fact.queue is not None:
        kept = set(queues) - {fact.queue}
        queues = tuple(sorted({*kept, fact.queue} if fact.present else kept))[:50]
    pause = before.paused if fact.paused is None else fact.paused
    now = before.model_copy(
        update={
            "queues": queues,
            "status": before.status if fact.status is None else fact.status,
            "paused": pause,
            "reason": (before.reason if fact.paused is None else _word(fact.reason)) if pause else None,
        }
    )
    return _told(before, now, fact.at)


def signed(
    agent: Agent | None, subject: str | None, station: str, at: datetime, procedure: Procedure
) -> Outcome[Agent]:
    """Somebody sits down at a station, or leaves it (`subject` None)."""
    before = agent or Agent(procedure=procedure.ref, station=station, since=at)
    return _told(before, before.model_copy(update={"agent": subject}), at)


def state_of(agent: Agent) -> AgentState:
    """What they are doing: a call goes before a pause, and who is in no queue has signed out."""
    phone = _PHONE.get(agent.status, AgentState.UNREACHABLE)
    if phone in (AgentState.TALKING, AgentState.RINGING):
        return phone
    if not agent.queues:
        return AgentState.SIGNED_OUT
    if agent.paused:
        return AgentState.WRAP_UP if agent.reason == WRAP_UP else AgentState.PAUSED
    return phone


def _told(before: Agent, now: Agent, at: datetime) -> tuple[Agent, tuple[Fact, ...]]:
    state = state_of(now)
    shown = (now.agent, now.queues, now.reason, state)
    if shown == (before.agent, before.queues, before.reason, before.state):
        return (now if now != before else before), ()
    changed = now.model_copy(update={"state": state, "since": at if state is not before.state else now.since})
    said = AgentStateChanged(
        at=at,
        procedure=now.procedure,
        station=now.station,
        state=state,
        agent=now.agent,
        reason=now.reason,
        queues=now.queues,
    )
    return changed, (said,)


def _word(reason: str) -> str | None:
    """A reason as a word; what people write freely is not repeated on the bus."""
    packed = re.sub(r"[\s-]+", "_", reason.strip().lower())
    return packed if _WORD.fullmatch(packed) else None
