"""Words said on a ticket, kept as a contact of their own before the ticket changes."""

from datetime import datetime

from contracts.fact import Actor
from kit.clock import machine_now
from kit.decide.fold import Cause
from kit.store.port import Change, Document
from services.intake.requests.intake import Intake, contact_id
from services.intake.requests.rules.contact import Contact, Kind, Words
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
        sealed=intake.vault.seal(ticket.utility, key, "words", words.packed()),
        placed=(),
    )
    fields = intake.contacts.decider.fields(contact)
    change = Change(key, ticket.utility, 0, contact, None, fields, 0, {}, said_at=machine_now())
    await intake.contacts.store.save([change])
    return key
