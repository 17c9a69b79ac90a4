"""A case file as written: steps and expectations, with every word closed."""

from typing import Annotated, Any, Literal

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
}
Missing = Annotated[RequestField, BeforeValidator(lambda word: _OTHER_WORDS.get(word, word))]


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
    """A government platform's order."""

    platform: str
    order_no: str
    due: When


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
    reason: str


class Dispatch(OnTicket):
    unit: str


class Appoint(OnTicket):
    for_: When = Field(alias="for")


class Decline(OnTicket):
    reason: str


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
    attachments: tuple[str, ...] | None = None
    answers: Answers = Answers.ALL


class Review(OnTicket):
    approved: bool
    grounds: str | None = None
    by: Reviewer = Reviewer.CENTRE


class Urge(OnTicket):
    strong: bool = False


class Supplement(OnTicket):
    text: str


class Withdraw(OnTicket):
    reason: str | None = None


class Regrade(OnTicket):
    grade: Grade
    reason: str
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

    do: Literal["submit", "approve", "reject", "publish", "expire", "raise", "lift", "report", "done"]
    id: Label
    title: str | None = None
    text: str | None = None
    category: str | None = None
    division: str | None = None
    unit: str | None = None
    task: Label | None = None
    level: Reviewer | None = None
    by: Reviewer | None = None
    reason: str | None = None
    areas: tuple[str, ...] = ()
    area: str | None = None
    channels: tuple[str, ...] = ()
    reported_at: When | None = None


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
    "article": Knowledge,
    "task": Knowledge,
    "notice": Knowledge,
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


class Case(Part):
    """A rule told as a story: who did what when, and what must follow."""

    case: str
    zh: str | None = None
    rules: tuple[str, ...]
    procedure: str
    readings: dict[str, str | int | bool] = {}
    steps: tuple[Step, ...] = Field(min_length=1)
    expect: tuple[Expectation, ...] = Field(min_length=1)


KINDS_OF_KNOWLEDGE = ("article", "task", "notice")
