"""A case file as written: a story of steps, and what must follow."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from contracts.fact import Grade
from contracts.vocabulary import Channel, ClockState, Closure, Stage
from hotline.cases.words import EventName, Label, Lateness, Of, When, Word
from procedures.model.limits import GovernmentStandard, Promise
from procedures.model.part import Part


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
    type: Annotated[str | None, Of("type")] = None
    escalated_to: tuple[str, ...] | None = None
    unit: str | None = None
    round: int | None = None
    first_owner: Label | None = None
    public: bool | None = None
    linked_to: Label | None = None
    clocks: Annotated[dict[str, ClockExpected], Of("clock")] = Field(default_factory=dict)
    events: tuple[EventName, ...] = ()
    never: tuple[EventName, ...] = ()
    count: dict[EventName, int] = Field(default_factory=dict)
    next_call_not_before: When | None = None
    next_call_not_after: When | None = None
    review_due: When | None = None
    message: str | None = None
    told_by: Channel | None = None


class Case(Part):
    """A rule told as a story: who did what when, and what must follow."""

    case: str
    zh: str | None = None
    rules: tuple[str, ...]
    procedure: str
    readings: dict[str, Word] = Field(default_factory=dict)
    promises: tuple[Promise, ...] = ()
    government_standards: tuple[GovernmentStandard, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=1)
    expect: tuple[Expectation, ...] = Field(min_length=1)

    def name(self, language: str) -> str:
        """What it is called: in Chinese where that is asked for and written."""
        return self.zh if language == "zh" and self.zh else self.case
