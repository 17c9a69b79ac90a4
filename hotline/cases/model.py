"""A case file as written: a story of steps, and what must follow."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from contracts.fact import Grade
from contracts.vocabulary import ClockName, ClockState, Closure, Stage, TicketType
from hotline.cases.moments import moment
from hotline.cases.steps import introduced, spoken_of
from hotline.cases.words import EventName, Label, Lateness, Part, When, Word
from procedures.model.readings import Readings


def _any_clause(value: object) -> object:
    """A bare true asks for a refusal by whatever clause."""
    return {True: "", False: None}[value] if isinstance(value, bool) else value


class Step(Part):
    """One thing that happens at one moment, accepted or refused."""

    at: When
    kind: str
    body: Any
    refused: Annotated[str | None, BeforeValidator(_any_clause)] = None
    line: int = 0


class ClockExpected(Part):
    """What a clock must show."""

    due: When | None = None
    state: ClockState | None = None
    late_by: Lateness = None
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
    first_owner: Label | None = None
    public: bool | None = None
    linked_to: Label | None = None
    clocks: dict[ClockName, ClockExpected] = Field(default_factory=dict)
    events: tuple[EventName, ...] = ()
    never: tuple[EventName, ...] = ()
    count: dict[EventName, int] = Field(default_factory=dict)
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


class Case(Part):
    """A rule told as a story: who did what when, and what must follow."""

    case: str
    zh: str | None = None
    rules: tuple[str, ...]
    procedure: str
    line: int = 0
    readings: Annotated[dict[str, Word], AfterValidator(_is_reading)] = Field(default_factory=dict)
    steps: tuple[Step, ...] = Field(min_length=1)
    expect: tuple[Expectation, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _begins_somewhere(self) -> "Case":
        moment(self.steps[0].at, None)
        return self

    @model_validator(mode="after")
    def _labels_are_known(self) -> "Case":
        """A label that nothing introduces would let `never` hold of nothing."""
        known = {label for step in self.steps for label in introduced(step.body)}
        spoken = [(f"step at line {step.line}", label) for step in self.steps for label in spoken_of(step.body)]
        spoken += [("expect", label) for each in self.expect for label in (each.ticket, each.linked_to) if label]
        for where, label in spoken:
            if label not in known:
                raise ValueError(f"{where}: nothing here is called {label!r}; there are: {', '.join(sorted(known))}")
        return self
