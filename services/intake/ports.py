"""What accepting works on: intake's documents, its vault, its procedures and the index of what requests are about."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from contracts.ids import derived_id
from contracts.vocabulary import TicketType
from kit.decide.fold import Cause, ProcedureOf
from kit.decide.shell import Shell
from kit.store.port import Document
from procedures.model import Procedure
from services.intake.rules.contact import Contact, Words
from services.intake.rules.matter import Matter
from services.intake.rules.request import Request
from services.intake.rules.ticket import Ticket
from services.intake.vault import Vault

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Ids that must come out the same whenever they are asked for carry no moment."""


class Sighting(NamedTuple):
    """What a request says, for finding out what it is about."""

    utility: str
    ticket: str
    at: datetime
    customer: str
    type: TicketType
    subtype: str | None
    area: str | None
    subject: str
    text: str


class MatterIndex(Protocol):
    """Knows earlier requests by their words (R004-078)."""

    async def matter_of(self, sighting: Sighting, procedure: Procedure) -> str | None:
        """The matter the words belong to, remembering them; asked again for the same ticket it answers the same.

        A request like no other gets the matter that its own ticket stands for (`matter_id`).
        """
        ...

    async def assign(self, utility: str, ticket: str, matter: str) -> None:
        """A clerk says which matter a ticket belongs to; later requests like it follow."""
        ...


@dataclass(frozen=True, slots=True)
class Intake:
    """What accepting works on; virtual time and the real service build it alike."""

    tickets: Shell[Ticket]
    contacts: Shell[Contact]
    matters: Shell[Matter]
    vault: Vault
    procedure_of: ProcedureOf
    index: MatterIndex | None = None


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


def matter_id(utility: str, label: str) -> str:
    """A matter's id: the label itself where it is one, else the id that this label stands for."""
    return label if label.startswith("mtr_") else derived_id("mtr", ALWAYS, f"{utility}/{label}")


def words_of(intake: Intake, document: Document[Contact]) -> Words:
    """The free text of a contact."""
    if document.state.sealed is None:
        request = document.state.request
        return Words(items=(None,) * len(request.items) if request else ())
    return Words.unpacked(intake.vault.open(document.utility, document.key, "words", document.state.sealed))
