"""Wiring of intake; `python -m services.intake` and `hotline run intake` are the same."""

from contracts.topics import TICKETS as TOPIC
from kit.run.host import Assembled, Means
from kit.settings import Settings, SettingsError
from procedures.loader import Procedures
from services.hosting import run
from services.intake.decider import AUDITS, CONTACTS, MATTERS, PEOPLE, TICKETS, UPLOADS
from services.intake.files.attachments import Attachments, FolderAttachments
from services.intake.http import Desk, router
from services.intake.matters.remembering import SIGHTINGS, RememberedMatters
from services.intake.matters.words import Lexicon
from services.intake.people.register import Register
from services.intake.people.vault import Vault
from services.intake.requests.intake import Intake
from services.intake.requests.mending import mend


def assemble(means: Means[Procedures]) -> Assembled:
    """The front desk: tickets speak on the ticket topic, people and their words stay here."""
    vault = _vault(means.settings)
    tickets, contacts, matters = means.employ(TICKETS), means.employ(CONTACTS), means.employ(MATTERS)
    people = means.employ(PEOPLE)
    index = RememberedMatters(means.stores.store_for(SIGHTINGS), Lexicon(vault.key_for("matters")))
    intake = Intake(tickets.shell, contacts.shell, matters.shell, vault, means.procedure_of, index)
    desk = Desk(
        intake,
        Register(people.shell, means.stores.store_for(AUDITS), vault),
        _attachments(means),
        means.procedures,
    )
    return Assembled(
        (TOPIC,),
        (tickets, contacts, matters, people),
        (router(desk),),
        chores=(lambda: mend(intake), lambda: index.forget(means.clock.now())),
    )


def _vault(settings: Settings) -> Vault:
    if settings.keys.pii is None:
        raise SettingsError("HOTLINE_KEYS__PII: not set; people's data is never kept in the clear")
    own = settings.keys
    keys = [key.get_secret_value() for key in (own.pii, own.pii_before) if key is not None]
    return Vault(keys, own.index.get_secret_value() if own.index else None)


def _attachments(means: Means[Procedures]) -> Attachments:
    own = means.settings.attachments
    return Attachments(FolderAttachments(own.path), means.stores.store_for(UPLOADS), own.types, own.max_bytes)


if __name__ == "__main__":
    run("intake", assemble)
