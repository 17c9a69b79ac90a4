"""Wiring of intake; `python -m services.intake` and `hotline run intake` are the same."""

from kit.auth.receipts import Receipts
from kit.run.host import Assembled, Means
from kit.settings import Settings, SettingsError
from kit.vault import Vault
from procedures.loader import Procedures
from services.hosting import run
from services.intake.allowances import Allowances
from services.intake.bus import subscribe
from services.intake.calls.following import Calls
from services.intake.decider import (
    ALLOWANCES,
    AUDITS,
    CALLS,
    CONTACTS,
    GROUPS,
    MATTERS,
    MISSED,
    NUMBERS,
    PEOPLE,
    TICKETS,
    UPLOADS,
)
from services.intake.files.attachments import Attachments, Bounds
from services.intake.files.folder import FolderAttachments
from services.intake.http import FrontDesk, router
from services.intake.looking import Bounds as LookBounds
from services.intake.looking import Looks
from services.intake.matters.clusters import Matters
from services.intake.matters.groups import Groups
from services.intake.matters.remembering import SIGHTINGS, RememberedMatters
from services.intake.matters.words import Lexicon
from services.intake.people.register import Register
from services.intake.requests.accepting import connect
from services.intake.requests.intake import Intake


def assemble(means: Means[Procedures]) -> Assembled:
    """The front desk: tickets speak on the ticket topic, people and their words stay here."""
    vault = _vault(means.settings)
    tickets, contacts, matters = means.work_on(TICKETS), means.work_on(CONTACTS), means.work_on(MATTERS)
    groups = means.work_on(GROUPS)
    people, audits, uploads = means.work_on(PEOPLE), means.work_on(AUDITS), means.work_on(UPLOADS)
    heard, missed, numbers = means.work_on(CALLS), means.work_on(MISSED), means.work_on(NUMBERS)
    used, contents = means.work_on(ALLOWANCES), FolderAttachments(means.settings.attachments.path)
    allowances = Allowances(used.shell)
    index = RememberedMatters(means.stores.store_for(SIGHTINGS), Lexicon(vault.key_for("matters")))
    joined = Matters(matters.shell, tickets.shell, means.procedure_of, index)
    calls = Calls(heard.shell, missed.shell, numbers.shell, tickets.shell, vault)
    intake = connect(
        Intake(tickets.shell, contacts.shell, joined, Groups(groups.shell), calls, vault, means.procedure_of)
    )
    desk = FrontDesk(
        intake,
        Register(people.shell, vault),
        Looks(audits.shell, vault, allowances, LookBounds(*dict(means.settings.looks).values())),
        Attachments(contents, uploads.shell, allowances, _bounds(means.settings)),
        Receipts(means.seal),
        means.procedures,
    )
    return Assembled(
        (tickets, contacts, matters, groups, heard, missed, numbers, people, audits, uploads, used),
        router(desk),
        subscribe(means.inbox, tickets.shell, heard.shell),
        chores=(lambda: index.forget(means.clock.now()),),
        preparations=(contents.forget_drafts,),
    )


def _vault(settings: Settings) -> Vault:
    if settings.keys.pii is None:
        raise SettingsError("HOTLINE_KEYS__PII: not set; people's data is never kept in the clear")
    own = settings.keys
    keys = [key.get_secret_value() for key in (own.pii, own.pii_before) if key is not None]
    return Vault(keys, own.index.get_secret_value() if own.index else None)


def _bounds(settings: Settings) -> Bounds:
    own = settings.attachments
    return Bounds(own.types, own.max_bytes, own.max_bytes_per_day)


if __name__ == "__main__":
    run("intake")
