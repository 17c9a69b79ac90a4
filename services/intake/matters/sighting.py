"""What a request says for finding out its matter, and what an index of matters answers."""

from datetime import datetime
from typing import NamedTuple, Protocol

from contracts.ids import ALWAYS, derived_id
from procedures.model import Procedure


class Sighting(NamedTuple):
    """What a request says, for finding out what it is about."""

    utility: str
    ticket: str
    at: datetime
    customer: str
    type: str
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


def matter_id(utility: str, label: str) -> str:
    """A matter's id: the label itself where it is one, else the id that this label stands for."""
    return label if label.startswith("mtr_") else derived_id("mtr", ALWAYS, f"{utility}/{label}")
