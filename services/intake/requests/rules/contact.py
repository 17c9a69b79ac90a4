"""One thing that reached the centre: what was asked, the words it came in (sealed), and the tickets it led to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import orjson

from contracts.fact import Actor, Frozen, Grade
from contracts.refusal import Outcome, Refusal
from kit.decide.state import State
from services.intake.rules.explaining import Explanation
from services.intake.rules.request import FREE_TEXT, Request

Kind = Literal["request", "answer", "urge", "supplement", "withdraw"]


class Placed(State):
    """What became of some of a request's demands: a ticket of their own, or more to say on an open one."""

    ticket: str
    number: str
    kind: Literal["opened", "repeat"]
    type: str
    subtype: str | None = None
    grade: Grade | None = None
    unit: str | None = None
    matter: str | None = None
    items: tuple[int, ...] = ()
    said: tuple[str, ...] = ()
    explanation: Explanation


class Contact(State):
    """The customer's own words are never changed after this (R004-033).

    `placed` is None as long as its tickets may still have to be made. A contact on one ticket (`ticket`) only keeps
    words.
    """

    procedure: str
    kind: Kind
    at: datetime
    by: Actor
    customer_ref: str | None = None
    ticket: str | None = None
    request: Request | None = None
    sealed: str | None = None
    fingerprint: str = ""
    placed: tuple[Placed, ...] | None = None


def record(contact: Contact | None, new: Contact) -> Outcome[Contact]:
    """Kept once; the same cause with another body is refused."""
    if contact is None:
        return new, ()
    if contact.fingerprint != new.fingerprint:
        return Refusal("idempotency_key_reused")
    return contact, ()


def follow_ups(contact: Contact) -> tuple[str, ...]:
    """Its tickets, all together: they point at each other."""
    return ("tickets",) if contact.placed is None else ()


FIELDS = ("customer", "at", "kind")


def fields(contact: Contact) -> dict[str, str | datetime | None]:
    """What lists may ask for."""
    return {"customer": contact.customer_ref, "at": contact.at, "kind": contact.kind}


class Words(Frozen):
    """The free text of a contact, as it is sealed."""

    subject: str | None = None
    text: str | None = None
    situation: str | None = None
    address: str | None = None
    items: tuple[str | None, ...] = ()
    answer: str | None = None
    personal: Mapping[str, str] = {}

    @classmethod
    def of(cls, request: Request) -> "Words":
        """Everything a request says in words."""
        said: dict[str, Any] = {name: getattr(request, name) for name in FREE_TEXT}
        answer = request.answer.text if request.answer else None
        return cls(**said, items=tuple(item.text for item in request.items), answer=answer, personal=request.personal)

    @property
    def empty(self) -> bool:
        """Nothing was said."""
        return not (self.spoken or self.subject or self.address or self.answer or self.personal)

    @property
    def spoken(self) -> str:
        """What the customer said, in one piece."""
        return "\n".join(part for part in (self.text, self.situation, *self.items) if part)

    def back_into(self, request: Request) -> Request:
        """The request with its words again."""
        items = tuple(
            item.model_copy(update={"text": said}) for item, said in zip(request.items, self.items, strict=True)
        )
        answer = request.answer.model_copy(update={"text": self.answer}) if request.answer else None
        said = {name: getattr(self, name) for name in FREE_TEXT}
        return request.model_copy(update={"items": items, "answer": answer, "personal": self.personal, **said})

    def packed(self) -> str:
        """For sealing."""
        return orjson.dumps(self.model_dump(exclude_none=True)).decode()

    @classmethod
    def unpacked(cls, text: str) -> "Words":
        """What `packed` made."""
        return cls.model_validate_json(text)
