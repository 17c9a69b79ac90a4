"""What people ask of an article, a task or a notice."""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.fact import Ahead, Instant
from contracts.vocabulary import Reviewer
from kit.decide.steps import Command

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
"""A title or a name, in one line."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]
"""What a person wrote; an empty text is the rules' to refuse, with the clause that wants one."""

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
"""Why, as everybody is told who hears of it."""

Words = Annotated[tuple[Line, ...], Field(max_length=50)]
Id = Annotated[str, StringConstraints(max_length=64)]


class _Written(Command):
    title: Line
    category: Line | None = None
    keywords: Words = Field(default=(), description="words that callers use for it, for the search")
    areas: Words = Field(default=(), description="where it holds, as `city/district`; none: everywhere")
    expires_at: Ahead | None = Field(default=None, description="from then on it is no longer told to anybody")
    unit: Id | None = Field(default=None, description="whose knowledge it is; left out, it stays whose it was")
    division: Id | None = Field(default=None, description="of the unit, unless it is the division's own")
    task: Id | None = Field(default=None, description="the collection task that it answers")


class SaveDraft(_Written):
    """Keep what was written so far; nobody else is told."""

    text: Text = ""


class Submit(_Written):
    """Hand an article in for review, new or set right; a published one gets a new edition."""

    text: Text


class Approve(Command):
    """Pass the conformity review; `level`, in a written case, unset means whichever is due."""

    level: Reviewer | None = None


class Reject(Command):
    """Give it back to its author, with the reason."""

    reason: Reason
    level: Reviewer | None = None


class Publish(Command):
    """Put it before agents and on the service channels; none named means all of the file's."""

    channels: Words = ()


class Expire(Command):
    """Take it out of use."""

    reason: Reason | None = None


class ConfirmReview(Command):
    """The periodic review found it right."""


class GiveFeedback(Command):
    """A reader found it wanting; the words go to the centre's list."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class RaiseTask(Command):
    """The centre asks a division for knowledge."""

    division: Id
    title: Line
    text: Text = Field(default="", description="what is to be written, for whom")


class FinishTask(Command):
    """The article asked for has come to the centre."""

    article: Id


class RaiseNotice(Command):
    """A unit reports an emergency; with `text` the written knowledge comes at once."""

    title: Line
    unit: Id | None = None
    areas: Words = Field(default=(), description="where it holds; left out, the unit's own areas")
    text: Text = ""
    reported_at: Instant | None = Field(default=None, description="of the report by phone or text message, if earlier")


class PublishNotice(Command):
    """The emergency knowledge in writing."""

    text: Text
    channels: Words = ()


class LiftNotice(Command):
    """The emergency is over."""
