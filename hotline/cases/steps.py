"""A case's steps as written: what each is called and what may stand in it.

A step of a work order has the words of its command, but for those that a story tells otherwise.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model, model_validator

from contracts.fact import SYSTEM, Actor, Grade, Score
from contracts.vocabulary import Answers, CallOutcome, Channel, ContactFailure, ExtensionDecider, Reviewer
from hotline.cases.model import Step as CaseStep
from hotline.cases.words import KINDS_BY_FIELD, Enclosed, Label, Missing, Of, Somebody, When, Word
from kit.decide.steps import Command, Step
from procedures.faults import wrong
from procedures.model import RequestField
from procedures.model.part import Part
from services.routing.rules import STEPS as WORK_ORDER_STEPS
from services.routing.rules import WorkOrder


class Item(Part):
    """One of several demands made in one contact."""

    type: Annotated[str, Of("type")]
    subtype: str | None = None
    unit: str | None = None
    ticket: Label | None = None
    text: str | None = None


class Gov(Part):
    """A government platform's order, with its own deadline where it sets one."""

    platform: str
    order_no: Label
    due: When | None = None


def _call_wish(value: object) -> object:
    if isinstance(value, dict) and set(value) == {"at"}:
        return str(value["at"])
    return value.removeprefix("at ").strip() if isinstance(value, str) and value != "none" else value


class NewRequest(Part):
    """What a contact brings, whoever it came from."""

    ticket: Label | None = None
    channel: Channel = Channel.PHONE
    type: Annotated[str | None, Of("type")] = None
    subtype: str | None = None
    customer: Label | None = None
    area: str | None = None
    ended_at: When | None = None
    text: str | None = None
    callback: Annotated[Literal["none"] | When | None, BeforeValidator(_call_wish)] = None
    missing: tuple[Missing, ...] = ()
    items: tuple[Item, ...] = ()
    people: int = Field(1, ge=1)
    matter: Label | None = None
    appeals: Label | None = None
    flags: Annotated[tuple[str, ...], Of("flag")] = ()
    gov: Gov | None = None
    verified: bool | tuple[RequestField, ...] = True
    grade: Grade | None = None
    unit: str | None = None
    accused: str | None = None
    agent: Label | None = None
    on_the_line: bool = False
    fields: Annotated[dict[str, Word], Of("field")] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_type(self) -> "NewRequest":
        if self.type is None and not self.items:
            raise wrong("no_type", None, ("type: …", "items: […]"))
        return self


class Taken(Part):
    """A step of somebody: whoever `as` names, or, left out, whoever is responsible for it."""

    as_: Somebody | None = Field(None, alias="as")


class OnTicket(Taken):
    """A step about one ticket."""

    ticket: Label


class HangUp(OnTicket):
    """The call in which it was asked is over."""


class Answer(OnTicket):
    text: str | None = None
    verified: bool = False
    guidance: str | None = None


class Invalid(OnTicket):
    reason: str = ""
    demand: int | None = None


class Dispatch(OnTicket):
    """Without `unit`: the unit that answers for the address."""

    unit: str | None = None


class Appoint(OnTicket):
    for_: When = Field(alias="for")


class AskMaterial(OnTicket):
    items: tuple[str, ...] = ()


class FailContact(OnTicket):
    outcome: ContactFailure


class Hold(OnTicket):
    reason: Annotated[str, Of("hold")]
    until: When | None = None


class Decline(OnTicket):
    reason: str = ""


class Return(OnTicket):
    ground: Annotated[str, Of("ground")]
    reason: str | None = None


class DecideReturn(OnTicket):
    reason: str | None = None


class RequestExtension(OnTicket):
    until: When
    reason: str | None = None


class DecideExtension(OnTicket):
    granted: bool
    until: When | None = None
    by: ExtensionDecider | None = None
    reason: str | None = None


class Reply(OnTicket):
    opinion: str | None = None
    result: str | None = None
    parts: dict[str, str] | None = None
    attachments: tuple[Enclosed, ...] | None = None
    answers: Answers = Answers.ALL


class Compensate(OnTicket):
    payment: Annotated[str, Of("payment")]
    amount_fen: int = Field(ge=1)
    basis: Annotated[str, Of("basis")]
    reason: str | None = None


class Mediate(OnTicket):
    outcome: Annotated[str, Of("mediation")]
    paper: bool = False
    reason: str | None = None


