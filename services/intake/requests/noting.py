"""Words said on a ticket, kept as a contact of their own before the ticket changes."""

from datetime import datetime

from contracts.fact import Actor
from kit.decide.fold import Cause
from kit.decide.shell import Done
from kit.store.port import Document
from services.intake.requests.intake import Intake, contact_id, sealed
from services.intake.requests.rules.contact import Contact, Kind, Words, record
from services.intake.rules.ticket import Ticket


async def note(
    intake: Intake, kind: Kind, ticket: Document[Ticket], words: Words, at: datetime, by: Actor, cause: Cause
) -> str | None:
    """Keep the words; the contact to name in the command, or None when nothing was said. Again is nothing new."""
    if words.empty:
        return None
    key = contact_id(ticket.utility, cause)
    contact = Contact(
        procedure=ticket.state.procedure,
        kind=kind,
        at=at,
        by=by,
        customer_ref=ticket.state.customer_ref,
        ticket=ticket.key,
        sealed=sealed(intake, ticket.utility, key, words),
        placed=(),
    )
    done = await intake.contacts.do(
        key,
        lambda found, _: record(found, contact),
        utility=ticket.utility,
        cause=cause,
        creates=ticket.state.procedure,
        is_new=True,
    )
    assert isinstance(done, Done), done
    return key
