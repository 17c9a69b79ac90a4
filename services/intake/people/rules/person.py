"""What is known of a customer, field by field and sealed; the rules see which fields there are, never their content."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from contracts.refusal import Outcome
from contracts.telephone import spelled
from kit.decide.state import State


class PersonalField(StrEnum):
    """What may not be published nor given to the party complained about (第十三条(四), R004-040)."""

    NAME = "name"
    CONTACT = "contact"
    ID_NUMBER = "id_number"
    ADDRESS = "address"
    EMPLOYER = "employer"
    IP = "ip"


LOOKED_UP = (PersonalField.CONTACT, PersonalField.ID_NUMBER)
"""A customer is found by these, through a blind index."""


class Person(State):
    """`sealed` holds each field's ciphertext; `blind` the index of those that a customer is looked up by."""

    procedure: str
    sealed: Mapping[PersonalField, str] = {}
    blind: Mapping[PersonalField, str] = {}
    changed_at: datetime


FIELDS = tuple(field.value for field in LOOKED_UP)


def fields(person: Person) -> dict[str, str | None]:
    """What lists may ask for."""
    return {field.value: person.blind.get(field) for field in LOOKED_UP}


def remember(
    person: Person | None,
    at: datetime,
    procedure: str,
    sealed: Mapping[PersonalField, str],
    blind: Mapping[PersonalField, str],
) -> Outcome[Person]:
    """Add or replace fields; nothing is said of people on the bus."""
    if person is None:
        return Person(procedure=procedure, sealed=sealed, blind=blind, changed_at=at), ()
    if not sealed:
        return person, ()
    known = {"sealed": {**person.sealed, **sealed}, "blind": {**person.blind, **blind}, "changed_at": at}
    return person.model_copy(update=known), ()


def normal(field: PersonalField, value: str) -> str:
    """The form in which two spellings of the same thing are equal."""
    if field is PersonalField.CONTACT:
        return spelled(value)
    return "".join(value.split()).casefold()


def masked(field: PersonalField, value: str) -> str:
    """Enough to recognise what one knows already, not enough to learn it."""
    if field is PersonalField.NAME:
        return value[:1] + "*" * max(len(value) - 1, 1)
    if field is PersonalField.CONTACT and len(value) > 7:
        return f"{value[:3]}****{value[-4:]}"
    shown = max(len(value) // 3, 1)
    return value[:shown] + "***"
