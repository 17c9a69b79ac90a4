"""What follows from a call: its tickets learn of the hang-up, its number is owed a call back or none any more."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from contracts.fact import SYSTEM
from contracts.ids import ALWAYS, derived_id
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.store.port import Document, Equal, Query
from kit.vault import Vault
from services.intake.calls.rules import call as calls
from services.intake.calls.rules import missed
from services.intake.calls.rules import number as numbers
from services.intake.calls.rules.call import MISSED, TALKED, UNANSWERED, Call
from services.intake.calls.rules.missed import MissedCaller
from services.intake.calls.rules.number import Number
from services.intake.looking import Key
from services.intake.people.rules.person import PersonalField, normal
from services.intake.rules.calling import CallOver, hang_up
from services.intake.rules.ticket import Ticket

LATEST = 10
"""Calls of one number that are looked through for a conversation."""


class Kept(NamedTuple):
    """A number as the rest of the system may know it."""

    ref: str
    blind: str


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of one installation, the callers who gave up, the numbers in the vault."""

    calls: Shell[Call]
    missed: Shell[MissedCaller]
    numbers: Shell[Number]
    tickets: Shell[Ticket]
    vault: Vault

    def connect(self) -> None:
        """Say who carries out what calls name; once, before the first is heard."""
        self.calls.follow_ups.carried_out_by(self._follow)

    async def of_number(self, utility: str, index: str) -> list[Document[Call]]:
        """Its latest calls."""
        query = Query(utility, (Equal("number", index),), "arrived_at", descending=True, limit=LATEST)
        return await self.calls.store.find(query)

    async def dialled_for(self, utility: str, ticket: str) -> list[Document[Call]]:
        """The latest calls that we made for a ticket."""
        query = Query(utility, (Equal("ticket", ticket),), "arrived_at", descending=True, limit=LATEST)
        return await self.calls.store.find(query)

    async def led_to(self, utility: str, call: str, tickets: tuple[str, ...], procedure: str, cause: Cause) -> None:
        """A contact in the call led to these tickets."""
        done = await self.calls.do(
            call,
            lambda state, known: calls.led_to(state, tickets, known),
            utility=utility,
            cause=cause,
            creates=procedure,
        )
        assert isinstance(done, Done), done

    async def keep(self, utility: str, number: str, procedure: str) -> Kept:
        """Put a number into the vault; the same number has one place, whoever asks."""
        index = self.vault.blind(utility, PersonalField.CONTACT.value, normal(PersonalField.CONTACT, number))
        ref = derived_id("num", ALWAYS, f"{utility}/{index}")
        if await self.numbers.get(ref, utility) is None:
            sealed = self.vault.seal(utility, ref, numbers.FIELD, number)
            new = Number(procedure=procedure, sealed=sealed, index=index)
            await self.numbers.do(
                ref, lambda state, _: numbers.keep(state, new), utility=utility, cause=Cause(ref), creates=procedure
            )
        return Kept(ref, index)

    async def opened(self, refs: Iterable[str | None], key: Key) -> Mapping[str, str]:
        """Numbers in the clear, by reference."""
        found = await self.numbers.store.load([ref for ref in dict.fromkeys(refs) if ref is not None])
        return {
            ref: key.open(ref, numbers.FIELD, document.state.sealed)
            for ref, document in found.items()
            if document.utility == key.utility
        }

    async def _follow(self, document: Document[Call], name: str, cause: Cause) -> Callable[[Call], Call]:
        if name == MISSED:
            await self._tell_missed(document, cause)
        else:
            await self._tell_ticket(document, name, cause)
        return lambda state: calls.told(state, name)

    async def _tell_ticket(self, document: Document[Call], ticket: str, cause: Cause) -> None:
        ended_at = document.state.ended_at
        assert ended_at is not None
        command = CallOver(at=ended_at, by=SYSTEM, call=document.key)
        await self.tickets.do(
            ticket,
            lambda state, procedure: hang_up(state, command, procedure),
            utility=document.utility,
            cause=cause,
        )

    async def _tell_missed(self, document: Document[Call], cause: Cause) -> None:
        """A call in vain is written down first and then looked at beside the others, so that whichever of two calls is
        heard of last finds the other.
        """
        call, procedure = document.state, self.calls.procedure_of(document.state.procedure)
        if not missed.concerns(call, procedure) or call.number_index is None:
            return
        key = derived_id("mis", ALWAYS, f"{document.utility}/{call.number_index}")
        in_vain = call.outcome in UNANSWERED
        if not in_vain and await self.missed.get(key, document.utility) is None:
            return
        await self._learn(key, document, cause)
        if in_vain:
            for other in await self.of_number(document.utility, call.number_index):
                if other.state.outcome in TALKED and other.state.ended_at is not None:
                    await self._learn(key, other, cause)

    async def _learn(self, key: str, of: Document[Call], cause: Cause) -> None:
        done = await self.missed.do(
            key,
            lambda state, known: missed.learn(state, of.key, of.state, known),
            utility=of.utility,
            cause=Cause(f"{cause.id}/{of.key}", cause.traceparent),
            creates=of.state.procedure,
        )
        assert isinstance(done, Done), done
