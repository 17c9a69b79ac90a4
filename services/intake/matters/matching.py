"""A clerk's word on what belongs together: it stands above what the index found (R004-078)."""

from dataclasses import replace

from contracts.refusal import Refusal
from contracts.vocabulary import LinkKind
from kit.decide.fold import Cause
from kit.store.port import Document
from services.intake.matters.clusters import Matters
from services.intake.matters.rules.matter import Member, leave
from services.intake.matters.sighting import matter_id
from services.intake.rules.commands import LinkTo, link
from services.intake.rules.grading import cluster_rule
from services.intake.rules.ticket import Ticket


async def confirm_same_matter(matters: Matters, ticket: Document[Ticket], other: Document[Ticket], cause: Cause) -> str:
    """Both are about one matter, the other's if it has one; complaints count towards its cluster. The matter's id."""
    matter = other.state.matter or ticket.state.matter or matter_id(ticket.utility, other.key)
    if other.state.matter is None:
        await _point_back(matters, other, ticket, matter, cause)
    for document in (other, ticket):
        await _count(matters, document, matter, cause)
        if matters.index is not None:
            await matters.index.assign(document.utility, document.key, matter)
    return matter


async def refuse_matter(matters: Matters, ticket: Document[Ticket], cause: Cause) -> None:
    """The ticket is about something else: its matter forgets it, and later requests like it are about its own."""
    matter = ticket.state.matter
    if matters.index is not None:
        await matters.index.assign(ticket.utility, ticket.key, matter_id(ticket.utility, ticket.key))
    if matter is None or await matters.shell.get(matter, ticket.utility) is None:
        return
    await matters.shell.do(matter, lambda state, _: leave(state, ticket.key), utility=ticket.utility, cause=cause)


async def _point_back(
    matters: Matters, other: Document[Ticket], ticket: Document[Ticket], matter: str, cause: Cause
) -> None:
    at = matters.tickets.clock.now()
    command = LinkTo(at=at, other=ticket.key, kind=LinkKind.SAME_MATTER, matter=matter)
    done = await matters.tickets.do(
        other.key,
        lambda state, procedure: link(state, command, procedure),
        utility=other.utility,
        cause=replace(cause, id=f"{cause.id}/{other.key}"),
    )
    assert not isinstance(done, Refusal), done


async def _count(matters: Matters, document: Document[Ticket], matter: str, cause: Cause) -> None:
    ticket = document.state
    if ticket.grade is None:
        return
    member = Member(ticket=document.key, customer=ticket.customer_ref, at=ticket.opened_at, grade=ticket.grade)
    procedure, at = matters.procedure_of(ticket.procedure), matters.tickets.clock.now()
    rule = cluster_rule(ticket.type, procedure)
    await matters.join(document.utility, matter, member, at, rule, procedure, cause)
