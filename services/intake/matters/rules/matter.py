"""One matter that several people complain of: who did lately, and which earlier tickets are still to be told."""

from datetime import datetime

from contracts.fact import Grade
from contracts.refusal import Outcome
from kit.decide.state import State
from procedures.model import GradeRule, Procedure
from services.intake.rules.grading import counts_together, is_cluster

MOST_MEMBERS = 64
"""Remembered at most: far more than decide a cluster, few enough to rewrite with every complaint."""


class Member(State):
    """A complaint about the matter; `told` once it points at the cluster it belongs to.

    `announced_to` are the tickets that learn of the cluster through this one.
    """

    ticket: str
    customer: str
    at: datetime
    grade: Grade
    told: bool = False
    announced_to: tuple[str, ...] = ()


class Matter(State):
    """Latest members last; `first` is the oldest ticket ever.

    `trigger` is the ticket that made them a cluster, at the moment `since`, all of `grade` at least.
    """

    procedure: str
    first: str
    members: tuple[Member, ...] = ()
    trigger: str | None = None
    since: datetime | None = None
    grade: Grade | None = None

    def member(self, ticket: str) -> Member | None:
        """The complaint with this ticket, unless it is forgotten or a clerk took it out."""
        return next((member for member in self.members if member.ticket == ticket), None)

    def companion_of(self, ticket: str) -> str:
        """What a member of the cluster points at: the complaint that made it one, or for that one the first."""
        others = (self.trigger, self.first, *(member.ticket for member in self.members))
        return next(other for other in others if other is not None and other != ticket)


def join(
    matter: Matter | None, joining: Member, at: datetime, rule: GradeRule | None, procedure: Procedure
) -> Outcome[Matter]:
    """Add a complaint; its own grade comes out as the matter makes it, and a new cluster knows whom to tell.

    `joining.told` says that its ticket is only about to be opened, with whatever grade comes out here. The window ends
    with the latest complaint: a clerk may, at the moment `at`, join an older one.
    """
    if matter is None:
        return Matter(procedure=procedure.ref, first=joining.ticket, members=(_alone(joining),)), ()
    if matter.member(joining.ticket) is not None:
        return matter, ()
    members = tuple(sorted((*matter.members, joining), key=lambda member: member.at))
    if rule is None:
        return _with(matter, tuple(_alone(member) if member is joining else member for member in members)), ()
    near = tuple(member for member in members if counts_together(member.at, members[-1].at, rule, procedure))
    if joining not in near or not is_cluster((member.customer for member in near), rule):
        return _with(matter, tuple(_alone(member) if member is joining else member for member in near)), ()
    untold = tuple(member.ticket for member in near if not member.told and member is not joining)
    announcing = _graver(joining, rule.grade).model_copy(update={"announced_to": untold})
    members = tuple(announcing if member is joining else member for member in near)
    return _with(matter, members, trigger=joining.ticket, since=at, grade=rule.grade), ()


def follow_ups(matter: Matter) -> tuple[str, ...]:
    """The tickets that are to be told of their cluster."""
    return tuple(member.ticket for member in matter.members if not member.told) if matter.trigger else ()


def told(matter: Matter, ticket: str) -> Matter:
    """This member knows now."""
    members = tuple(_told(member, matter.grade) if member.ticket == ticket else member for member in matter.members)
    return matter.model_copy(update={"members": members})


def leave(matter: Matter | None, ticket: str) -> Outcome[Matter]:
    """A clerk found that this ticket is about something else."""
    assert matter is not None
    members = tuple(member for member in matter.members if member.ticket != ticket)
    first = members[0].ticket if matter.first == ticket and members else matter.first
    return matter.model_copy(update={"first": first, "members": members}), ()


def _told(member: Member, grade: int | None) -> Member:
    return (member if grade is None else _graver(member, grade)).model_copy(update={"told": True})


def _alone(member: Member) -> Member:
    return member.model_copy(update={"told": False})


def _graver(member: Member, grade: int) -> Member:
    return member.model_copy(update={"grade": min(member.grade, grade)})


def _with(
    matter: Matter,
    members: tuple[Member, ...],
    *,
    trigger: str | None = None,
    since: datetime | None = None,
    grade: int | None = None,
) -> Matter:
    kept = members[-MOST_MEMBERS:]
    return matter.model_copy(update={"members": kept, "trigger": trigger, "since": since, "grade": grade})
