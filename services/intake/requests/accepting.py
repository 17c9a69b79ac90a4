"""A request accepted: checked once, recorded once as a contact, whose tickets follow it."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from contracts.refusal import Refusal
from kit.decide.fold import Cause
from procedures.model import Procedure
from services.intake.requests.intake import Intake, contact_id, sealed
from services.intake.requests.placing import place
from services.intake.requests.rules.checking import check
from services.intake.requests.rules.contact import Contact, Placed, Words, record
from services.intake.rules.appealing import appeal_rules, unfounded
from services.intake.rules.request import Request


class Accepted(NamedTuple):
    """The contact that was recorded, and what became of each of its demands."""

    contact: str
    placed: tuple[Placed, ...]
    replayed: bool = False


class NotPlaced(RuntimeError):
    """The contact is recorded, but its tickets could not be made; the tick tries again, and the log says why."""


def connect(intake: Intake) -> Intake:
    """Contacts are followed by their tickets, matters by what their members are told, calls by both."""
    intake.contacts.follow_ups.carried_out_by(partial(place, intake))
    intake.matters.tell_members()
    intake.calls.connect()
    return intake


async def _nothing() -> None:
    return None


async def accept(
    intake: Intake,
    request: Request,
    procedure: Procedure,
    *,
    utility: str,
    cause: Cause,
    fingerprint: str = "",
    once_checked: Callable[[], Awaitable[None]] = _nothing,
) -> Accepted | Refusal:
    """Open the tickets of a request, or add it to the open ticket it repeats.

    `cause` makes it happen once: the same cause gives the same tickets, and is refused with another `fingerprint`.
    `once_checked` is what else is to be kept of a request that can be accepted, before it is.
    """
    refused = (
        check(request, procedure)
        or await _unknown_parent(intake, request, utility)
        or await _unfounded_appeal(intake, request, procedure, utility)
    )
    if refused is not None:
        return refused
    await once_checked()
    key = contact_id(utility, cause)
    contact = _contact(intake, utility, key, request, procedure, fingerprint)
    done = await intake.contacts.do(
        key, lambda found, _: record(found, contact), utility=utility, cause=cause, creates=procedure.ref, is_new=True
    )
    if isinstance(done, Refusal):
        return done
    if done.document.state.placed is None:
        raise NotPlaced(key)
    return Accepted(key, done.document.state.placed, replayed=not done.created)


async def _unknown_parent(intake: Intake, request: Request, utility: str) -> Refusal | None:
    if request.parent is None or await intake.tickets.get(request.parent, utility) is not None:
        return None
    return Refusal("unknown_ticket")


async def _unfounded_appeal(intake: Intake, request: Request, procedure: Procedure, utility: str) -> Refusal | None:
    rules = appeal_rules(request, procedure)
    if rules is None or request.appeals is None:
        return None
    earlier = await intake.tickets.get(request.appeals, utility)
    return unfounded(request, earlier.state, rules, procedure) if earlier else Refusal("unknown_ticket")


def _contact(
    intake: Intake, utility: str, key: str, request: Request, procedure: Procedure, fingerprint: str
) -> Contact:
    return Contact(
        procedure=procedure.ref,
        kind="request",
        at=request.at,
        by=request.by,
        customer_ref=request.customer_ref,
        request=request.without_words(),
        sealed=sealed(intake, utility, key, Words.of(request)),
        fingerprint=fingerprint,
    )
