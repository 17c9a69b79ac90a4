"""A queue as it stands, told when it has changed."""

from datetime import datetime
from typing import NamedTuple

from contracts.calls import QueueMeasured
from contracts.refusal import Outcome
from kit.decide.state import State
from procedures.model import Procedure
from services.telephony.rules.figures import Figures


class Standing(NamedTuple):
    """Who waits and who could answer, at this moment."""

    waiting: int
    longest_wait_ms: int
    ready: int
    busy: int
    paused: int


class Measured(NamedTuple):
    """How a queue stands, and what came of its calls; `level_s` is within how long an answer is in time."""

    standing: Standing
    counted: Figures
    level_s: int


class Queue(State):
    """What was last said of it."""

    procedure: str
    queue: str
    told: QueueMeasured | None = None


def told(queue: Queue | None, name: str, at: datetime, found: Measured, procedure: Procedure) -> Outcome[Queue]:
    """Tell how it stands, unless it stands as was told; that somebody waits longer than before is no news alone."""
    counted = found.counted
    before = queue or Queue(procedure=procedure.ref, queue=name)
    fact = QueueMeasured(
        at=at,
        procedure=procedure.ref,
        queue=name,
        **found.standing._asdict(),
        since=counted.since,
        offered=counted.queued,
        answered=counted.answered_of_queued.part,
        abandoned=counted.abandoned,
        timed_out=counted.timed_out,
        in_level=counted.in_level.part,
        level_s=found.level_s,
    )
    ticking = {"at", "since", "longest_wait_ms"}
    if before.told is not None and before.told.model_dump(exclude=ticking) == fact.model_dump(exclude=ticking):
        return before, ()
    return before.model_copy(update={"told": fact}), (fact,)
