"""The search index beside a real store: several replicas, restarts, outages, clocks that stand still."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.refusal import Refusal
from kit.clock import SteppedClock
from kit.decide.decider import Decider
from kit.decide.fold import Cause
from kit.decide.shell import Shell
from kit.store.port import Document, Query, StoreAway
from kit.store.sqlite import SqliteFile, SqliteStore
from services.knowledge.decider import ARTICLES, NOTICES
from services.knowledge.rules import articles, commands, notices
from services.knowledge.search.library import Library
from tests.handlers.bench_of_one import FRIDAY_10, PROCEDURES, UTILITY, Outbox

AT_ONCE = timedelta(0)
NEVER = timedelta(days=1)


class Shaky(SqliteStore[Any]):
    """A real store that can be away, and counts how often it is asked for lists."""

    away = False
    asked = 0

    async def find(self, query: Query) -> list[Document[Any]]:
        self.asked += 1
        if self.away:
            raise StoreAway("pulled out")
        return await super().find(query)

    async def load(self, keys: Sequence[str]) -> dict[str, Document[Any]]:
        if self.away:
            raise StoreAway("pulled out")
        return await super().load(keys)


class Centre:
    """Articles and notices in one store, written through the rules, and any number of replicas that search them."""

    def __init__(self) -> None:
        file = SqliteFile(":memory:")
        self.clock = SteppedClock(FRIDAY_10)
        self.stores = Shaky(ARTICLES.collection, file), Shaky(NOTICES.collection, file)
        self.articles = self._shell(ARTICLES, 0)
        self.notices = self._shell(NOTICES, 1)

    def _shell(self, decider: Decider[Any], which: int) -> Shell[Any]:
        return Shell(decider, self.stores[which], Outbox(), self.clock, PROCEDURES.get, timedelta(0))

    def replica(self, fresh_for: timedelta = AT_ONCE) -> Library:
        return Library(*self.stores, self.clock, fresh_for)

    async def publish(self, key: str, title: str, text: str = "-", at: datetime | None = None) -> None:
        moment = at or self.clock.now()
        steps: Sequence[tuple[Any, Any]] = (
            (articles.submit, commands.Submit(at=moment, title=title, text=text)),
            (articles.approve, commands.Approve(at=moment)),
            (articles.publish, commands.Publish(at=moment)),
        )
        for rule, command in steps:
            await self.do(self.articles, key, rule, command)

    async def expire(self, key: str) -> None:
        await self.do(self.articles, key, articles.expire, commands.Expire(at=self.clock.now()))

    async def do(self, shell: Shell[Any], key: str, rule: Any, command: commands.Command) -> None:
        creates = PROCEDURES.in_force(UTILITY, self.clock.now()).ref
        outcome = await shell.do(
            key,
            lambda state, procedure: rule(state, command, procedure),
            utility=UTILITY,
            cause=Cause("c"),
            creates=creates,
        )
        assert not isinstance(outcome, Refusal), outcome


async def found(library: Library, question: str, utility: str = UTILITY) -> list[str]:
    answer = await library.ask(utility, question, lambda _: True, 50, unpublished=False)
    return [hit.entry.id for hit in answer.hits]


async def test_every_replica_finds_what_any_of_them_published() -> None:
    centre = Centre()
    one, other = centre.replica(), centre.replica()
    assert await found(one, "过户") == await found(other, "过户") == []
    await centre.publish("art_1", "过户")
    assert await found(one, "过户") == await found(other, "过户") == ["art_1"]
    centre.clock.advance(timedelta(days=3))
    await centre.expire("art_1")
    assert await found(one, "过户") == await found(other, "过户") == []


async def test_a_replica_that_starts_later_finds_everything() -> None:
    centre = Centre()
    await centre.publish("art_1", "过户")
    await centre.do(centre.notices, "ntc_1", notices.raise_notice, commands.RaiseNotice(at=FRIDAY_10, title="停气"))
    centre.clock.advance(timedelta(days=90))
    late = centre.replica()
    await late.fill([UTILITY])
    assert (await found(late, "过户"), await found(late, "停气")) == (["art_1"], ["ntc_1"])


async def test_a_lifted_notice_is_told_no_more() -> None:
    centre = Centre()
    library = centre.replica()
    await centre.do(centre.notices, "ntc_1", notices.raise_notice, commands.RaiseNotice(at=FRIDAY_10, title="停气"))
    assert await found(library, "停气") == ["ntc_1"]
    await centre.do(centre.notices, "ntc_1", notices.lift_notice, commands.LiftNotice(at=FRIDAY_10))
    assert await found(library, "停气") == []
    [hit] = (await library.ask(UTILITY, "停气", lambda _: True, 5, unpublished=True)).hits
    assert not hit.entry.in_force


async def test_more_changes_at_one_moment_than_a_page_holds_are_all_found() -> None:
    centre = Centre()
    library = centre.replica()
    assert await found(library, "停气") == []
    for number in range(230):
        await centre.publish(f"art_{number}", f"停气口径{number}")
    answer = await library.ask(UTILITY, "停气", lambda _: True, 1_000)
    assert len(answer.hits) == 230


async def test_the_store_is_asked_no_more_often_than_allowed() -> None:
    centre = Centre()
    library = centre.replica(NEVER)
    await library.fill([UTILITY])
    before = centre.stores[0].asked
    await centre.publish("art_1", "过户")
    assert await found(library, "过户") == []
    library.touched(UTILITY, "art_1")
    assert await found(library, "过户") == ["art_1"]
    assert centre.stores[0].asked == before


async def test_what_was_dated_back_is_found_where_it_was_written() -> None:
    """A stepped clock may move on between the moment of a command and its save."""
    centre = Centre()
    library = centre.replica()
    centre.clock.advance(timedelta(days=1))
    assert await found(library, "过户") == []
    await centre.publish("art_1", "过户", at=FRIDAY_10)
    library.touched(UTILITY, "art_1")
    assert await found(library, "过户") == ["art_1"]


async def test_after_a_restart_at_an_earlier_moment_later_documents_are_found_and_followed() -> None:
    centre = Centre()
    await centre.publish("art_1", "过户", at=FRIDAY_10 + timedelta(days=30))
    library = centre.replica()
    assert await found(library, "过户") == ["art_1"]
    await centre.expire("art_1")
    assert await found(library, "过户") == []


async def test_while_the_store_is_away_the_last_known_is_told_with_its_moment() -> None:
    centre = Centre()
    library = centre.replica()
    await centre.publish("art_1", "过户")
    assert await found(library, "过户") == ["art_1"]
    centre.clock.advance(timedelta(hours=1))
    centre.stores[0].away = True
    library.touched(UTILITY, "art_1")
    answer = await library.ask(UTILITY, "过户", lambda _: True, 5)
    assert ([hit.entry.id for hit in answer.hits], answer.as_of) == (["art_1"], FRIDAY_10)
    centre.stores[0].away = False
    await centre.expire("art_1")
    assert await found(library, "过户") == []


async def test_before_anything_was_read_an_outage_is_an_outage() -> None:
    centre = Centre()
    centre.stores[1].away = True
    library = centre.replica(NEVER)
    with pytest.raises(StoreAway):
        await found(library, "过户")
    centre.stores[1].away = False
    assert await found(library, "过户") == []


async def test_a_utility_finds_only_its_own() -> None:
    centre = Centre()
    await centre.publish("art_1", "过户")
    assert await found(centre.replica(), "过户", "telecom") == []


async def test_a_replica_can_be_closed_at_any_moment() -> None:
    centre = Centre()
    library = centre.replica()
    await library.close()
    await found(library, "过户")
    await library.close()
