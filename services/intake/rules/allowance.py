"""How much of something one person or system has had of late: uploads, look-ups, tries to answer for a customer."""

from datetime import datetime, timedelta
from typing import NamedTuple

from contracts.refusal import Outcome, Refusal
from kit.decide.state import State


class Allowance(State):
    """What was used since a moment; it begins anew when its time is over."""

    procedure: str
    since: datetime
    used: int = 0


class Limit(NamedTuple):
    """So much within so long, from the first use on."""

    most: int
    within: timedelta


def spend(allowance: Allowance | None, amount: int, at: datetime, limit: Limit, procedure: str) -> Outcome[Allowance]:
    """Use some of it; refused where it does not reach, with the seconds until it does again."""
    if allowance is None or at >= allowance.since + limit.within:
        allowance = Allowance(procedure=procedure, since=at)
    if allowance.used + amount > limit.most:
        again = allowance.since + limit.within
        seconds = int((again - at).total_seconds()) + 1
        return Refusal("allowance_spent", params={"seconds": seconds}, accepts=(f">= {again.isoformat()}",))
    return allowance.model_copy(update={"used": allowance.used + amount}), ()
