"""How a case's requests reach intake: its labels for customers and tickets, its words for fields left out."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from contracts.fact import SYSTEM, Actor
from contracts.refusal import Refusal
from contracts.telephone import is_nobody
from contracts.ticket import CallWish, GovernmentOrder
from contracts.vocabulary import CallPreference, Role
from hotline.cases.moments import moment
from hotline.cases.steps import NewRequest
from hotline.cases.words import Unsaid
from hotline.virtual import Virtual
from kit.decide.fold import Cause, ProcedureOf
from kit.decide.shell import Done
from kit.vault import Vault
from procedures.model import Procedure, RequestField
from services.intake.calls.following import Calls
from services.intake.matters.clusters import Matters
from services.intake.matters.groups import Groups
from services.intake.people.rules.identity import enough_agree
from services.intake.requests.accepting import accept, connect
from services.intake.requests.intake import Intake
from services.intake.requests.rules.contact import Placed
from services.intake.rules.explaining import Explanation, explain
from services.intake.rules.request import Item, Request
from services.intake.rules.ticket import Ticket
from texts import LANGUAGES

_LIKE_FIELDS = (
    "channel",
    "type",
    "subtype",
    "unit",
    "text",
    "area",
    "people",
    "matter",
    "flags",
    "grade",
    "accused",
)


ON_THE_LINE = "on_the_line"
"""The call that a request is made in: a story hangs up by its ticket and needs no name for it."""


class Contacts:
    """Hands requests to intake and remembers which ticket each label came to."""

    def __init__(self, virtual: Virtual, procedure: Procedure, procedure_of: ProcedureOf) -> None:
        shells = virtual.shells
        self.tickets: dict[str, str] = {}
        self._procedure = procedure
        self._customers: dict[str, str] = {}
        self._unlabelled = 0
        matters = Matters(shells["matters"], shells["tickets"], procedure_of)
        vault = Vault.ephemeral()
        calls = Calls(shells["phone_calls"], shells["missed_callers"], shells["numbers"], shells["tickets"], vault)
        groups = Groups(shells["groups"])
        self._intake = connect(
            Intake(shells["tickets"], shells["contacts"], matters, groups, calls, vault, procedure_of)
        )

    async def accept(
        self, asked: NewRequest, at: datetime, cause: str, parent: str | None = None
    ) -> dict[str, list[str]] | Refusal:
        """What was told about each labelled ticket, or the refusal of the whole request."""
        request = self._request(asked, at, parent)
        if asked.text or any(item.text for item in asked.items):
            self._give_index()
        outcome = await accept(
            self._intake, request, self._procedure, utility=self._procedure.utility, cause=Cause(cause)
        )
        if isinstance(outcome, Refusal):
            return outcome
        return {label: self._name(label, placed) for label, placed in self._labelled(asked, outcome.placed)}

    def _give_index(self) -> None:
        """A case that gives no words is not about likeness, and is spared the time it takes to load what knows it."""
        if self._intake.matters.index is None:
            from hotline.cases.likeness import new_index

            matters = replace(self._intake.matters, index=new_index())
            self._intake = connect(replace(self._intake, matters=matters))

    def told(self, done: Done[Ticket]) -> list[str]:
        """What the clerk tells the customer after a step on a ticket, in both languages."""
        facts = [event.data for event in done.events]
        at = facts[0].at if facts else done.document.state.opened_at
        return in_words(explain(done.document.state, facts, at, self._procedure))

    def _name(self, label: str, placed: Placed) -> list[str]:
        self.tickets[label] = placed.ticket
        return in_words(placed.explanation)

    def _labelled(self, asked: NewRequest, placed: tuple[Placed, ...]) -> list[tuple[str, Placed]]:
        """Each label with the ticket that its demand went into; the request's own label means the first."""
        found = [
            (label, each)
            for each in placed
            for place in each.items
            if asked.items and (label := asked.items[place].ticket) is not None
        ]
        taken = {label for label, _ in found}
        if asked.ticket is not None and asked.ticket not in taken:
            found.append((asked.ticket, placed[0]))
        return found

    def _request(self, asked: NewRequest, at: datetime, parent: str | None) -> Request:
        fields: dict[str, Any] = {name: getattr(asked, name) for name in _LIKE_FIELDS}
        items = tuple(Item(type=i.type, subtype=i.subtype, unit=i.unit, text=i.text) for i in asked.items)
        return Request(
            **fields,
            fields={name: value for name, value in asked.fields.items() if not self._is_personal(name)},
            personal={name: value for name, value in asked.fields.items() if self._is_personal(name)},
            at=at,
            began=True,
            by=Actor(subject=asked.agent, role=Role.AGENT) if asked.agent else SYSTEM,
            customer_ref=self._customer(asked.customer, parent),
            anonymous=asked.customer is not None and is_nobody(asked.customer),
            items=items,
            verified=self._is_verified(asked),
            given=tuple(field for field in RequestField if field not in asked.missing),
            reason_explained=Unsaid.REASON not in asked.missing,
            ended_at=moment(asked.ended_at, at) if asked.ended_at else None,
            call_id=ON_THE_LINE if asked.on_the_line else None,
            in_call=asked.on_the_line,
            call_wish=_wish(asked, at),
            gov=_order(asked, at),
            parent=self.tickets.get(parent) if parent else None,
            appeals=self.tickets.get(asked.appeals) if asked.appeals else None,
        )

    def _is_verified(self, asked: NewRequest) -> bool:
        """As the case says, or by the items in which the caller agreed with the file."""
        if isinstance(asked.verified, bool):
            return asked.verified
        types = (asked.type, *(item.type for item in asked.items))
        kinds = (self._procedure.types.get(each or "") for each in types)
        identities = [rules.identity for rules in kinds if rules is not None and rules.identity is not None]
        return all(enough_agree(asked.verified, identity) for identity in identities)

    def _is_personal(self, field: str) -> bool:
        own = self._procedure.fields.get(field)
        return own is not None and own.personal

    def _customer(self, label: str | None, parent: str | None) -> str:
        """A customer by label; a request raised in a callback is the same customer's; else somebody new."""
        if label is None and parent is not None:
            label = f"of {parent}"
        if label is None or is_nobody(label):
            self._unlabelled += 1
            label = f"unnamed {self._unlabelled}"
        return self._customers.setdefault(label, f"cust_{len(self._customers) + 1:04d}")


def in_words(explanation: Explanation) -> list[str]:
    """In every language of the catalogue."""
    return [explanation.text(language) for language in LANGUAGES]


def _wish(asked: NewRequest, at: datetime) -> CallWish:
    if asked.callback is None:
        return CallWish()
    if asked.callback == "none":
        return CallWish(preference=CallPreference.NONE)
    return CallWish(preference=CallPreference.APPOINTED, at=moment(asked.callback, at))


def _order(asked: NewRequest, at: datetime) -> GovernmentOrder | None:
    if asked.gov is None:
        return None
    due = moment(asked.gov.due, at) if asked.gov.due else None
    return GovernmentOrder(platform=asked.gov.platform, order_no=asked.gov.order_no, due=due)
