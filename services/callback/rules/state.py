"""What the callback desk knows of one ticket: what is owed, what the unit replied, and the calls made so far."""

from datetime import datetime
from enum import StrEnum

from contracts.fact import Actor, Open, Score
from contracts.ticket import Attachment
from contracts.vocabulary import CallEnd, CallKind, CallOutcome
from kit.decide.state import State


class CallStage(StrEnum):
    """Where the call stands: no reply passed yet, to be made, made (or used up), or not to be made any more."""

    WAITING = "waiting"
    PLANNED = "planned"
    DONE = "done"
    OVER = "over"


OF_THE_TICKET = frozenset(
    {
        "procedure",
        "type",
        "kind",
        "others",
        "subtype",
        "grade",
        "area",
        "channel",
        "platform",
        "wanted",
        "wish_at",
        "rechecks",
    }
)
"""Fields that outlast a reply; everything else starts anew with the next one."""


class Dialled(State):
    """A call that goes on, or that reached the customer and is still to be written down; `score` is a key pressed."""

    call: str
    at: datetime
    by: Actor
    ended: Open[CallEnd] | None = None
    score: Score | None = None


class Calls(State):
    """`kind` is what its demands, `type` and the `others`, are owed; `wanted` says whether the customer wants it.

    `wish_at` is the time wished for at intake; `rechecks` how often it was looked at again.

    All from `stage` down belongs to the current reply: a reply made again starts the calls anew. `made` counts all
    calls, `counted` those that failed for the customer's reasons; `appointed_for` is the agreed time now in force.
    """

    procedure: str
    type: str
    kind: CallKind
    others: tuple[str, ...] = ()
    subtype: str | None = None
    grade: int | None = None
    area: str | None = None
    channel: str | None = None
    platform: str | None = None
    wanted: bool = True
    wish_at: datetime | None = None
    rechecks: int = 0
    stage: CallStage = CallStage.WAITING
    unit: str | None = None
    opinion: str | None = None
    result: str | None = None
    attachments: tuple[Attachment, ...] = ()
    public: bool = True
    replied_at: datetime | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    appointed_for: datetime | None = None
    made: int = 0
    counted: int = 0
    last_counted_at: datetime | None = None
    outcome: CallOutcome | None = None
    solved: str | None = None
    satisfaction: int | None = None
    satisfied: bool | None = None
    declined: bool = False
    mismatch: str | None = None
    basis: str | None = None
    reason: str | None = None
    dialled: Dialled | None = None

    @property
    def owed(self) -> CallKind:
        """What the customer is owed: nothing where none is wanted (R004-091)."""
        return self.kind if self.wanted else CallKind.NONE


def next_call_not_before(state: Calls) -> datetime | None:
    """The earliest moment at which the next call may be made; None when none is planned."""
    return state.not_before if state.stage is CallStage.PLANNED else None


def next_call_not_after(state: Calls) -> datetime | None:
    """The latest moment for the first call; None when none is planned and for later calls, which only follow on."""
    return state.not_after if state.stage is CallStage.PLANNED else None
