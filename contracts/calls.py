"""What the phone switch does, told without a number: calls, the agents at their stations, the queues."""

from typing import ClassVar

from contracts.fact import Count, Fact, Few, Frozen, Instant, Line, Open, Score, Word
from contracts.vocabulary import (
    AbandonedAt,
    AgentState,
    CallDirection,
    CallEnd,
    CallParty,
    ClosedBy,
    EndedBy,
    NumberKind,
    RingEnd,
    Transfer,
)


class CallFact(Fact):
    """Something that happened to the call named by the event's subject; `at` is the switch's moment, on our clock.

    A `station` is an agent's extension on the switch, `agent` the subject of whoever was signed in there.
    """

    said_by: ClassVar[str] = "telephony"
    about: ClassVar[tuple[str, ...]] = ("call",)


class CallArrived(CallFact):
    """A call began: somebody dialled us, or we dial for a ticket.

    `number_index` is the blind index of the other party's number, the same that intake looks customers up by;
    `number_ref` is where intake's vault keeps the number for who may ask. Neither is there for a number withheld.
    `line` is the number of ours that was dialled or is shown.
    """

    type: ClassVar[str] = "hotline.call.arrived.v1"
    procedure: Line
    direction: Open[CallDirection]
    line: Line | None = None
    number_kind: Open[NumberKind] = NumberKind.UNKNOWN
    number_index: Line | None = None
    number_ref: Line | None = None
    ticket: Line | None = None
    station: Line | None = None
    agent: Line | None = None


class CallQueued(CallFact):
    """The caller waits for an agent; `position` is their place, 1 being next, `waiting` how many then wait."""

    type: ClassVar[str] = "hotline.call.queued.v1"
    queue: Line
    position: Count
    waiting: Count


class CallRinging(CallFact):
    """A phone rings: an agent's (`station`), or the customer's when we dial."""

    type: ClassVar[str] = "hotline.call.ringing.v1"
    party: Open[CallParty]
    queue: Line | None = None
    station: Line | None = None
    agent: Line | None = None


class CallAnswered(CallFact):
    """Somebody picked up; what an agent answered came from the queue after `waited_ms`, having rung `rang_ms`."""

    type: ClassVar[str] = "hotline.call.answered.v1"
    party: Open[CallParty]
    queue: Line | None = None
    station: Line | None = None
    agent: Line | None = None
    waited_ms: Count | None = None
    rang_ms: Count | None = None


class CallHeld(CallFact):
    """An agent put the other side on hold."""

    type: ClassVar[str] = "hotline.call.held.v1"
    station: Line | None = None


class CallResumed(CallFact):
    """The hold is over."""

    type: ClassVar[str] = "hotline.call.resumed.v1"
    station: Line | None = None
    held_ms: Count | None = None


class CallTransferred(CallFact):
    """The call goes on with another station; `to` is absent where it went outside, to a number."""

    type: ClassVar[str] = "hotline.call.transferred.v1"
    kind: Open[Transfer]
    station: Line | None = None
    to: Line | None = None


class CallAbandoned(CallFact):
    """The caller hung up before anybody answered: in the queue, or before they came to it."""

    type: ClassVar[str] = "hotline.call.abandoned.v1"
    where: Open[AbandonedAt]
    queue: Line | None = None
    waited_ms: Count = 0
    position: Count | None = None


class Ring(Frozen):
    """One time that an agent's phone rang for the call and was not picked up, and why."""

    station: Line
    outcome: Open[RingEnd]


class CallEnded(CallFact):
    """The other party is off the line, and everything the switch said of the call is told.

    `at` is the real hang-up. `cause` is the switch's own (Q.850), `sip` the answer of the other party's phone where
    that tells more. `closed_by`: how it is known to be over, by its hang-up, or only because too much time passed.
    """

    type: ClassVar[str] = "hotline.call.ended.v1"
    outcome: Open[CallEnd]
    ended_by: Open[EndedBy] = EndedBy.UNKNOWN
    closed_by: Open[ClosedBy] = ClosedBy.HANG_UP
    arrived_at: Instant
    answered_at: Instant | None = None
    queue: Line | None = None
    station: Line | None = None
    agent: Line | None = None
    waited_ms: Count | None = None
    rang_ms: Count | None = None
    talked_ms: Count = 0
    held_ms: Count = 0
    transfers: Count = 0
    unanswered: Few[Ring] = ()
    cause: Count | None = None
    sip: Count | None = None
    ticket: Line | None = None
    recording: Line | None = None


class CallSurveyScored(CallFact):
    """The customer pressed a key after the call; who presses nothing gives no score, and this is not said."""

    type: ClassVar[str] = "hotline.call.survey_scored.v1"
    score: Score
    station: Line | None = None
    agent: Line | None = None
    ticket: Line | None = None


class CallRecordingReady(CallFact):
    """The recording is complete; `recording` is what to ask the recordings' API for, never a path."""

    type: ClassVar[str] = "hotline.call.recording_ready.v1"
    recording: Line
    ticket: Line | None = None


class AgentStateChanged(Fact):
    """An agent's phone, or what they said of themselves, changed; `reason` is the word of a pause."""

    type: ClassVar[str] = "hotline.agent.state_changed.v1"
    said_by: ClassVar[str] = "telephony"
    about: ClassVar[tuple[str, ...]] = ("agt",)
    procedure: Line
    station: Line
    state: Open[AgentState]
    agent: Line | None = None
    reason: Word | None = None
    queues: Few[Line] = ()
    call: Line | None = None


class QueueMeasured(Fact):
    """How a queue stands now, and what came of its calls since `since`, counted from our own events.

    Every share is told as the two numbers it is made of: `in_level` of `offered` were answered within `level_s`.
    """

    type: ClassVar[str] = "hotline.queue.measured.v1"
    said_by: ClassVar[str] = "telephony"
    about: ClassVar[tuple[str, ...]] = ("que",)
    procedure: Line
    queue: Line
    waiting: Count
    longest_wait_ms: Count
    ready: Count
    busy: Count
    paused: Count
    since: Instant
    offered: Count
    answered: Count
    abandoned: Count
    timed_out: Count
    in_level: Count
    level_s: Count
