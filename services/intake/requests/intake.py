"""What accepting works on: intake's documents, its vault and its procedures."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from contracts.ids import ALWAYS, derived_id
from kit.decide.fold import Cause, ProcedureOf
from kit.decide.shell import Shell
from kit.store.port import Document
from kit.vault import Vault
from procedures.model import Procedure
from services.intake.calls.following import Calls
from services.intake.calls.rules.call import Call
from services.intake.looking import Key
from services.intake.matters.clusters import Matters
from services.intake.matters.groups import Groups
from services.intake.requests.rules.contact import Contact, Words
from services.intake.rules.request import Request
from services.intake.rules.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Intake:
    """What accepting works on; virtual time and the real service build it alike."""

    tickets: Shell[Ticket]
    contacts: Shell[Contact]
    matters: Matters
    groups: Groups
    calls: Calls
    vault: Vault
    procedure_of: ProcedureOf


class Case(NamedTuple):
    """One request on its way through; `key` is its contact."""

    utility: str
    key: str
    request: Request
    procedure: Procedure
    cause: Cause


async def in_its_call(intake: Intake, utility: str, request: Request) -> Request:
    """The hang-up is as the switch saw it; where the caller is still on the line the request says so."""
    found = await intake.calls.calls.get(request.call_id, utility) if request.call_id is not None else None
    if found is None:
        return request
    ended_at = found.state.ended_at
    return request.model_copy(update={"ended_at": ended_at, "in_call": ended_at is None})


async def calls_of(intake: Intake, ticket: Document[Ticket]) -> list[Document[Call]]:
    """The calls in which a ticket was spoken of and those that we made for it, the earliest first."""
    contacts = (await intake.contacts.store.load(ticket.state.words)).values()
    spoken = [each.state.request.call_id for each in contacts if each.state.request and each.state.request.call_id]
    found = await intake.calls.calls.store.load(spoken)
    found |= {each.key: each for each in await intake.calls.dialled_for(ticket.utility, ticket.key)}
    return sorted((each for each in found.values() if each.utility == ticket.utility), key=_arrival)


def _arrival(call: Document[Call]) -> tuple[bool, datetime | None, str]:
    return (call.state.arrived_at is not None, call.state.arrived_at, call.key)


def contact_id(utility: str, cause: Cause) -> str:
    """The contact of a cause, whenever it is asked for."""
    return derived_id("ctc", ALWAYS, f"{utility}/{cause.id}")


def sealed(intake: Intake, utility: str, contact: str, words: Words) -> str | None:
    """The free text as the contact keeps it; None when nothing was said."""
    return None if words.empty else intake.vault.seal(utility, contact, "words", words.packed())


def own_key(intake: Intake, utility: str) -> Key:
    """For intake's own work: comparing what is said with what is known, which shows nobody anything."""
    return Key(intake.vault, utility)


def words_of(document: Document[Contact], key: Key) -> Words:
    """The free text of a contact."""
    if document.state.sealed is None:
        request = document.state.request
        return Words(items=(None,) * len(request.items) if request else ())
    return Words.unpacked(key.open(document.key, "words", document.state.sealed))
