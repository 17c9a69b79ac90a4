"""A case file as written: steps and expectations, with every word closed."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from contracts.catalogue import FACTS
from contracts.fact import Grade, Score
from contracts.vocabulary import (
    Answers,
    CallOutcome,
    Channel,
    ClockName,
    ClockState,
    Closure,
    ExtensionDecider,
    Flag,
    Mismatch,
    ReturnGround,
    Reviewer,
    Solved,
    Stage,
    TicketType,
)
from hotline.cases.moments import moment, seconds
from procedures.model import RequestField
from procedures.model.readings import Readings

EVENT_NAMES = frozenset(fact.short_type() for fact in FACTS.values())
_ANY_MOMENT = moment("2000-01-01T00:00:00+00:00", None)


def _is_moment(text: str) -> str:
    moment(text, _ANY_MOMENT)
    return text


def _as_text(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _is_event(name: str) -> str:
    if name not in EVENT_NAMES:
        raise ValueError(f"{name!r} is not an event; accepted: {', '.join(sorted(EVENT_NAMES))}")
    return name


def _is_lateness(written: str | int | None) -> str | int | None:
    if written is not None:
        seconds(written)
    return written


When = Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_moment)]
EventName = Annotated[str, AfterValidator(_is_event)]
Label = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
YesNo = Annotated[Solved, BeforeValidator(lambda v: {True: "yes", False: "no"}.get(v, v) if isinstance(v, bool) else v)]


_OTHER_WORDS = {
    "phone": "contact",
    "text": "description",
    "situation_on_site": "situation",
    "precautions_given": "precautions",
    "callback_requirement": "callback",
    "reason_explained": "reason",
}


class Unsaid(StrEnum):
    """What a clerk tells, rather than asks: why there is no answer at once (第十三条(三))."""

    REASON = "reason"


Missing = Annotated[RequestField | Unsaid, BeforeValidator(lambda word: _OTHER_WORDS.get(word, word))]


class Part(BaseModel):
    """A piece of a case: unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(Part):
    """One of several demands made in one contact."""

    type: TicketType
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
        return str(_as_text(value["at"]))
    return value.removeprefix("at ").strip() if isinstance(value, str) and value != "none" else value


class NewRequest(Part):
    """What a contact brings, whoever it came from."""

    ticket: Label | None = None
    channel: Channel = Channel.PHONE
    type: TicketType | None = None
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
    flags: tuple[Flag, ...] = ()
    gov: Gov | None = None
    verified: bool = True
    grade: Grade | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _has_a_type(self) -> "NewRequest":
        if self.type is None and not self.items:
            raise ValueError("a request needs `type` or `items`")
        return self


class OnTicket(Part):
    """A step about one ticket."""

    ticket: Label


class Answer(OnTicket):
    text: str | None = None


class Invalid(OnTicket):
    reason: str = ""


class Dispatch(OnTicket):
    """Without `unit`: the unit that answers for the address."""

    unit: str | None = None


class Appoint(OnTicket):
    for_: When = Field(alias="for")


class Decline(OnTicket):
    reason: str = ""


class Return(OnTicket):
    ground: ReturnGround
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
    attachments: tuple[str, ...] | None = None
    answers: Answers = Answers.ALL


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
    solved: YesNo | None = None
    satisfaction: Score | None = None
    mismatch: Mismatch | None = None
    basis: str | None = None
    appointment: When | None = None
    new_request: NewRequest | None = None


class Knowledge(Part):
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
    do: Literal["submit", "approve", "reject", "publish", "expire"]


class Task(Knowledge):
    do: Literal["raise", "submit"]


class Notice(Knowledge):
    do: Literal["raise", "submit", "publish", "lift"]


class Wait(Part):
    """Only time passes."""


BODIES: dict[str, type[Part]] = {
    "request": NewRequest,
    "answer": Answer,
    "invalid": Invalid,
    "notify_by_phone": Dispatch,
    "dispatch": Dispatch,
    "sign": OnTicket,
    "contact": OnTicket,
    "complete": OnTicket,
    "on_site": OnTicket,
    "appoint": Appoint,
    "decline": Decline,
    "return": Return,
    "accept_return": DecideReturn,
    "refuse_return": DecideReturn,
    "request_extension": RequestExtension,
    "decide_extension": DecideExtension,
    "reply": Reply,
    "review": Review,
    "urge": Urge,
    "supplement": Supplement,
    "withdraw": Withdraw,
    "regrade": Regrade,
    "call_back": CallBack,
    "article": Article,
    "task": Task,
    "notice": Notice,
    "wait": Wait,
}


class Step(Part):
    """One thing that happens at one moment, accepted or refused."""

    at: When
    kind: str
    body: Any
    refused: str | None = None
    line: int = 0


class ClockExpected(Part):
    """What a clock must show."""

    due: When | None = None
    state: ClockState | None = None
    late_by: Annotated[str | int | None, AfterValidator(_is_lateness)] = None
    warned_at: When | None = None


class Expectation(Part):
    """What must be true of one ticket, at one moment."""

    ticket: Label
    at: When | None = None
    stage: Stage | None = None
    closure: Closure | None = None
    grade: Grade | None = None
    type: TicketType | None = None
    unit: str | None = None
    round: int | None = None
    linked_to: Label | None = None
    clocks: dict[ClockName, ClockExpected] = {}
    events: tuple[EventName, ...] = ()
    never: tuple[EventName, ...] = ()
    count: dict[EventName, int] = {}
    next_call_not_before: When | None = None
    next_call_not_after: When | None = None
    message: str | None = None


def _is_reading(readings: Mapping[str, str]) -> Mapping[str, str]:
    known = {name: get_args(field.annotation) for name, field in Readings.model_fields.items()}
    for name, word in readings.items():
        if name not in known:
            raise ValueError(f"unknown word {name!r}; accepted: {', '.join(known)}")
        if word not in known[name]:
            raise ValueError(f"{name}: {word!r} is no reading; accepted: {', '.join(known[name])}")
    return readings


def _word(value: object) -> object:
    """A bare true or false where the word is yes or no."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(_word)]


class Case(Part):
    """A rule told as a story: who did what when, and what must follow."""

    case: str
    zh: str | None = None
    rules: tuple[str, ...]
    procedure: str
    line: int = 0
    readings: Annotated[dict[str, Word], AfterValidator(_is_reading)] = {}
    steps: tuple[Step, ...] = Field(min_length=1)
    expect: tuple[Expectation, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _begins_somewhere(self) -> "Case":
        moment(self.steps[0].at, None)
        return self

    @model_validator(mode="after")
    def _labels_are_known(self) -> "Case":
        """A label that nothing introduces would let `never` hold of nothing."""
        known = {label for step in self.steps for label in _introduced(step.body)}
        spoken = [(f"step at line {step.line}", label) for step in self.steps for label in _spoken_of(step.body)]
        spoken += [("expect", label) for each in self.expect for label in (each.ticket, each.linked_to) if label]
        for where, label in spoken:
            if label not in known:
                raise ValueError(f"{where}: nothing here is called {label!r}; there are: {', '.join(sorted(known))}")
        return self


def _introduced(body: Part) -> Iterator[str]:
    """Labels that a step gives to what it begins."""
    if isinstance(body, Knowledge):
        yield body.id
    if isinstance(body, CallBack) and body.new_request is not None:
        yield from _introduced(body.new_request)
    if isinstance(body, NewRequest):
        yield from (label for label in (body.ticket, *(item.ticket for item in body.items)) if label is not None)


def _spoken_of(body: Part) -> Iterator[str]:
    if isinstance(body, OnTicket):
        yield body.ticket
