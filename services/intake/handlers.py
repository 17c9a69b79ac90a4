"""The documents intake keeps, and what it hears about them."""

from kit.decider import Decider
from kit.store import Collection
from services.intake.rules import contact, ticket
from services.intake.rules.contact import Contact
from services.intake.rules.hearing import HEARS
from services.intake.rules.matter import Matter
from services.intake.rules.ticket import Ticket

SERVICE = "intake"

TICKETS = Decider(SERVICE, Collection("tickets", Ticket, ticket.FIELDS), HEARS, fields=ticket.fields)
CONTACTS = Decider(SERVICE, Collection("contacts", Contact, contact.FIELDS), fields=contact.fields)
MATTERS = Decider(SERVICE, Collection("matters", Matter))

DECIDERS = (TICKETS, CONTACTS, MATTERS)
"""Tickets alone hear and speak; contacts and matters are finished by `accepting.mend` when a crash left them behind."""
