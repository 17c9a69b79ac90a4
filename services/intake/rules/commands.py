"""What can be asked of an open ticket, and what comes of it."""

from typing import Any, Literal

from contracts.fact import Fact, Few, Grade, Line, Typed
from contracts.refusal import Outcome, Refusal, refused
from contracts.ticket import (
    Attachment,
    CallWish,
    GovernmentOrder,
    TicketAmended,
    TicketAnswered,
    TicketLinked,
    TicketRegraded,
    TicketSupplemented,
    TicketWithdrawn,
)
from contracts.vocabulary import NO_ONE, CallPreference, Closure, LinkKind
from kit.decide.steps import Command
from procedures.model import Procedure
from services.intake.rules import urging
from services.intake.rules.answering import not_at_once, unverified
from services.intake.rules.grading import circumstances_of, grade_of_repeats, graver, is_graded, judged_in
from services.intake.rules.ticket import Link, Ticket


class TicketCommand(Command):
    """`words` is the contact that keeps what was said, where something was.

    Texts that may name people are not part of a command; they are sealed beside it.
    """

    words: Line | None = None


class Answer(TicketCommand):
    """Answered at first contact, before any dispatch; `guidance` is a self-help script."""

    article: Line | None = None
    guidance: Line | None = None
    verified: bool = False


class Urge(TicketCommand):
    """The customer presses; `strong` when strongly dissatisfied or about to escalate."""

    strong: bool = False


class Supplement(TicketCommand):
    """The customer adds something."""

    attachments: Few[Attachment] = ()


class Withdraw(TicketCommand):
    """The customer takes the request back."""

    reason: Typed | None = None


class Regrade(TicketCommand):
    """A person grades a complaint anew; `approved_by` allows a later deadline (reading 10)."""

    grade: Grade
    reason: Typed
    approved_by: Line | None = None


class LinkTo(TicketCommand):
    """A clerk joins the ticket to another: the same matter, or merged into it."""

    other: Line
    kind: LinkKind
    matter: Line | None = None


class LeaveMatter(TicketCommand):
    """A clerk finds that the ticket is not about this matter."""

    matter: Line


class Repeat(TicketCommand):
    """The same customer came again with the same matter; `brings` says whether with something new.

    `complaints` is how often they complained of it on all their tickets, this time included; None where it does not
    count. The rest is what the contact says of the matter, of which the graver holds.
    """

    brings: Literal["urge", "supplement"]
    strong: bool = False
    complaints: int | None = None
    attachments: Few[Attachment] = ()
    flags: tuple[str, ...] = ()
    people: int = 1
    grade: Grade | None = None
    call_wish: CallWish = CallWish()
    accused: str | None = None
    gov: GovernmentOrder | None = None


class JoinCluster(TicketCommand):
    """The ticket's matter became a cluster with the ticket `other`, all of this grade (design reading 10)."""

    other: Line
    matter: Line
    grade: Grade


def answer(ticket: Ticket | None, command: Answer, procedure: Procedure) -> Outcome[Ticket]:
    """Close at first contact; once dispatched the unit's reply answers."""
    assert ticket is not None
    basis = procedure.clause("first_contact_answer")
    if ticket.over:
        return _over(procedure)
    if ticket.round > 0:
        return refused("dispatched_already", basis)
    held = _waits_for_somebody(ticket, procedure) or _unverified(ticket, command, procedure)
    if held is not None:
        return held
    known = procedure.guidance(ticket.type, ticket.subtype)
    if command.guidance is not None and command.guidance not in known:
        return refused("no_such_guidance", basis, accepts=known, script=command.guidance)
    said = TicketAnswered(at=command.at, by=command.by, article=command.article or command.guidance)
    return _heard(ticket, command, closure=Closure.ANSWERED), (said,)


def may_be_answered(ticket: Ticket, procedure: Procedure) -> bool:
    """Whether the answer at first contact may still close it."""
    waits = not ticket.over and ticket.round == 0
    return waits and _waits_for_somebody(ticket, procedure) is None


def _unverified(ticket: Ticket, command: Answer, procedure: Procedure) -> Refusal | None:
    """The call was recorded; what is on file is told to whom was checked (R004-045, design reading 27)."""
    asked = (procedure.types[each].identity for each in ticket.types)
    identity = next((each for each in asked if each is not None), None)
    return None if identity is None or ticket.verified or command.verified else unverified(identity)


