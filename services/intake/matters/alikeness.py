"""How alike two requests must be to be about one matter: the procedure's numbers, and those of the method itself."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from procedures.model.handling import MatterRules

Positive = Annotated[int, Field(gt=0)]


class Alikeness(BaseModel):
    """`window` and `share` are the procedure's; the rest belongs to the method and was measured (docs/matters.md)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window: timedelta = timedelta(days=30)
    share: Annotated[float, Field(gt=0, le=1)] = 0.26
    """Cosine of the two requests' weighted words, from which on they are one matter."""

    elsewhere: Annotated[float, Field(ge=0, le=1)] = 0.3
    """What is left of the cosine when both name places and none is the same."""

    unplaced: Annotated[float, Field(ge=0, le=1)] = 0.7
    """What is left of it when only one names a home, a road or a school, or both do but of different kinds."""

    subject: Annotated[float, Field(ge=0)] = 0.3
    """How much the subject line counts beside the whole text."""

    everyday: Annotated[float, Field(ge=0)] = 1.5
    """How rare a word must be to tell anything: held by fewer than one matter in e to this power (two in nine)."""

    words: Positive = 96
    """The telling words kept of each request."""

    background: Positive = 300
    """As how many requests' worth of evidence general Chinese counts, beside what the window has seen."""

    length: Positive = 200
    """Words in a typical request: how a word's share of general Chinese becomes a share of requests."""

    @classmethod
    def of(cls, rules: MatterRules) -> Self:
        """As the procedure sets it."""
        return cls(window=rules.window.value.clock_time, share=float(rules.likeness.value))
