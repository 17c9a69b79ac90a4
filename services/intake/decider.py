"""The documents intake keeps, and what it hears about them."""

from kit.decide.decider import Decider
from kit.store.port import Collection
from services.intake.files.attachments import Upload
from services.intake.matters.rules.matter import Matter
from services.intake.people.rules import disclosing, person
from services.intake.people.rules.disclosing import Audit
from services.intake.people.rules.person import Person
from services.intake.requests.rules import contact
from services.intake.requests.rules.contact import Contact
from services.intake.rules import ticket
from services.intake.rules.hearing import HEARS
from services.intake.rules.ticket import Ticket

SERVICE = "intake"

TICKETS = Decider(SERVICE, Collection("tickets", Ticket, ticket.FIELDS), HEARS, fields=ticket.fields)
CONTACTS = Decider(SERVICE, Collection("contacts", Contact, contact.FIELDS), fields=contact.fields)
MATTERS = Decider(SERVICE, Collection("matters", Matter))
PEOPLE = Decider(SERVICE, Collection("people", Person, person.FIELDS), fields=person.fields)

AUDITS = Collection("audits", Audit, disclosing.FIELDS)
UPLOADS = Collection("attachments", Upload)

DECIDERS = (TICKETS, CONTACTS, MATTERS)
"""Tickets alone hear and speak; contacts and matters are finished by `accepting.mend` when a crash left them behind."""