def _waits_for_somebody(ticket: Ticket, procedure: Procedure) -> Refusal | None:
    held = (not_at_once(of, procedure) for of in circumstances_of(ticket, procedure))
    return next((each for each in held if each is not None), None)


def urge(ticket: Ticket | None, command: Urge, procedure: Procedure) -> Outcome[Ticket]:
    """Explained, urged or supervised, as far as the period is used (readings 7 and 16)."""
    assert ticket is not None
    return _with_words(urging.urge(ticket, command.at, command.by, command.strong, procedure), command)


def supplement(ticket: Ticket | None, command: Supplement, procedure: Procedure) -> Outcome[Ticket]:
    """Recorded and passed on; counted as an urge only where the reading says so."""
    assert ticket is not None
    if ticket.over:
        return _over(procedure)
    counted = procedure.reading("supplement_counts_as_urge") == "yes"
    said = TicketSupplemented(at=command.at, by=command.by, attachments=command.attachments)
    attachments = (*ticket.attachments, *command.attachments)
    return _heard(ticket, command, attachments=attachments, urges=ticket.urges + counted), (said,)


def withdraw(ticket: Ticket | None, command: Withdraw, procedure: Procedure) -> Outcome[Ticket]:
    """Possible until the ticket is closed."""
    assert ticket is not None
    if ticket.over:
        return _over(procedure)
    said = TicketWithdrawn(at=command.at, by=command.by, reason=command.reason)
    return _heard(ticket, command, closure=Closure.WITHDRAWN), (said,)


def regrade(ticket: Ticket | None, command: Regrade, procedure: Procedure) -> Outcome[Ticket]:
    """A complaint's grade by hand, up or down."""
    assert ticket is not None
    basis = procedure.clause("grade_by_hand")
    if ticket.over:
        return _over(procedure)
    if not any(is_graded(each, procedure) for each in ticket.types):
        return refused("type_without_grades", basis, type=procedure.name_of("type", ticket.type))
    if ticket.grade == command.grade:
        return refused("grade_unchanged", basis, grade=command.grade)
    if not command.reason:
        return refused("regrade_without_reason", basis)
    said = _regraded(ticket, command, command.grade, command.reason, command.approved_by)
    return _heard(ticket, command, grade=command.grade), (said,)


def link(ticket: Ticket | None, command: LinkTo, procedure: Procedure) -> Outcome[Ticket]:
    """Point at another ticket; a merged ticket is closed by routing, so it has to be open."""
    assert ticket is not None
    matter = command.matter or ticket.matter
    if ticket.points_at(command.other, command.kind):
        return (ticket, ()) if matter == ticket.matter else (_heard(ticket, command, matter=matter), ())
    if command.kind is LinkKind.MERGED and ticket.over:
        return _over(procedure)
    joined, said = _linked(ticket, command, command.other, command.kind, command.matter)
    closure = Closure.MERGED if command.kind is LinkKind.MERGED else ticket.closure
    return joined.model_copy(update={"matter": matter, "closure": closure}), (said,)


def leave_matter(ticket: Ticket | None, command: LeaveMatter, procedure: Procedure) -> Outcome[Ticket]:
    """The ticket stands alone again; its grade is regraded by hand where it rested on the matter."""
    assert ticket is not None
    if ticket.matter != command.matter:
        return refused(
            "not_of_this_matter",
            procedure.matters.compare if procedure.matters else procedure.clauses.loop,
            matter=command.matter,
        )
    return _heard(ticket, command, matter=None), ()


def repeat(ticket: Ticket | None, command: Repeat, procedure: Procedure) -> Outcome[Ticket]:
    """No new order: an urge or a supplement of the open one, with what the contact says of the matter."""
    assert ticket is not None
    if ticket.over:
        return _over(procedure)
    ticket, amended = _amended(ticket, command)
    if command.brings == "supplement":
        added = Supplement(at=command.at, by=command.by, words=command.words, attachments=command.attachments)
        outcome = supplement(ticket, added, procedure)
    else:
        pressed = Urge(at=command.at, by=command.by, words=command.words, strong=command.strong)
        outcome = urge(ticket, pressed, procedure)
    if isinstance(outcome, Refusal):
        if not amended:
            return outcome
        outcome = (ticket, ())
    ticket, said = outcome
    return _graver(ticket, (*amended, *said), command, procedure)


