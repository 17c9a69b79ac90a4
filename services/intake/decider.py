"""The documents intake keeps, and what it hears about them."""

from kit.decide.decider import Decider
from kit.store.port import Collection
from services.intake.calls.rules import call, missed
from services.intake.calls.rules.call import Call
from services.intake.calls.rules.missed import MissedCaller
from services.intake.calls.rules.number import Number
from services.intake.files.attachments import Upload
from services.intake.matters.rules import matter
from services.intake.matters.rules.group import Group
from services.intake.matters.rules.matter import Matter
from services.intake.people.rules import disclosing, person
from services.intake.people.rules.disclosing import Audit
from services.intake.people.rules.person import Person
from services.intake.requests.rules import contact
from services.intake.requests.rules.contact import Contact
from services.intake.rules import ticket
from services.intake.rules.allowance import Allowance
from services.intake.rules.hearing import HEARS
from services.intake.rules.ticket import Ticket

SERVICE = "intake"

TICKETS = Decider(SERVICE, Collection("tickets", Ticket, ticket.FIELDS), HEARS, fields=ticket.fields)
CONTACTS = Decider(
    SERVICE,
    # A request that was answered must be there after a power cut, too; its tickets are made again from it.
    Collection("contacts", Contact, contact.FIELDS, durable=True),
    fields=contact.fields,
    follow_ups=contact.follow_ups,
    learns_with_tick=True,
)
MATTERS = Decider(SERVICE, Collection("matters", Matter), follow_ups=matter.follow_ups)
GROUPS = Decider(SERVICE, Collection("groups", Group))
CALLS = Decider(
    SERVICE,
    Collection("phone_calls", Call, call.FIELDS),
    call.HEARS,
    fields=call.fields,
    follow_ups=call.follow_ups,
)
MISSED = Decider(SERVICE, Collection("missed_callers", MissedCaller, missed.FIELDS), fields=missed.fields)
NUMBERS = Decider(SERVICE, Collection("numbers", Number))
PEOPLE = Decider(SERVICE, Collection("people", Person, person.FIELDS), fields=person.fields)
AUDITS = Decider(SERVICE, Collection("audits", Audit, disclosing.FIELDS), fields=disclosing.audit_fields)
UPLOADS = Decider(SERVICE, Collection("attachments", Upload))
ALLOWANCES = Decider(SERVICE, Collection("allowances", Allowance))

DECIDERS = (TICKETS, CONTACTS, MATTERS, GROUPS, CALLS, MISSED, NUMBERS)
"""Those that virtual time needs. Tickets and calls hear, tickets alone speak."""
