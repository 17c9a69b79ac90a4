"""What of a document is filed: the edition readers are told, and beside it what its keepers are working on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from contracts.vocabulary import ArticleStage
from kit.store.port import Document
from services.knowledge.rules.state import Article, Notice

Kind = Literal["article", "notice"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be found. `in_force`: agents may tell it to customers now; `since` is when it began to be so."""

    kind: Kind
    id: str
    in_force: bool
    title: str
    text: str
    keywords: tuple[str, ...] = ()
    category: str | None = None
    areas: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    unit: str | None = None
    division: str | None = None
    stage: ArticleStage | None = None
    since: datetime | None = None

    def holds_in(self, area: str | None) -> bool:
        """Whether it concerns this area."""
        return touches(self.areas, area)


def touches(areas: tuple[str, ...], asked: str | None) -> bool:
    """Whether what holds in these areas (none: everywhere) concerns the asked one, or a part of it."""
    return asked is None or not areas or any(_within(own, asked) or _within(asked, own) for own in areas)


def _within(part: str, whole: str) -> bool:
    """`jinan/lixia` lies in `jinan`, `jinan-east` does not."""
    return f"{part}/".startswith(f"{whole}/")


def entries_of(document: Document[Article] | Document[Notice]) -> Iterator[Entry]:
    """At most one entry in force and one that is not."""
    state = document.state
    if isinstance(state, Notice):
        yield _notice(document.key, state)
        return
    edition = state.in_force
    if edition is not None:
        yield _article(document.key, state, in_force=True)
    if edition is None or edition.number != state.edition:
        yield _article(document.key, state, in_force=False)


def _article(key: str, article: Article, *, in_force: bool) -> Entry:
    edition = article.in_force if in_force else None
    wording = edition.wording if edition else article.wording
    return Entry(
        kind="article",
        id=key,
        in_force=in_force,
        title=wording.title,
        text=wording.text,
        keywords=wording.keywords,
        category=wording.category,
        areas=wording.areas,
        channels=edition.channels if edition else (),
        unit=article.unit,
        division=article.division,
        stage=ArticleStage.PUBLISHED if edition else article.stage,
        since=edition.published_at if edition else None,
    )


def _notice(key: str, notice: Notice) -> Entry:
    return Entry(
        kind="notice",
        id=key,
        in_force=notice.in_force,
        title=notice.title,
        text=notice.text,
        areas=notice.areas,
        channels=notice.channels,
        unit=notice.unit,
        division=notice.division,
        since=notice.raised_at,
    )
