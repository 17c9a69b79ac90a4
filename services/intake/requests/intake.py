"""What accepting works on: intake's documents, its vault and its procedures."""

from dataclasses import dataclass
from typing import NamedTuple

from contracts.ids import ALWAYS, derived_id
from kit.decide.fold import Cause, ProcedureOf
from kit.decide.shell import Shell
from kit.store.port import Document
from kit.vault import Vault
from procedures.model import Procedure
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
    vault: Vault
    procedure_of: ProcedureOf


class Case(NamedTuple):
    """One request on its way through; `key` is its contact."""

    utility: str
    key: str
    request: Request
    procedure: Procedure
    cause: Cause


def contact_id(utility: str, cause: Cause) -> str:
    """The contact of a cause, whenever it is asked for."""
    return derived_id("ctc", ALWAYS, f"{utility}/{cause.id}")


def sealed(intake: Intake, utility: str, contact: str, words: Words) -> str | None:
    """The free text as the contact keeps it; None when nothing was said."""
    return None if words.empty else intake.vault.seal(utility, contact, "words", words.packed())


def words_of(intake: Intake, document: Document[Contact]) -> Words:
    """The free text of a contact."""
    if document.state.sealed is None:
        request = document.state.request
        return Words(items=(None,) * len(request.items) if request else ())
    return Words.unpacked(intake.vault.open(document.utility, document.key, "words", document.state.sealed))
