"""The documents of telephony, as the shell runs them: calls, agents at their stations, queues."""

from dataclasses import replace
from typing import Any

from kit.decide.decider import Decider
from kit.store.port import Collection, Fields
from services.telephony.rules import agent, heard, telling
from services.telephony.rules.agent import Agent, MemberSeen
from services.telephony.rules.call import Call
from services.telephony.rules.lease import Lease
from services.telephony.rules.look import Look
from services.telephony.rules.pending import Pending
from services.telephony.rules.queue import Queue


def call_fields(call: Call) -> Fields:
    """What calls are listed by; `waiting_in` is the queue of a caller whom nobody has answered yet."""
    wait = call.waits[-1] if call.waits else None
    waits = wait is not None and wait.gave_up is None and call.answered_at is None and not call.is_over
    return {
        "arrived_at": call.first_at,
        "open": not call.is_over,
        "waiting_in": wait.queue if wait is not None and waits else None,
        "number": call.party.index,
        "ticket": call.ticket,
    }


def agent_fields(found: Agent) -> Fields:
    """What stations are listed by."""
    return {"station": found.station, "agent": found.agent, "state": found.state.value}


def look_fields(look: Look) -> Fields:
    """What looks are listed by."""
    return {"at": look.at, "who": look.who, "call": look.call}


CALLS = Decider(
    "telephony",
    Collection("calls", Call, ("arrived_at", "open", "waiting_in", "number", "ticket")),
    dict.fromkeys(heard.ALL, telling.hear),
    telling.wake,
    call_fields,
)
"""Hears the switch: nothing of that lies on a topic, and nobody but telephony's own line hands it in."""

AGENTS = Decider(
    "telephony",
    Collection("agents", Agent, ("station", "agent", "state")),
    {MemberSeen: agent.heard},
    fields=agent_fields,
)
QUEUES = Decider("telephony", Collection("queues", Queue, ("queue",)), fields=lambda found: {"queue": found.queue})

NUMBERS = Decider(
    "telephony",
    Collection("numbers", Pending, ("waits",)),
    fields=lambda found: {"waits": found.sealed is not None},
)
LEASES = Decider("telephony", Collection("leases", Lease))
LOOKS = Decider("telephony", Collection("looks", Look, ("at", "who", "call")), fields=look_fields)

DECIDERS: tuple[Decider[Any], ...] = (
    replace(CALLS, hears={}),
    replace(AGENTS, hears={}),
    QUEUES,
    NUMBERS,
    LEASES,
    LOOKS,
)
"""For virtual time, where there is no switch."""
