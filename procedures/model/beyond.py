"""What a procedure may foresee beyond the plain loop: set words, forwarding, rechecks, money, appeals, warnings."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool
from pydantic_core import PydanticCustomError

from procedures.duration import Duration
from procedures.model.clocks import Count, Level
from procedures.model.part import SLUG, Names, Part, Setting, Slug, Some, Sourced, Text, Words
from procedures.model.when import When

Fen = Annotated[int, Field(ge=1, le=10_000_000_000)]
"""Money in hundredths of a yuan."""


class TemplatePlace(StrEnum):
    """What a template may say of any ticket; a procedure's own fields and parts of a reply are places, too."""

    NUMBER = "number"
    TYPE = "type"
    HOTLINE = "hotline"
    ORGANISATION = "organisation"
    UNIT = "unit"
    OPENED_AT = "opened_at"
    DUE = "due"
    REPLIED_AT = "replied_at"
    OPINION = "opinion"
    RESULT = "result"
    PROGRESS = "progress"
    FORWARDED_TO = "forwarded_to"
    FORWARDED_CONTACT = "forwarded_contact"


def places_of(text: str) -> tuple[str, ...]:
    """The `{places}` of one text, in their order; ValueError for a brace that is not closed."""
    return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(text) if name is not None))


def _can_be_filled(text: Text) -> Text:
    """Places are plain names: no formatting, and every brace closed."""
    for each in (text.zh, text.en):
        try:
            plain = all(re.fullmatch(SLUG, name) for name in places_of(each)) and not re.search(r"\{[^{}]*[!:]", each)
        except ValueError:
            plain = False
        if not plain:
            raise PydanticCustomError("template_text", "places are names in braces", {"accepts": ["{number}"]})
    return text


class Template(Sourced):
    """What the customer is told in set words; `{places}` are filled in from the ticket, and nothing is added.

    `ends`: the order closes so once the customer was told.
    """

    names: Names
    text: Annotated[Text, AfterValidator(_can_be_filled)]
    when: When = When()
    ends: Literal["answered", "forwarded", "out_of_scope"] | None = None

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The places of the text, in both languages."""
        both = (name for text in (self.text.zh, self.text.en) for name in places_of(text))
        return tuple(dict.fromkeys(both))


class Destination(Sourced):
    """Somebody outside to whom a matter is forwarded; `contact` is the public number or mailbox that customers get."""

    names: Names
    contact: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class RecheckRules(Part):
    """A customer who is not satisfied has the matter looked at again (复核), so many times."""

    times: Setting[Count]


class CompensationRules(Part):
    """Refunds and compensations: their kinds, what they rest on, and how much an order may get without a decision."""

    payments: Setting[Words]
    bases: Setting[Words]
    at_most_fen: Setting[Fen] | None = None


class MediationOutcome(Part):
    """What came of a mediation; one that `ends` the matter closes the order."""

    names: Names
    ends: StrictBool = False


class MediationRules(Sourced):
    """Mediation (调解): for which types, and what may come of it."""

    types: Some[Slug]
    outcomes: Mapping[Slug, MediationOutcome]


class AppealRules(Sourced):
    """What makes a request an appeal (申诉): an earlier one of these types, with a result that does not satisfy, or
    without one for so long after its receipt."""

    against: Some[Slug]
    unanswered_after: Duration


class WarningLevel(Sourced):
    """One level of early warning (预警), and who is told."""

    names: Names
    to: Annotated[Some[Level], Field(min_length=1)]


class RequiredWhen(Sourced):
    """Fields that a request must carry under a condition, beside those that it always must."""

    fields: Some[Slug]
    when: When
