"""What happens to knowledge articles, collection tasks and emergency notices."""

from typing import ClassVar

from contracts.fact import Actor, Fact, Few, Instant, Line, Open, Text, Word
from contracts.vocabulary import Reviewer


class KnowledgeFact(Fact):
    """Something that happened to the article, task or notice named by the event's subject."""

    said_by: ClassVar[str] = "knowledge"
    about: ClassVar[tuple[str, ...]] = ("art", "tsk", "ntc")
    by: Actor


class ArticleSubmitted(KnowledgeFact):
    """An article waits for review."""

    type: ClassVar[str] = "hotline.article.submitted.v1"
    procedure: Line
    title: Line
    category: Line | None = None
    division: Line | None = None
    unit: Line | None = None
    task: Line | None = None


class ArticleApproved(KnowledgeFact):
    """The conformity review passed; `level` is division or centre."""

    type: ClassVar[str] = "hotline.article.approved.v1"
    level: Open[Reviewer]


class ArticleRejected(KnowledgeFact):
    """The article goes back to its author."""

    type: ClassVar[str] = "hotline.article.rejected.v1"
    level: Open[Reviewer]
    reason: Text


class ArticlePublished(KnowledgeFact):
    """Agents and the service channels can read it."""

    type: ClassVar[str] = "hotline.article.published.v1"
    title: Line
    channels: Few[Word] = ()
    review_due: Instant | None = None


class ArticleExpired(KnowledgeFact):
    """No longer to be told to customers."""

    type: ClassVar[str] = "hotline.article.expired.v1"
    reason: Text | None = None


class TaskRaised(KnowledgeFact):
    """The centre asked a division for knowledge."""

    type: ClassVar[str] = "hotline.task.raised.v1"
    procedure: Line
    division: Line
    title: Line


class TaskDone(KnowledgeFact):
    """The division submitted what was asked for."""

    type: ClassVar[str] = "hotline.task.done.v1"
    article: Line


class NoticeRaised(KnowledgeFact):
    """An emergency was reported; the clock `notice` runs from here."""

    type: ClassVar[str] = "hotline.notice.raised.v1"
    procedure: Line
    title: Line
    unit: Line | None = None
    areas: Few[Line] = ()


class NoticePublished(KnowledgeFact):
    """The emergency knowledge is written down and out, past the ordinary review."""

    type: ClassVar[str] = "hotline.notice.published.v1"
    channels: Few[Word] = ()


class NoticeLifted(KnowledgeFact):
    """The emergency is over."""

    type: ClassVar[str] = "hotline.notice.lifted.v1"
