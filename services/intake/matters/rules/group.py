"""Requests that are many together, whoever they come from: how many there were, and which one raised the alarm."""

from datetime import datetime

from contracts.refusal import Outcome
from kit.decide.state import State
from procedures.model import GroupRule, Procedure

MOST_MEMBERS = 500
"""Remembered at most; a rule that asks for more is refused when the procedure is read."""


class GroupMember(State):
    """One request."""

    ticket: str
    at: datetime


class Group(State):
    """The requests of one rule, agreeing values and period, oldest first; `raised` are the tickets that raised it."""

    procedure: str
    members: tuple[GroupMember, ...] = ()
    raised: tuple[str, ...] = ()


def join(group: Group | None, joining: GroupMember, rule: GroupRule, procedure: Procedure) -> Outcome[Group]:
    """Count a request once; the one that makes them enough raises the alarm, once in a period."""
    now = group or Group(procedure=procedure.ref)
    if any(member.ticket == joining.ticket for member in now.members):
        return now, ()
    near = tuple(member for member in (*now.members, joining) if _counts(member, joining.at, rule, procedure))
    raised = tuple(ticket for ticket in now.raised if any(member.ticket == ticket for member in near))
    if len(near) >= rule.at_least and not raised:
        raised = (joining.ticket,)
    return now.model_copy(update={"members": near[-MOST_MEMBERS:], "raised": raised}), ()


def period_of(at: datetime, rule: GroupRule, procedure: Procedure) -> str:
    """The local day or month in which a request is counted; for ever where the rule counts within a time."""
    local = at.astimezone(procedure.calendar.zone)
    return {"day": f"{local:%Y-%m-%d}", "month": f"{local:%Y-%m}"}.get(rule.per or "", "")


def _counts(member: GroupMember, at: datetime, rule: GroupRule, procedure: Procedure) -> bool:
    return rule.within is None or procedure.calendar.add(member.at, rule.within) >= at
