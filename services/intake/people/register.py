"""Customers found, remembered and shown: the only place where their data is readable, and every look leaves a trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from contracts.ids import ALWAYS, derived_id
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.store.port import Document, Equal, Query
from kit.vault import Vault
from procedures.model import Identity, Procedure
from services.intake.people.rules.disclosing import Audit
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
    audits: Shell[Audit]
    vault: Vault

    async def customer(self, utility: str, ref: str) -> Customer | None:
        """By reference; None when there is none in this utility."""
        document = await self.persons.get(ref, utility)
        return Customer(ref, self._opened(document)) if document else None

    async def find(self, utility: str, field: PersonalField, value: str) -> list[Customer]:
        """Everybody with this phone or identity number, through the blind index."""
        return await self.find_blind(utility, field, self.vault.blind(utility, field.value, normal(field, value)))

    async def find_blind(self, utility: str, field: PersonalField, blind: str) -> list[Customer]:
        """The same by an index that was made before."""
        found = await self.persons.store.find(Query(utility, (Equal(field.value, blind),), limit=MOST_ON_ONE_PHONE))
        return [Customer(document.key, self._opened(document)) for document in found]

    async def recognise(self, utility: str, stated: Stated, cause: Cause) -> Customer:
        """Who this is: the one on file with the same number and no other name, else somebody new.

        The new reference follows from what identifies them, so that two calls at once make one person.
        """
        for field in LOOKED_UP:
            if field in stated:
                same = [each for each in await self.find(utility, field, stated[field]) if _may_be(each, stated)]
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
        )
        assert isinstance(done, Done), done

    async def note(self, utility: str, audit: Audit) -> None:
        """Write a look down before anything is shown."""
        key = derived_id("adt", audit.at, str(uuid4()))
        done = await self.audits.do(
            key, lambda _, __: (audit, ()), utility=utility, cause=Cause(key), creates=audit.procedure
        )
        assert isinstance(done, Done), done

    def _opened(self, document: Document[Person]) -> Stated:
        return {
            field: self.vault.open(document.utility, document.key, field.value, sealed)
            for field, sealed in document.state.sealed.items()
        }

    def _identity(self, utility: str, stated: Stated, cause: Cause) -> str:
        parts = [
            self.vault.blind(utility, field.value, normal(field, stated[field]))
            for field in (*LOOKED_UP, PersonalField.NAME)
            if field in stated
        ]
        anonymous = not any(field in stated for field in LOOKED_UP)
        return "/".join([utility, *parts, *([cause.id] if anonymous else [])])


def _may_be(customer: Customer, stated: Stated) -> bool:
    """The same number with another name is another person."""
    name, known = stated.get(PersonalField.NAME), customer.on_file.get(PersonalField.NAME)
    return name is None or known is None or normal(PersonalField.NAME, name) == normal(PersonalField.NAME, known)


def verified(customer: Customer, stated: Stated, identity: Identity) -> bool:
    """Whether enough of what the caller says agrees with the file, and nothing contradicts it (R004-045)."""
    asked = [PersonalField(item) for item in identity.items]
    compared = [field for field in asked if field in stated and field in customer.on_file]
    agreeing = [field for field in compared if normal(field, stated[field]) == normal(field, customer.on_file[field])]
    return len(agreeing) == len(compared) and len(agreeing) >= identity.at_least
