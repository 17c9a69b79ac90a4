"""What clients send: requests as clerks, web forms and feeds fill them in, and the steps on a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from contracts.fact import Actor, Ahead, Grade, Instant, Known, Past, Typed, Word
from contracts.telephone import is_nobody
from contracts.ticket import Attachment, CallWish, GovernmentOrder
from contracts.vocabulary import CallPreference, Channel, LinkKind
from kit.http.steps import StepBody
from procedures.model import Procedure, RequestField
from services.intake.people.rules.person import PersonalField
from services.intake.rules import request
from services.intake.rules.request import FirstAnswer, Item, Request


def _utc(moment: datetime) -> datetime:
    """As every store keeps moments: in UTC, cut to milliseconds."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[request.Words, StringConstraints(min_length=1)]
FieldValue = Annotated[Typed, StringConstraints(min_length=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[
    Annotated[Instant, AfterValidator(_utc)] | None,
    Field(description="only from a connected system, for feeds and replays; otherwise it is now"),
]


class Body(BaseModel):
    """Unknown fields are errors, so that a typing mistake is not silently lost."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Stated(Body):
    """What a person says of themselves; kept sealed, never in events, logs or traces."""

    name: Line | None = None
    contact: Line | None = Field(default=None, description="phone number")
    id_number: Line | None = None
    address: Line | None = None
    employer: Line | None = None
    ip: Line | None = None

    def fields(self) -> Mapping[PersonalField, str]:
        """What was stated; a word for nobody (anonymous, 匿名, `0`) states nothing."""
        stated = {field: getattr(self, field.value) for field in PersonalField}
        return {field: value for field, value in stated.items() if value is not None and not is_nobody(value)}


def _somewhere(address: str | None) -> str | None:
    return None if address is None or is_nobody(address) else address


class WishBody(Body):
    """What the customer asks of the callback; on the bus the word is open, here only those that are known count."""

    preference: CallPreference = CallPreference.DEFAULT
    at: Ahead | None = None


class CustomerBody(Stated):
    """A customer on file by `ref`, or what identifies one; what is new is put on file."""

    ref: Line | None = None


class RequestBody(Body):
    """One contact: a call, a form, a letter, a visit, an order of a 12345 platform."""

    channel: Channel
    type: Word | None = None
    subtype: Line | None = None
    unit: Line | None = Field(default=None, description="the responsible unit, if the clerk knows better")
    items: tuple[Item, ...] = Field(default=(), max_length=20, description="several demands in one contact")
    subject: Line | None = None
    text: Words | None = Field(default=None, description="business description; never changed afterwards")
    situation: Words | None = Field(default=None, description="situation on site, where the type asks for it")
    address: Line | None = Field(default=None, description="where it is, if not at the customer's own address")
    area: Annotated[str, Field(pattern=r"^[a-z0-9_-]+(/[a-z0-9_-]+)*$", max_length=120)] | None = None
    customer: CustomerBody = CustomerBody()
    identity: Stated | None = Field(default=None, description="what the caller says, compared with the file")
    verified: bool | None = Field(default=None, description="identity was checked elsewhere, in the billing file say")
    precautions_given: bool = Field(default=False, description="the precautions of the type were read out")
    reason_explained: bool | None = Field(default=None, description="why there is no answer at once")
    ended_at: Past | None = Field(default=None, description="hang-up, from which the dispatch limit runs")
    call_wish: WishBody | None = Field(default=None, description="callback requirement: default, none, or a time")
    people: int = Field(default=1, ge=1, le=100_000, description="who ask together")
    flags: Annotated[tuple[Word, ...], Field(max_length=20)] = ()
    fields: Annotated[dict[Word, FieldValue], Field(max_length=50)] = Field(
        default_factory=dict, description="the procedure's own fields; personal ones are sealed"
    )
    grade: Grade | None = Field(default=None, description="preliminarily by hand")
    accused: Line | None = Field(default=None, description="unit or department complained about")
    strong: bool = Field(default=False, description="strong dissatisfaction or risk of escalation")
    matter: Line | None = Field(default=None, description="the matter the clerk confirmed")
    separate: bool = Field(default=False, description="the clerk found it to be about nothing known")
    gov: Known[GovernmentOrder] | None = None
    parent: Line | None = Field(default=None, description="the ticket in whose callback this was raised")
    appeals: Line | None = Field(default=None, description="of an appeal: what it is against, by id or number")
    attachments: tuple[Sha256, ...] = Field(default=(), max_length=50)
    call_id: Line | None = None
    answer: FirstAnswer | None = Field(default=None, description="answered while the customer waits")
    at: Moment = None

    def given(self, on_file: Mapping[PersonalField, str]) -> tuple[str, ...]:
        """Which of the fields that a type can ask for are there, in the request or on file."""
        known = {**on_file, **self.customer.fields()}
        there: dict[RequestField, object] = {
            RequestField.NAME: known.get(PersonalField.NAME),
            RequestField.ADDRESS: _somewhere(self.address) or known.get(PersonalField.ADDRESS),
            RequestField.CONTACT: known.get(PersonalField.CONTACT),
            RequestField.ID_NUMBER: known.get(PersonalField.ID_NUMBER),
            RequestField.DESCRIPTION: self.text or any(item.text for item in self.items),
            RequestField.CALLBACK: self.call_wish,
            RequestField.SITUATION: self.situation,
            RequestField.PRECAUTIONS: self.precautions_given,
        }
        return tuple(field for field, value in there.items() if value)

    def request(
        self,
        *,
        at: datetime,
        by: Actor,
        customer_ref: str,
        anonymous: bool,
        given: tuple[str, ...],
        verified: bool | None,
        explained: bool,
        attachments: tuple[Attachment, ...],
        procedure: Procedure,
    ) -> Request:
        """The same for the rules: without the person, with files instead of hashes."""
        sealed = {name for name in self.fields if (own := procedure.fields.get(name)) is not None and own.personal}
        shared: dict[str, Any] = {name: getattr(self, name) for name in _SHARED}
        return Request(
            **shared,
            at=at,
            began=self.at is not None,
            by=by,
            customer_ref=customer_ref,
            anonymous=anonymous,
            given=given,
            verified=verified,
            reason_explained=explained,
            call_wish=CallWish(**dict(self.call_wish or WishBody())),
            attachments=attachments,
            fields={name: value for name, value in self.fields.items() if name not in sealed},
            personal={name: value for name, value in self.fields.items() if name in sealed},
        )


_SHARED = frozenset(RequestBody.model_fields) & frozenset(Request.model_fields) - {
    "at",
    "verified",
    "reason_explained",
    "call_wish",
    "attachments",
    "fields",
}


class TicketStepBody(StepBody):
    """What every step on a ticket may say."""

    at: Moment = None


class AnswerBody(TicketStepBody):
    """The answer at first contact."""

    text: Words | None = None
    article: Line | None = Field(default=None, description="the knowledge article it came from")
    guidance: Line | None = Field(default=None, description="the self-help script that solved it")
    verified: bool = Field(default=False, description="the caller's identity was checked meanwhile")


class UrgeBody(TicketStepBody):
    """The customer asks how far it is.

    The answer says what came of it, and the words to explain it with, time left included.
    """

    text: Words | None = None
    strong: bool = Field(default=False, description="strong dissatisfaction or risk of escalation")


class SupplementBody(TicketStepBody):
    """What the customer adds."""

    text: Words | None = None
    attachments: tuple[Sha256, ...] = Field(default=(), max_length=50)


class WithdrawalBody(TicketStepBody):
    """The customer takes the request back; the reason is kept with the ticket's words."""

    reason: Words | None = None


class RegradeBody(TicketStepBody):
    """Another grade for a complaint; the reason is told to everybody who works on it, so it names no person."""

    grade: Grade
    reason: Line
    approve_later_deadline: bool = Field(default=False, description="supervisors only: a running limit may get longer")


class LinkBody(TicketStepBody):
    """Another ticket, by id or number.

    `same_matter` confirms that both are about one matter; `merged` closes this ticket into the other.
    """

    other: Line
    kind: Literal[LinkKind.SAME_MATTER, LinkKind.MERGED]


class PhoneBody(Body):
    """A telephone number, to look somebody up by; in a body, since addresses are written down everywhere."""

    phone: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=40)]


class VerificationBody(Stated):
    """What the caller says of themselves."""
