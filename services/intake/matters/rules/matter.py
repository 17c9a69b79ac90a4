"""One matter that several people complain of: who did lately, and which earlier tickets are still to be told."""

from datetime import datetime, timedelta

from contracts.fact import Frozen, Grade
from contracts.refusal import Outcome
from procedures.model import Procedure
from services.intake.rules.grading import GENERAL, is_cluster, within_a_month

MOST_MEMBERS = 64
"""Remembered at most: far more than decide a cluster, few enough to rewrite with every complaint."""

REPAIR_AFTER = timedelta(minutes=1)
"""Members not told by then were left behind by a crash; the tick tells them."""


class Member(Frozen):
    """A complaint about the matter; `told` once it points at the cluster it belongs to."""

    ticket: str
    customer: str
    at: datetime
    grade: Grade
    told: bool = False


class Matter(Frozen):
    """Latest complaints last; `first` is the oldest ticket ever, `trigger` the one that made it a cluster."""

    procedure: str
    first: str
    members: tuple[Member, ...] = ()
    trigger: str | None = None
    wake_at: datetime | None = None

    def member(self, ticket: str) -> Member | None:
        """The complaint with this ticket, unless it is forgotten or a clerk took it out."""
        return next((member for member in self.members if member.ticket == ticket), None)

    @property
    def untold(self) -> tuple[Member, ...]:
        """Members of a cluster that do not know it yet."""
        return tuple(member for member in self.members if not member.told) if self.trigger else ()

    def companion_of(self, ticket: str) -> str:
        """What a member of the cluster points at: the complaint that made it one, or for that one the first."""
        others = (self.trigger, self.first, *(member.ticket for member in self.members))
        return next(other for other in others if other is not None and other != ticket)


def join(matter: Matter | None, joining: Member, procedure: Procedure) -> Outcome[Matter]:
    """Add a complaint; its own grade comes out as the matter makes it, and a new cluster knows whom to tell.

    `joining.told` says that its ticket is only about to be opened, with whatever grade comes out here. The window ends
    with the latest complaint: a clerk may join an older one.
    """
    if matter is None:
        return Matter(procedure=procedure.ref, first=joining.ticket, members=(_alone(joining),)), ()
    if matter.member(joining.ticket) is not None:
        return matter, ()
    members = tuple(sorted((*matter.members, joining), key=lambda member: member.at))
    near = tuple(member for member in members if within_a_month(member.at, members[-1].at, procedure))
    if joining not in near or not is_cluster((member.customer for member in near), procedure):
        return _with(matter, tuple(_alone(member) if member is joining else member for member in near), None, None), ()
    graver = tuple(_graver(member) if member is joining else member for member in near)
    wake_at = joining.at + REPAIR_AFTER if any(not member.told for member in graver) else None
    return _with(matter, graver, joining.ticket, wake_at), ()


def told(matter: Matter | None, tickets: tuple[str, ...]) -> Outcome[Matter]:
    """These members know now; nothing is left to tell."""
    assert matter is not None
    members = tuple(_told(member) if member.ticket in tickets else member for member in matter.members)
    left = any(not member.told for member in members)
    return matter.model_copy(update={"members": members, "wake_at": matter.wake_at if left else None}), ()


def leave(matter: Matter | None, ticket: str) -> Outcome[Matter]:
    """A clerk found that this ticket is about something else."""
    assert matter is not None
    members = tuple(member for member in matter.members if member.ticket != ticket)
    first = members[0].ticket if matter.first == ticket and members else matter.first
    return matter.model_copy(update={"first": first, "members": members}), ()


def _told(member: Member) -> Member:
    return _graver(member).model_copy(update={"told": True})


def _alone(member: Member) -> Member:
    return member.model_copy(update={"told": False})


def _graver(member: Member) -> Member:
    return member.model_copy(update={"grade": min(member.grade, GENERAL)})


def _with(matter: Matter, members: tuple[Member, ...], trigger: str | None, wake_at: datetime | None) -> Matter:
    kept = members[-MOST_MEMBERS:]
    return matter.model_copy(update={"members": kept, "trigger": trigger, "wake_at": wake_at})
