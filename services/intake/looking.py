"""The one door to people's data, words and files: what is opened for somebody was written down before (R004-040)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from contracts.ids import derived_id
from contracts.refusal import Refusal
from kit.auth.scope import Principal
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.vault import Vault
from services.intake.allowances import Allowances, Use
from services.intake.people.rules.disclosing import Audit
from services.intake.rules.allowance import Limit

HOUR = timedelta(hours=1)


class Look(NamedTuple):
    """What somebody wants to see or to try, and why.

    `whose` is the customer, `number` the index of the number that was looked up: the same for every spelling.
    """

    what: str
    procedure: str
    whose: str | None = None
    reason: str | None = None
    ticket: str | None = None
    fields: tuple[str, ...] = ()
    number: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """Opens what is sealed for one utility; a route has it from `Looks` alone, for a look that was written down."""

    vault: Vault
    utility: str

    def open(self, owner: str, field: str, sealed: str) -> str:
        """What was sealed at this place."""
        return self.vault.open(self.utility, owner, field, sealed)


class Bounds(NamedTuple):
    """Look-ups and tries to answer for a customer in an hour: of one person, and at one customer."""

    looks_of_one: int
    looks_at_one: int
    tries_of_one: int
    tries_at_one: int


@dataclass(frozen=True, slots=True)
class Looks:
    """All looks of one installation."""

    audits: Shell[Audit]
    vault: Vault
    allowances: Allowances
    bounds: Bounds

    async def written(self, who: Principal, look: Look) -> Key:
        """The look is written down; what it is about may be opened now."""
        key = derived_id("adt", self.audits.clock.now(), str(uuid4()))
        audit = Audit(
            procedure=look.procedure,
            at=self.audits.clock.now(),
            who=who.subject,
            role=who.actor().role,
            what=look.what,
            customer=look.whose,
            reason=look.reason,
            ticket=look.ticket,
            fields=look.fields,
            number=look.number,
            file=look.file,
        )
        done = await self.audits.do(
            key, lambda _, __: (audit, ()), utility=who.utility, cause=Cause(key), creates=audit.procedure, is_new=True
        )
        assert isinstance(done, Done), done
        return Key(self.vault, who.utility)

    async def counted(self, who: Principal, look: Look) -> Key | Refusal:
        """The same for looking somebody up, of which everybody has only so many in an hour, shared by all replicas."""
        mine = Use("look", who.subject, Limit(self.bounds.looks_of_one, HOUR))
        theirs = Use("look", f"of {look.whose or look.number}", Limit(self.bounds.looks_at_one, HOUR))
        return await self._spent(who, look, mine, theirs) or await self.written(who, look)

    async def tried(self, who: Principal, look: Look) -> Key | Refusal:
        """The same for comparing what a caller says with the file: who may try for ever finds everything out."""
        mine = Use("verify", who.subject, Limit(self.bounds.tries_of_one, HOUR))
        theirs = Use("verify", f"of {look.whose}", Limit(self.bounds.tries_at_one, HOUR))
        return await self._spent(who, look, mine, theirs) or await self.written(who, look)

    async def _spent(self, who: Principal, look: Look, *uses: Use) -> Refusal | None:
        at = self.audits.clock.now()
        for use in uses:
            done = await self.allowances.spend(who.utility, use, at, look.procedure)
            if isinstance(done, Refusal):
                return done
        return None
