"""A request accepted: contact first, then matter, then tickets, each its own change; a crash between is made good."""

from datetime import timedelta
from typing import NamedTuple

from contracts.refusal import Refusal
from kit.clock import machine_now
from kit.decide.fold import Cause
from kit.decide.shell import KEY_REUSED
from kit.store.port import Change, Document
from procedures.model import Procedure
from services.intake.requests.intake import Case, Intake, contact_id, words_of
from services.intake.requests.placing import place
from services.intake.requests.rules.checking import check
from services.intake.requests.rules.contact import Contact, Placed, Words
from services.intake.rules.request import Request

REPAIR_AFTER = timedelta(minutes=1)
"""A contact whose tickets are not all made by then was left behind by a crash; the tick finishes it."""


class Accepted(NamedTuple):
    """The contact that was recorded, and what became of each of its demands."""

    contact: str
    placed: tuple[Placed, ...]
    replayed: bool = False


async def accept(
    intake: Intake, request: Request, procedure: Procedure, *, utility: str, cause: Cause, fingerprint: str = ""
) -> Accepted | Refusal:
    """Open the tickets of a request, or add it to the open ticket it repeats.

    `cause` makes it happen once: the same cause gives the same tickets, and is refused with another `fingerprint`.
    """
    refused = check(request, procedure)
    if refused is not None:
        return refused
    case = Case(utility, contact_id(utility, cause), request, procedure, cause)
    document = await _recorded(intake, case, fingerprint)
    if document.state.fingerprint != fingerprint:
        return KEY_REUSED
    if document.state.placed is not None:
        return Accepted(document.key, document.state.placed, replayed=True)
    assert document.state.request is not None
    at = document.state.request.at
    return await _finished(intake, document, case._replace(request=request.model_copy(update={"at": at})))


async def finish(intake: Intake, document: Document[Contact]) -> Accepted:
    """Do what is left to do for a contact that a crash left half done."""
    return await _finished(intake, document, _case_of(intake, document))


async def _recorded(intake: Intake, case: Case, fingerprint: str) -> Document[Contact]:
    """The contact as first written; one store call unless it was there before."""
    contact = _contact(intake, case, fingerprint)
    if not await intake.contacts.store.save([_change(intake, case.utility, case.key, contact, 0)]):
        return Document(case.key, case.utility, 1, contact)
    return (await intake.contacts.store.load([case.key]))[case.key]


def _contact(intake: Intake, case: Case, fingerprint: str) -> Contact:
    words = Words.of(case.request)
    sealed = None if words.empty else intake.vault.seal(case.utility, case.key, "words", words.packed())
    return Contact(
        procedure=case.procedure.ref,
        kind="request",
        at=case.request.at,
        by=case.request.by,
        customer_ref=case.request.customer_ref,
        request=case.request.without_words(),
        sealed=sealed,
        fingerprint=fingerprint,
        wake_at=intake.contacts.clock.now() + REPAIR_AFTER,
    )


def _case_of(intake: Intake, document: Document[Contact]) -> Case:
    contact = document.state
    assert contact.request is not None
    request = words_of(intake, document).back_into(contact.request)
    return Case(document.utility, document.key, request, intake.procedure_of(contact.procedure), Cause(document.key))


async def _finished(intake: Intake, document: Document[Contact], case: Case) -> Accepted:
    placed = await place(intake, case)
    done = document.state.model_copy(update={"placed": placed, "wake_at": None})
    await intake.contacts.store.save([_change(intake, case.utility, case.key, done, document.version)])
    return Accepted(case.key, placed)


def _change(intake: Intake, utility: str, key: str, contact: Contact, expected: int) -> Change[Contact]:
    fields = intake.contacts.decider.fields(contact)
    return Change(key, utility, expected, contact, contact.wake_at, fields, 0, {}, said_at=machine_now())
