"""How grave a request is, and when many requests become more than each of them: repeats, clusters, groups."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.fact import Grade
from procedures.duration import Duration
from procedures.model.clocks import Level
from procedures.model.part import SAME, Names, Part, Setting, Slug, Some, Sourced
from procedures.model.when import When

Same = Annotated[str, Field(pattern=SAME)]
"""What must agree for two requests to be counted together: `region` is the first part of the area, `field.…` a field of
the procedure's own."""


class Repeats(Part):
    """The same customer comes again: so many requests, this one included, that agree in `same`.

    `within` a time since the earlier one was received, or since its ticket was closed (`since: closing`); without it,
    however long ago.
    """

    same: Some[Same] = ("customer", "matter")
    at_least: Annotated[int, Field(ge=2, le=50)] = 2
    within: Duration | None = None
    since: Literal["receipt", "closing"] = "receipt"


class Complainants(Part):
    """So many different customers within a time, of requests that agree in `same`."""

    same: Some[Same] = ("matter",)
    at_least: Annotated[int, Field(ge=2, le=60)]
    within: Duration


class GradeRule(Sourced):
    """What makes a request of this grade: a circumstance, or its being one of many; the gravest that fits counts."""

    grade: Grade
    when: When = When()
    repeats: Repeats | None = None
    complainants: Complainants | None = None


class GradingRules(Part):
    """How one type is graded: a clerk may judge it graver than the rules, not lighter."""

    default: Setting[Grade]
    rules: tuple[GradeRule, ...] = ()


class GroupRule(Sourced):
    """So many requests that agree in `same`, in one local day or month or within a time: somebody is told, once each.

    `cause` names the alarm in `ticket.escalated`; `warning` says how grave an early warning it is.
    """

    cause: Slug
    names: Names
    when: When = When()
    same: Some[Same]
    at_least: Annotated[int, Field(ge=2, le=500)]
    per: Literal["day", "month"] | None = None
    within: Duration | None = None
    to: Level
    warning: Slug | None = None

    @model_validator(mode="after")
    def _says_how_long(self) -> Self:
        if (self.per is None) is (self.within is None):
            raise PydanticCustomError("per_or_within", "say one of them", {"accepts": ["per: day", "within: 7 days"]})
        return self


Grading = Mapping[Slug, GradingRules]
