"""What the endpoints stand on, and the few questions they all ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from contracts.numbering import parse
from contracts.refusal import Refusal
from contracts.ticket import Attachment
from contracts.vocabulary import CENTRE, LinkKind, Role
from kit.auth.principal import HolderOf
from kit.auth.receipts import Receipts
from kit.auth.scope import Principal, brought_by, may_see
from kit.http.commands import CommandBy, CommandRequest
from kit.http.problems import FieldError, Problem, granted, problem_response
from kit.store.port import Document, Equal, Query
from procedures.loader import Procedures
from procedures.model import Procedure
from services.intake.files.attachments import Attachments
from services.intake.looking import Looks
from services.intake.people.register import Register
from services.intake.people.rules.disclosing import Asking
from services.intake.requests.intake import Intake
from services.intake.rules.ticket import Ticket

Centre = Annotated[Principal, Depends(HolderOf(Role.AGENT, Role.SUPERVISOR))]
ByCentre = Annotated[CommandRequest, Depends(CommandBy(Role.AGENT, Role.SUPERVISOR))]
ByFrontOffice = Annotated[CommandRequest, Depends(CommandBy(Role.AGENT, Role.SUPERVISOR, Role.INTEGRATION))]

_WRONG_IN_BODY = {
    "fields_missing": None,
    "no_type": "type",
    "no_such_unit": None,
    "no_such_guidance": "answer.guidance",
    "no_such_attachment": "attachments",
    "type_unknown": "type",
    "flag_unknown": "flags",
    "field_unknown": "fields",
    "field_value": "fields",
    "too_much_said": "fields",
    "grade_unknown": "grade",
    "wish_in_past": "call_wish.at",
    "ended_before_begun": "ended_at",
}
"""The request itself is wrong or incomplete, whatever the state of things; and in which field, where it is one."""


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """All parts of intake behind its API."""

    intake: Intake
    people: Register
    looks: Looks
    attachments: Attachments
    receipts: Receipts
    procedures: Procedures

    def now(self) -> datetime:
        """The business moment."""
        return self.intake.tickets.clock.now()

    def procedure_of(self, reference: str) -> Procedure:
        """The one that a document is pinned to; raises ReplicaTooOld when only a newer image has it."""
        found: Procedure = self.intake.procedure_of(reference)
        return found

    def procedure(self, utility: str, at: datetime) -> Procedure:
        """The one in force; raises Problem 404 for a utility that has none."""
        return granted(self.procedures.serving(utility, at))

    async def files_named(self, who: Principal, hashes: tuple[str, ...]) -> tuple[Attachment, ...] | Refusal:
        """What is enclosed; the centre may enclose any file, others what they uploaded themselves."""
        if not hashes:
            return ()
        return await self.attachments.named(who.utility, hashes, None if who.has(*CENTRE) else who.subject)

    async def ticket(self, who: Principal, named: str) -> Document[Ticket]:
        """By id or work-order number, if the reader may see it; raises Problem 404 or 422."""
        found = await self.find(who.utility, named)
        if found is None or not sees(who, found):
            raise Problem(Refusal("unknown_ticket"))
        return found

    async def find(self, utility: str, named: str) -> Document[Ticket] | None:
        """By id or number; raises Problem 422 for a number that was misheard."""
        tickets = self.intake.tickets
        if named.startswith("tkt_"):
            return await tickets.get(named, utility)
        number = parse(named)
        if number is None:
            raise Problem(Refusal("number_misread", params={"number": named}), status=422)
        found = await tickets.store.find(Query(utility, (Equal("number", str(number)),), limit=1))
        return await self._surviving(found[0]) if found else None

    async def _surviving(self, found: Document[Ticket]) -> Document[Ticket]:
        """Whom a merged number stands for: the ticket that it was closed into, and so on."""
        for _ in range(MOST_MERGES):
            into = next((link.other for link in found.state.links if link.kind is LinkKind.MERGED), None)
            other = await self.intake.tickets.get(into, found.utility) if into is not None else None
            if other is None:
                return found
            found = other
        return found


MOST_MERGES = 10
"""Of a row of tickets closed into one another."""


def sees(who: Principal, ticket: Document[Ticket]) -> bool:
    """Need-to-know; a connected system sees what came by its own channel or platform."""
    if who.utility == ticket.utility and brought_by(who, channel=ticket.state.channel, platform=ticket.state.platform):
        return True
    return may_see(who, utility=ticket.utility, unit=ticket.state.unit, division=ticket.state.division)


def asking(who: Principal, reason: str, ticket: Ticket | None) -> Asking:
    """The reader as the rules of disclosure see them."""
    return Asking(who.roles, who.units, who.divisions, reason, ticket)


def refuse(command: CommandRequest, refusal: Refusal) -> Response:
    """The problem document; a wrong body says which fields."""
    wrong = refusal.code in _WRONG_IN_BODY
    return problem_response(
        refusal,
        language=command.language,
        instance=command.path,
        status=422 if wrong else None,
        errors=list(_wrong_fields(refusal)),
    )


def _wrong_fields(refusal: Refusal) -> Iterator[FieldError]:
    if refusal.code == "fields_missing":
        yield from (FieldError(f"body.{field}", refusal.code) for field in refusal.accepts)
    elif (field := _WRONG_IN_BODY.get(refusal.code)) is not None:
        yield FieldError(f"body.{field}", refusal.code, refusal.accepts)
