"""Customers found, remembered and shown: the only place where their data is readable, and every look leaves a trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from contracts.ids import ALWAYS, derived_id
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.store.port import Document, Equal, Query
from kit.vault import Vault
from procedures.model import Identity, Procedure
from services.intake.looking import Key
from services.intake.people.rules.identity import enough_agree
from services.intake.people.rules.person import LOOKED_UP, Person, PersonalField, normal, remember

Stated = Mapping[PersonalField, str]
"""What somebody says of themselves, in the clear."""

MOST_ON_ONE_PHONE = 50
"""Register of one household or company who call from one number."""


class Customer(NamedTuple):
    """Who calls: the reference that everybody else knows them by, and what is on file."""

    ref: str
    on_file: Stated


@dataclass(frozen=True, slots=True)
class Register:
    """The register of one installation."""

    persons: Shell[Person]
    vault: Vault

    async def has(self, utility: str, ref: str) -> bool:
        """Whether there is such a customer in this utility; nothing is opened."""
        return await self.persons.get(ref, utility) is not None

    async def fields_of(self, utility: str, ref: str) -> tuple[str, ...]:
        """Which fields are on file; nothing is opened."""
        document = await self.persons.get(ref, utility)
        return tuple(document.state.sealed) if document else ()

    async def customer(self, ref: str, key: Key) -> Customer | None:
        """By reference; None when there is none in the key's utility."""
        document = await self.persons.get(ref, key.utility)
        return Customer(ref, _opened(document, key)) if document else None

    def index(self, utility: str, field: PersonalField, value: str) -> str:
        """What a phone or identity number is looked up by, the same for every spelling."""
        return self.vault.blind(utility, field.value, normal(field, value))

    async def find(self, field: PersonalField, index: str, key: Key) -> list[Customer]:
        """Everybody with this phone or identity number."""
        query = Query(key.utility, (Equal(field.value, index),), limit=MOST_ON_ONE_PHONE)
        return [Customer(document.key, _opened(document, key)) for document in await self.persons.store.find(query)]

    async def recognise(self, stated: Stated, cause: Cause, key: Key) -> Customer:
        """Who this is: the one on file with the same number and no other name, else somebody new.

        The new reference follows from what identifies them, so that two calls at once make one person.
        """
        utility = key.utility
        for field in LOOKED_UP:
            if field in stated:
                index = self.index(utility, field, stated[field])
                same = [each for each in await self.find(field, index, key) if _may_be(each, stated)]
                if same:
                    return same[0]
        return Customer(derived_id("cust", ALWAYS, self._identity(utility, stated, cause)), {})

    async def remember(
        self, utility: str, customer: Customer, stated: Stated, at: datetime, procedure: Procedure, cause: Cause
    ) -> None:
        """Put on file what is new; what is there already is not written again."""
        new = {field: value for field, value in stated.items() if customer.on_file.get(field) != value}
        if not new and customer.on_file:
            return
        sealed = {field: self.vault.seal(utility, customer.ref, field.value, value) for field, value in new.items()}
        blind = {
            field: self.vault.blind(utility, field.value, normal(field, new[field]))
            for field in LOOKED_UP
            if field in new
        }
        done = await self.persons.do(
            customer.ref,
            lambda state, _: remember(state, at, procedure.ref, sealed, blind),
            utility=utility,
            cause=cause,
            creates=procedure.ref,
            is_new=not customer.on_file,
        )
        assert isinstance(done, Done), done

    def _identity(self, utility: str, stated: Stated, cause: Cause) -> str:
        parts = [
            self.index(utility, field, stated[field]) for field in (*LOOKED_UP, PersonalField.NAME) if field in stated
        ]
        anonymous = not any(field in stated for field in LOOKED_UP)
        return "/".join([utility, *parts, *([cause.id] if anonymous else [])])


def _opened(document: Document[Person], key: Key) -> Stated:
    return {field: key.open(document.key, field.value, sealed) for field, sealed in document.state.sealed.items()}


def _may_be(customer: Customer, stated: Stated) -> bool:
    """The same number with another name is another person."""
    name, known = stated.get(PersonalField.NAME), customer.on_file.get(PersonalField.NAME)
    return name is None or known is None or normal(PersonalField.NAME, name) == normal(PersonalField.NAME, known)


def verified(customer: Customer, stated: Stated, identity: Identity) -> bool:
    """Whether enough of what the caller says agrees with the file, and nothing contradicts it (R004-045)."""
    asked = [PersonalField(item) for item in identity.items]
    compared = [field for field in asked if field in stated and field in customer.on_file]
    agreeing = [field for field in compared if normal(field, stated[field]) == normal(field, customer.on_file[field])]
    return len(agreeing) == len(compared) and enough_agree(map(str, agreeing), identity)
