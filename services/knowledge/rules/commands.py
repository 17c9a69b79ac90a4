"""What people ask of an article, a task or a notice."""

from pydantic import BaseModel, ConfigDict

from contracts.fact import SYSTEM, Actor, Instant
from contracts.vocabulary import Reviewer


class Command(BaseModel):
    """Asked at the business moment `at`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    at: Instant
    by: Actor = SYSTEM


class Submit(Command):
    """Hand an article in for review, new or set right; a published one gets a new edition (第十九条(二), R004-152)."""

    title: str
    text: str = ""
    category: str | None = None
    division: str | None = None
    unit: str | None = None
    areas: tuple[str, ...] = ()
    task: str | None = None
    expires_at: Instant | None = None


class Approve(Command):
    """Pass the conformity review; `level` unset means whichever is due (第十八条(二)(三))."""

    level: Reviewer | None = None


class Reject(Command):
    """Give it back to its author, with the reason."""

    reason: str
    level: Reviewer | None = None


class Publish(Command):
    """Put it before agents and on the service channels; none named means all of the file's (R004-148)."""

    channels: tuple[str, ...] = ()


class Expire(Command):
    """Take it out of use."""

    reason: str | None = None


class ConfirmReview(Command):
    """The periodic review found it right (第十九条(一), R004-151)."""


class GiveFeedback(Command):
    """A reader found it wanting (第十七条(一), R004-142); the words go to the centre's list."""


class RaiseTask(Command):
    """The centre asks a division for knowledge."""

    division: str
    title: str


class FinishTask(Command):
    """The article asked for was handed in."""

    article: str


class RaiseNotice(Command):
    """A unit reports an emergency; with `text` the written knowledge comes at once."""

    title: str
    unit: str | None = None
    areas: tuple[str, ...] = ()
    text: str = ""
    reported_at: Instant | None = None


class PublishNotice(Command):
    """The emergency knowledge in writing."""

    text: str
    channels: tuple[str, ...] = ()


class LiftNotice(Command):
    """The emergency is over."""