def _amended(ticket: Ticket, command: Repeat) -> tuple[Ticket, tuple[Fact, ...]]:
    """What the contact adds to the flags, people and wishes of the ticket; the newest order of a platform binds."""
    wished = command.call_wish if command.call_wish.preference is not CallPreference.DEFAULT else ticket.call_wish
    now: dict[str, Any] = {
        "flags": tuple(dict.fromkeys((*ticket.flags, *command.flags))),
        "people": max(ticket.people, command.people),
        "call_wish": wished,
        "accused": command.accused if ticket.accused in (None, NO_ONE) and command.accused else ticket.accused,
        "gov": command.gov or ticket.gov,
    }
    if all(getattr(ticket, name) == value for name, value in now.items()):
        return ticket, ()
    return ticket.model_copy(update=now), (TicketAmended(at=command.at, by=command.by, **now),)


def _graver(ticket: Ticket, said: tuple[Fact, ...], command: Repeat, procedure: Procedure) -> Outcome[Ticket]:
    """How grave the matter is now: by what the contact told, or since it is the fifth time."""
    if command.complaints is not None:
        complaints = max(ticket.complaints + 1, command.complaints)
        ticket = ticket.model_copy(update={"complaints": complaints})
    told = (judged_in(of, command.grade, procedure) for of in circumstances_of(ticket, procedure))
    often = [grade_of_repeats(each, ticket.complaints, procedure) for each in ticket.types]
    grade = graver(ticket.grade, graver(*told, *often))
    if grade is None or grade == ticket.grade:
        return ticket, said
    reason = "repeats" if grade in often else "told"
    regraded = _regraded(ticket, command, grade, reason, None)
    return ticket.model_copy(update={"grade": grade}), (*said, regraded)


def join_cluster(ticket: Ticket | None, command: JoinCluster, procedure: Procedure) -> Outcome[Ticket]:
    """An earlier complaint of the matter is linked and, unless it is over, upgraded (reading 10)."""
    assert ticket is not None
    said: tuple[Fact, ...] = ()
    if not ticket.points_at(command.other, LinkKind.SAME_MATTER):
        ticket, linked = _linked(ticket, command, command.other, LinkKind.SAME_MATTER, command.matter)
        said = (linked,)
    upgrades = procedure.reading("earlier_members") == "upgraded" and not ticket.over
    if not upgrades or ticket.grade is None or ticket.grade <= command.grade:
        return ticket, said
    regraded = _regraded(ticket, command, command.grade, "cluster", None)
    return ticket.model_copy(update={"grade": command.grade}), (*said, regraded)


def _linked(
    ticket: Ticket, command: TicketCommand, other: str, kind: LinkKind, matter: str | None
) -> tuple[Ticket, TicketLinked]:
    links = (*ticket.links, Link(other=other, kind=kind))
    said = TicketLinked(at=command.at, by=command.by, other=other, kind=kind, matter=matter)
    return ticket.model_copy(update={"links": links}), said


def _regraded(
    ticket: Ticket, command: TicketCommand, grade: int, reason: str, approved_by: str | None
) -> TicketRegraded:
    return TicketRegraded(
        at=command.at, by=command.by, grade=grade, previous=ticket.grade, reason=reason, approved_by=approved_by
    )


def _over(procedure: Procedure) -> Refusal:
    """What comes after the end is a new request."""
    return refused("ticket_over", procedure.clause("new_order_only_for_new_request"))


def _heard(ticket: Ticket, command: TicketCommand, **changes: Any) -> Ticket:
    words = (*ticket.words, command.words) if command.words else ticket.words
    return ticket.model_copy(update={"words": words, **changes})


def _with_words(outcome: Outcome[Ticket], command: TicketCommand) -> Outcome[Ticket]:
    if isinstance(outcome, Refusal) or command.words is None:
        return outcome
    ticket, said = outcome
    return _heard(ticket, command), said
