"""What the service keeps of an article, a collection task and an emergency notice."""

from contracts.fact import Frozen, Instant
from contracts.vocabulary import ArticleStage


class Article(Frozen):
    """A piece of knowledge; a unit's own needs its division's review before the centre's (第十八条(二), R004-145)."""

    procedure: str
    stage: ArticleStage = ArticleStage.DRAFT
    title: str
    text: str = ""
    category: str | None = None
    division: str | None = None
    unit: str | None = None
    areas: tuple[str, ...] = ()
    task: str | None = None
    edition: int = 1
    division_approved: bool = False
    channels: tuple[str, ...] = ()
    published_at: Instant | None = None
    review_due: Instant | None = None
    expires_at: Instant | None = None
    feedback: int = 0
    wake_at: Instant | None = None


class Task(Frozen):
    """What the centre asked a division to write (第十八条(二), R004-146)."""

    procedure: str
    division: str
    title: str
    raised_at: Instant
    article: str | None = None
    done_at: Instant | None = None
    wake_at: Instant | None = None


class Notice(Frozen):
    """An emergency as agents and customers are told of it (第十八条(四), R004-149, R004-150)."""

    procedure: str
    title: str
    text: str = ""
    unit: str | None = None
    areas: tuple[str, ...] = ()
    raised_at: Instant
    published_at: Instant | None = None
    lifted_at: Instant | None = None
    wake_at: Instant | None = None

    @property
    def in_force(self) -> bool:
        """Reported and not yet over."""
        return self.lifted_at is None