class Review(OnTicket):
    approved: bool
    grounds: str | None = None
    by: Reviewer = Reviewer.CENTRE


class Urge(OnTicket):
    strong: bool = False


class Supplement(OnTicket):
    text: str | None = None


class Withdraw(OnTicket):
    reason: str | None = None


class Regrade(OnTicket):
    grade: Grade
    reason: str = ""
    approved_by: str | None = None


class CallBack(OnTicket):
    outcome: CallOutcome
    solved: Annotated[Word | None, Of("solved")] = None
    satisfaction: Score | Literal["declined"] | None = None
    mismatch: Annotated[str | None, Of("mismatch")] = None
    recheck: bool = False
    basis: str | None = None
    appointment: When | None = None
    new_request: NewRequest | None = None


class TellProgress(OnTicket):
    outcome: CallOutcome = CallOutcome.CONNECTED


class Look(OnTicket):
    """Somebody asks who the caller is; without a reason, for one field on file, or only for the order."""

    as_: Somebody = Field(alias="as")
    reason: str | None = None
    field: str | None = None


class Knowledge(Taken):
    """A step about an article, a task or a notice."""

    id: Label
    title: str | None = None
    text: str | None = None
    category: str | None = None
    division: str | None = None
    unit: str | None = None
    task: Label | None = None
    by: Reviewer | None = None
    reason: str | None = None
    areas: tuple[str, ...] = ()
    area: str | None = None
    channels: tuple[str, ...] = ()
    reported_at: When | None = None
    expires_at: When | None = None


class Article(Knowledge):
    do: Literal["submit", "approve", "reject", "publish", "confirm", "expire"]


class Task(Knowledge):
    do: Literal["raise", "submit"]


class Notice(Knowledge):
    do: Literal["raise", "submit", "publish", "lift"]


class Wait(Part):
    """Only time passes."""


_TOLD: dict[str, type[Part]] = {
    "request": NewRequest,
    "answer": Answer,
    "invalid": Invalid,
    "notify_by_phone": Dispatch,
    "dispatch": Dispatch,
    "appoint": Appoint,
    "ask_material": AskMaterial,
    "fail_contact": FailContact,
    "hold": Hold,
    "decline": Decline,
    "return": Return,
    "accept_return": DecideReturn,
    "refuse_return": DecideReturn,
    "request_extension": RequestExtension,
    "decide_extension": DecideExtension,
    "reply": Reply,
    "compensate": Compensate,
    "mediate": Mediate,
    "review": Review,
    "urge": Urge,
    "supplement": Supplement,
    "withdraw": Withdraw,
    "regrade": Regrade,
    "call_back": CallBack,
    "hang_up": HangUp,
    "tell_progress": TellProgress,
    "look": Look,
    "article": Article,
    "task": Task,
    "notice": Notice,
    "wait": Wait,
}


def _as_commanded(step: Step[WorkOrder]) -> type[Part]:
    fields: dict[str, Any] = {
        name: (Annotated[str, Of(KINDS_BY_FIELD[name])] if name in KINDS_BY_FIELD else field.annotation, field)
        for name, field in step.command.model_fields.items()
        if name not in Command.model_fields
    }
    return create_model(step.command.__name__, __base__=OnTicket, **fields)


BODIES: Mapping[str, type[Part]] = {
    **_TOLD,
    **{name: _as_commanded(step) for name, step in WORK_ORDER_STEPS.items() if name not in _TOLD},
}


def taken_by(step: CaseStep) -> Actor:
    """Who takes a step: a role, with the unit or division that it is written for; nobody in particular otherwise."""
    named = getattr(step.body, "as_", None)
    if named is None:
        return SYSTEM
    role, _, scope = named.partition(":")
    return Actor(subject=scope or role, role=role, scope=scope or None)


def introduced(body: Part) -> Iterator[str]:
    """Labels that a step gives to what it begins."""
    if isinstance(body, Knowledge):
        yield body.id
    if isinstance(body, CallBack) and body.new_request is not None:
        yield from introduced(body.new_request)
    if isinstance(body, NewRequest):
        yield from (label for label in (body.ticket, *(item.ticket for item in body.items)) if label is not None)


def spoken_of(body: Part) -> Iterator[str]:
    """Labels that a step takes for known."""
    if isinstance(body, OnTicket):
        yield body.ticket
    if isinstance(body, NewRequest) and body.appeals is not None:
        yield body.appeals
