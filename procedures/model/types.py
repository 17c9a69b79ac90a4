"""What the procedure asks of one business type: fields, limits, reply, callback."""

from enum import StrEnum
from typing import Literal

from pydantic import Field, StrictBool

from contracts.fact import Grade
from contracts.vocabulary import CallKind
from procedures.model.limits import Limit, Unlimited
from procedures.model.part import Names, Part, Setting, Slug, Sourced


class RequestField(StrEnum):
    """What a request can be asked to carry (第十四条, 第十五条(一)1)."""

    NAME = "name"
    ADDRESS = "address"
    CONTACT = "contact"
    ID_NUMBER = "id_number"
    DESCRIPTION = "description"
    CALLBACK = "callback"
    SITUATION = "situation"
    PRECAUTIONS = "precautions"


class Subtype(Part):
    """A kind within a type; the list is open (第六条 '等', R004-005), others are accepted as they come."""

    id: Slug
    names: Names


class Identity(Sourced):
    """What is compared with the file before anything is shown (第十四条(一), R004-045)."""

    items: tuple[RequestField, ...] = Field(min_length=1)
    at_least: int = Field(ge=1)


class Guidance(Sourced):
    """A self-help script for simple faults of a subtype (第十四条(四), R004-058)."""

    script: Slug
    subtype: Slug


class RequiredAttachment(Sourced):
    """What a reply must enclose (第十五条(一)4, R004-112); with `subtypes`, only for those."""

    kind: Literal["photo", "document"]
    at_least: int = Field(default=1, ge=1)
    subtypes: tuple[Slug, ...] = ()

    def accepts(self, media_type: str) -> bool:
        """Whether a file of this media type counts: a photo is an image, a document anything."""
        return self.kind == "document" or media_type.startswith("image/")


class ReplyRules(Part):
    """The parts of a reply order and what it encloses."""

    parts: Setting[tuple[Slug, ...]]
    attachments: tuple[RequiredAttachment, ...] = ()

    def attachments_for(self, subtype: str | None) -> tuple[RequiredAttachment, ...]:
        """What a reply on this subtype must enclose."""
        return tuple(each for each in self.attachments if not each.subtypes or subtype in each.subtypes)


class TypeRules(Part):
    """One business type."""

    names: Names
    required: Setting[tuple[RequestField, ...]]
    limits: tuple[Limit, ...]
    unlimited: tuple[Unlimited, ...] = ()
    callback: Setting[CallKind]
    reply: ReplyRules
    subtypes: tuple[Subtype, ...] = ()
    identity: Identity | None = None
    guidance: tuple[Guidance, ...] = ()
    precautions: Setting[Slug] | None = None
    phone_first: Setting[StrictBool] | None = None
    may_be_declined: Setting[StrictBool] | None = None
    may_be_invalid: Setting[StrictBool] | None = None
    division_reviews: Setting[tuple[Grade, ...]] | None = None

    @property
    def identity_items(self) -> tuple[RequestField, ...]:
        """The items compared before anything is shown; none where no identity check is asked for."""
        return self.identity.items if self.identity else ()

    def division_reviews_grade(self, grade: int | None) -> bool:
        """Whether the division reviews the reply before the centre (第十一条(二), R004-022)."""
        return self.division_reviews is not None and grade in self.division_reviews.value
