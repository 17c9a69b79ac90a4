"""What the procedure asks of one business type: fields, limits, reply, and the traits that choose how it is handled."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from contracts.telephone import is_number
from contracts.vocabulary import CallKind, Reviewer
from procedures.model.beyond import AppealRules, RequiredWhen
from procedures.model.limits import Limit, Unlimited
from procedures.model.part import Names, Part, Setting, Slug, Sourced, Words
from procedures.model.when import Circumstances, When


class RequestField(StrEnum):
    """What every request can carry; a procedure adds its own `fields`."""

    NAME = "name"
    ADDRESS = "address"
    CONTACT = "contact"
    ID_NUMBER = "id_number"
    DESCRIPTION = "description"
    CALLBACK = "callback"
    SITUATION = "situation"
    PRECAUTIONS = "precautions"


PERSONAL_FIELDS = frozenset({RequestField.NAME, RequestField.ADDRESS, RequestField.CONTACT, RequestField.ID_NUMBER})


class ReplyPart(StrEnum):
    """What every reply says; a procedure adds its own `fields`."""

    OPINION = "opinion"
    RESULT = "result"


Trait = Literal["phone_first", "declinable", "may_be_invalid", "emergency", "hides_caller_from_accused"]
"""Traits that a type has or has not."""


_KINDS = {
    "text": re.compile(r".*", re.DOTALL),
    "number": re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?"),
    "date": re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"),
    "phone": re.compile(r".{3,40}"),
    "yes_no": re.compile(r"yes|no"),
}


class OwnField(Part):
    """A field of the procedure's own, in requests or replies; a `personal` one is sealed and never on the bus."""

    names: Names
    kind: Literal["text", "number", "date", "phone", "choice", "yes_no"] = "text"
    choices: Words = Field(default_factory=dict)
    personal: StrictBool = False
    most: Annotated[int, Field(ge=1, le=4000)] = 200

    @property
    def words(self) -> tuple[str, ...]:
        """The values there are, where it takes no others."""
        return ("yes", "no") if self.kind == "yes_no" else tuple(self.choices)

    def takes(self, value: str) -> bool:
        """Whether a value is of its kind, and no longer than `most` characters."""
        if self.kind == "choice":
            return value in self.choices
        if self.kind == "phone" and not is_number(value):
            return False
        return 0 < len(value) <= self.most and _KINDS[self.kind].fullmatch(value) is not None


class Identity(Sourced):
    """What is compared with the file `before` anything is taken down, or before it is answered."""

    items: tuple[RequestField, ...] = Field(min_length=1)
    at_least: int = Field(ge=1)
    before: Literal["request", "answer"] = "request"


class Guidance(Sourced):
    """A self-help script for simple matters of a subtype."""

    script: Slug
    subtype: Slug


class RequiredAttachment(Sourced):
    """What a reply must enclose; with `subtypes`, only for those."""

    kind: Literal["photo", "document"]
    at_least: int = Field(default=1, ge=1, le=50)
    subtypes: tuple[Slug, ...] = ()

    def accepts(self, media_type: str) -> bool:
        """Whether a file of this media type counts: a photo is an image, a document anything."""
        return self.kind == "document" or media_type.startswith("image/")


class Review(Sourced):
    """Who reviews a reply, in the order of the list; the last passes it."""

    by: Reviewer
    when: When = When()


class ConditionalSetting(Setting[StrictBool]):
    """Yes or no where the condition holds, the other where it does not."""

    when: When = When()

    def holds(self, of: Circumstances) -> bool:
        """What is decided for these circumstances."""
        return self.value if self.when.holds(of) else not self.value


class ReplyRules(Part):
    """The parts of a reply order and what it encloses."""

    parts: Setting[tuple[Slug, ...]]
    attachments: tuple[RequiredAttachment, ...] = ()

    def attachments_for(self, subtype: str | None) -> tuple[RequiredAttachment, ...]:
        """What a reply on this subtype must enclose."""
        return tuple(each for each in self.attachments if not each.subtypes or subtype in each.subtypes)


class TypeRules(Part):
    """One business type; a trait it does not state is not had, save that it may be answered at once.

    `grades` are named from the gravest, which is 1. `material` is what a customer may have to hand in.
    """

    names: Names
    grades: tuple[Names, ...] = Field(default=(), max_length=9)
    subtypes: Words = Field(default_factory=dict)
    required: Setting[tuple[Slug, ...]]
    required_when: tuple[RequiredWhen, ...] = ()
    limits: tuple[Limit, ...] = ()
    unlimited: tuple[Unlimited, ...] = ()
    callback: Setting[CallKind] | None = None
    reply: ReplyRules | None = None
    identity: Identity | None = None
    guidance: tuple[Guidance, ...] = ()
    precautions: Setting[Slug] | None = None
    material: Setting[Words] | None = None
    phone_first: Setting[StrictBool] | None = None
    declinable: Setting[StrictBool] | None = None
    may_be_invalid: Setting[StrictBool] | None = None
    emergency: Setting[StrictBool] | None = None
    may_be_answered_at_once: ConditionalSetting | None = None
    hides_caller_from_accused: Setting[StrictBool] | None = None
    reviewed_by: tuple[Review, ...] = ()
    appeals: AppealRules | None = None

    @property
    def identity_items(self) -> tuple[RequestField, ...]:
        """The items compared before anything is shown; none where no identity check is asked for."""
        return self.identity.items if self.identity else ()

    def has(self, trait: Trait) -> bool:
        """Whether it has a trait that is yes or no."""
        setting: Setting[bool] | None = getattr(self, trait)
        return setting is not None and setting.value


FieldTable = Mapping[Slug, OwnField]
