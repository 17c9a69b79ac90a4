"""Which of several replicas holds the line: told by whether its beat goes on, not by anybody's clock."""

from datetime import datetime, timedelta
from typing import NamedTuple

from contracts.refusal import Outcome
from kit.decide.state import State

BEAT = timedelta(seconds=3)
"""How often the holder says that it is there."""

SILENCE = timedelta(seconds=10)
"""A holder whose beat has not gone on for so long, by the clock of whoever watches, has lost the line."""


class Lease(State):
    """`heard_at` is up to when the holder has heard the switch: where a gap begins."""

    procedure: str
    holder: str
    beat: int = 1
    heard_at: datetime | None = None


class Watch(NamedTuple):
    """What a replica has seen of the beat: which one last, and for how long it has not gone on."""

    beat: int
    unchanged: timedelta


def beaten(
    lease: Lease | None, me: str, watch: Watch | None, heard_at: datetime | None, procedure: str
) -> Outcome[Lease]:
    """The lease with my beat: mine already, nobody's, or of one who has fallen silent; else as it is."""
    if lease is None:
        return Lease(procedure=procedure, holder=me, heard_at=heard_at), ()
    silent = watch is not None and watch.beat == lease.beat and watch.unchanged >= SILENCE
    if lease.holder not in (me, "") and not silent:
        return lease, ()
    kept = heard_at if heard_at is not None else lease.heard_at
    return lease.model_copy(update={"holder": me, "beat": lease.beat + 1, "heard_at": kept}), ()


def released(lease: Lease | None, me: str) -> Outcome[Lease]:
    """Whoever goes in good order lets go of the line at once."""
    assert lease is not None
    return (lease.model_copy(update={"holder": ""}) if lease.holder == me else lease), ()
