"""What a customer asks in one contact, as the clerk or the feed hands it over and as the contact keeps it."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.fact import SYSTEM, Actor, Grade, Instant, Line, Word
from contracts.ticket import Attachment, CallWish, GovernmentOrder
from contracts.vocabulary import Channel
from kit.decide.state import State

Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=8000)]
"""What a customer says; it is sealed and never on the bus."""

FREE_TEXT = ("subject", "text", "situation", "address")
"""What a request says in words, beside the words of its items and its answer."""


def order_name(gov: GovernmentOrder) -> str:
    """Platform and number in one text, which no other platform and number give: only the number may hold a stroke."""
    platform = gov.platform.strip().replace("%", "%25").replace("/", "%2F")
    return f"{platform}/{gov.order_no.strip()}"


class Item(State):
    """One of several demands of the contact."""

    type: Word
    subtype: Line | None = None
    unit: Line | None = None
    text: Words | None = None


class FirstAnswer(State):
    """The answer given while the customer waits; `guidance` is a self-help script."""

    text: Words | None = None
    article: Line | None = None
    guidance: Line | None = None


class Request(State):
    """One contact. `at` is its receipt; `given` names the required fields it carries, whose contents stay in the vault.

    `anonymous` says that nothing tells whether two such are one person; `began` that `at` is when the contact began,
    and not only when it was taken down.

    `matter` is a matter's id or a label that stands for one; `separate` says that a clerk found the request to be about
    nothing known. `fields` are the procedure's own, `personal` those of them that are sealed. `address` is where it is,
    if not at the customer's own. `verified` is the identity check of a query, `strong` strong dissatisfaction;
    `in_call` says that the caller is still on the line of the switch's call `call_id`; `appeals` is the earlier ticket
    that an appeal is against.
    """

    at: Instant
    by: Actor = SYSTEM
    channel: Channel
    customer_ref: str
    anonymous: bool = False
    type: Word | None = None
    subtype: str | None = None
    unit: str | None = None
    items: tuple[Item, ...] = ()
    subject: str | None = None
    text: str | None = None
    situation: str | None = None
    address: str | None = None
    given: tuple[str, ...] = ()
    area: str | None = None
    ended_at: Instant | None = None
    began: bool = False
    call_wish: CallWish = CallWish()
    people: int = Field(default=1, ge=1)
    matter: str | None = None
    separate: bool = False
    strong: bool = False
    flags: tuple[Word, ...] = ()
    fields: Mapping[Word, str] = {}
    personal: Mapping[Word, str] = {}
    gov: GovernmentOrder | None = None
    verified: bool | None = None
    grade: Grade | None = None
    accused: str | None = None
    parent: str | None = None
    appeals: str | None = None
    attachments: tuple[Attachment, ...] = ()
    call_id: str | None = None
    in_call: bool = False
    reason_explained: bool = True
    answer: FirstAnswer | None = None

    @property
    def demands(self) -> tuple[Item, ...]:
        """Everything asked for, at least one: the items, or the request itself; none when it names no type."""
        if self.items or self.type is None:
            return self.items
        return (Item(type=self.type, subtype=self.subtype, unit=self.unit, text=self.text),)

    @property
    def gov_order(self) -> str | None:
        """The platform's own number of its order, one name for all platforms."""
        return order_name(self.gov) if self.gov else None

    def without_words(self) -> "Request":
        """The same request without free text, which can hold personal data and is kept sealed."""
        items = tuple(item.model_copy(update={"text": None}) for item in self.items)
        answer = self.answer.model_copy(update={"text": None}) if self.answer else None
        return self.model_copy(update={"items": items, "answer": answer, "personal": {}, **dict.fromkeys(FREE_TEXT)})
