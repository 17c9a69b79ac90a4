"""What happens to knowledge articles, collection tasks and emergency notices (第十六条 to 第十九条)."""

from typing import ClassVar

from contracts.fact import Actor, Fact, Instant


class KnowledgeFact(Fact):
    """Something that happened to the article, task or notice named by the event's subject."""

    by: Actor


class ArticleSubmitted(KnowledgeFact):
    """An article waits for review (第十八条(二))."""

    type: ClassVar[str] = "hotline.article.submitted.v1"
    procedure: str
    title: str
    category: str | None = None
    division: str | None = None
    unit: str | None = None
    task: str | None = None


class ArticleApproved(KnowledgeFact):
    """The conformity review passed (第十八条(三), R004-147); `level` is division or centre (R004-145)."""

    type: ClassVar[str] = "hotline.article.approved.v1"
    level: str


class ArticleRejected(KnowledgeFact):
    """The article goes back to its author."""

    type: ClassVar[str] = "hotline.article.rejected.v1"
    level: str
    reason: str


class ArticlePublished(KnowledgeFact):
    """Agents and the service channels can read it (第十八条(三), R004-148)."""

    type: ClassVar[str] = "hotline.article.published.v1"
    title: str
    channels: tuple[str, ...] = ()
    review_due: Instant | None = None


class ArticleExpired(KnowledgeFact):
    """No longer to be told to customers."""

    type: ClassVar[str] = "hotline.article.expired.v1"
    reason: str | None = None


class TaskRaised(KnowledgeFact):
    """The centre asked a division for knowledge, due in 3 working days (第十八条(二), R004-146)."""

    type: ClassVar[str] = "hotline.task.raised.v1"
    procedure: str
    division: str
    title: str


class TaskDone(KnowledgeFact):
    """The division submitted what was asked for."""

    type: ClassVar[str] = "hotline.task.done.v1"
    article: str


class NoticeRaised(KnowledgeFact):
    """An emergency was reported (第十八条(四), R004-149); the clock `notice` runs from here."""

    type: ClassVar[str] = "hotline.notice.raised.v1"
    procedure: str
    title: str
    unit: str | None = None
    areas: tuple[str, ...] = ()


class NoticePublished(KnowledgeFact):
    """The emergency knowledge is written down and out, past the ordinary review; due in 5 minutes (R004-150)."""

    type: ClassVar[str] = "hotline.notice.published.v1"
    channels: tuple[str, ...] = ()


class NoticeLifted(KnowledgeFact):
    """The emergency is over."""

    type: ClassVar[str] = "hotline.notice.lifted.v1"
