"""What the service keeps of an article, a collection task and an emergency notice."""

from datetime import datetime

from contracts.fact import Actor
from contracts.vocabulary import ArticleStage
from kit.decide.state import State


class Wording(State):
    """What an article says; `keywords` are the words callers use for it, `areas` where it holds (none: everywhere)."""

    title: str
    text: str = ""
    category: str | None = None
    keywords: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    expires_at: datetime | None = None


class Edition(State):
    """What readers are told until a newer edition is published or this one expires."""

    number: int
    wording: Wording
    channels: tuple[str, ...]
    published_at: datetime
    review_due: datetime
    reviewed_at: datetime | None = None


class Feedback(State):
    """What a reader missed in one edition (第十七条(一), R004-142)."""

    at: datetime
    by: str
    edition: int
    text: str


class Finishing(State):
    """A task that is done by the article: when and by whom it came to the centre."""

    task: str
    at: datetime
    by: Actor


class Article(State):
    """A piece of knowledge; a unit's own needs its division's review before the centre's (第十八条(二), R004-145).

    `stage`, `edition` and `wording` are of the newest edition; while it is written and reviewed, readers are told the
    one `in_force`. `task` is what the newest edition answers, `finishing` names it until it knows that it is done;
    `rejection` is why the article was last given back. `feedback` holds the latest words of readers, `open_feedback`
    counts those since the last publication or review.
    """

    procedure: str
    stage: ArticleStage
    wording: Wording
    division: str | None = None
    unit: str | None = None
    task: str | None = None
    finishing: Finishing | None = None
    edition: int = 1
    division_approved: bool = False
    rejection: str | None = None
    in_force: Edition | None = None
    feedback: tuple[Feedback, ...] = ()
    open_feedback: int = 0
    changed_at: datetime
    wake_at: datetime | None = None


class Task(State):
    """What the centre asked a division to write (第十八条(二), R004-146)."""

    procedure: str
    division: str
    title: str
    text: str = ""
    raised_at: datetime
    article: str | None = None
    done_at: datetime | None = None


class Notice(State):
    """An emergency as agents and customers are told of it (第十八条(四), R004-149, R004-150)."""

    procedure: str
    title: str
    text: str = ""
    division: str | None = None
    unit: str | None = None
    areas: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    raised_at: datetime
    published_at: datetime | None = None
    lifted_at: datetime | None = None
    changed_at: datetime

    @property
    def in_force(self) -> bool:
        """Reported and not yet over."""
        return self.lifted_at is None
