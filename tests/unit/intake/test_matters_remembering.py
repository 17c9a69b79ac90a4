"""What the index knows is in the store: replicas decide as one, a restart forgets nothing, old words are wiped."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kit.store.memory import MemoryStore
from kit.store.port import Change, Document, Query, Store
from kit.store.sqlite import SqliteFile, SqliteStore
from procedures.model import Procedure
from services.intake.matters.remembering import SIGHTINGS, RememberedMatters, Sighted
from services.intake.matters.sighting import Sighting
from services.intake.matters.words import Lexicon
from tests.unit.intake.desk import NOON, UTILITY, gas

DAY = timedelta(days=1)
OUTAGE = "泉景雅园小区停气两天，灶具打不着火，请尽快恢复供气"
AGAIN = "泉景雅园停气好几天了，什么时候恢复供气"
OTHER = "营业厅排队太长，建议多开两个窗口"


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store[Sighted]]:
    made: Store[Sighted] = (
        MemoryStore(SIGHTINGS)
        if request.param == "memory"
        else SqliteStore(SIGHTINGS, SqliteFile(tmp_path / "intake.db"))
    )
    yield made
    await made.close()


def seen(ticket: str, text: str, **said: Any) -> Sighting:
    given: dict[str, Any] = {
        "utility": UTILITY,
        "at": NOON,
        "customer": "cust_1",
        "type": "complaint",
        "subtype": "supply",
        "area": "jinan/lixia",
        "subject": "",
    }
    return Sighting(ticket=ticket, text=text, **(given | said))


def replica(store: Store[Sighted]) -> RememberedMatters:
    return RememberedMatters(store, Lexicon(b"one key for all replicas"))


def comparing(*fields: str) -> Procedure:
    rules = gas().matters
    setting = rules.compare.model_copy(update={"value": fields})
    return gas().model_copy(update={"matters": rules.model_copy(update={"compare": setting})})


async def test_a_second_request_is_put_to_the_firsts_matter(store: Store[Sighted]) -> None:
    index = replica(store)
    first = await index.matter_of(seen("t1", OUTAGE), gas())
    assert first.startswith("mtr_")
    assert await index.matter_of(seen("t2", AGAIN, at=NOON + DAY), gas()) == first
    assert await index.matter_of(seen("t3", OTHER, at=NOON + DAY), gas()) != first


async def test_asked_again_for_the_same_ticket_it_answers_the_same(store: Store[Sighted]) -> None:
    index = replica(store)
    first = await index.matter_of(seen("t1", OUTAGE), gas())
    assert await index.matter_of(seen("t1", OTHER), gas()) == first
    assert await replica(store).matter_of(seen("t1", OTHER), gas()) == first


async def test_a_restarted_replica_knows_what_was_said_before(store: Store[Sighted]) -> None:
    first = await replica(store).matter_of(seen("t1", OUTAGE), gas())
    assert await replica(store).matter_of(seen("t2", AGAIN, at=NOON + 29 * DAY), gas()) == first
    assert await replica(store).matter_of(seen("t3", AGAIN, at=NOON + 60 * DAY), gas()) != first


async def test_replicas_that_hear_at_once_decide_as_one(store: Store[Sighted]) -> None:
    replicas = [replica(store) for _ in range(4)]
    asked = [each.matter_of(seen(f"t{place}-{n}", OUTAGE), gas()) for place, each in enumerate(replicas) for n in "ab"]
    assert len(set(await asyncio.gather(*asked))) == 1
    noted = [
        document.state.noted for document in (await store.load([f"t{p}-{n}" for p in range(4) for n in "ab"])).values()
    ]
    assert sorted(noted) == list(range(1, 9))


@pytest.mark.parametrize(
    "other", [{"type": "fault"}, {"subtype": None}, {"area": "jinan/shizhong"}, {"utility": "another"}]
)
async def test_what_the_procedure_compares_must_agree(store: Store[Sighted], other: dict[str, Any]) -> None:
    index = replica(store)
    first = await index.matter_of(seen("t1", OUTAGE), gas())
    assert await index.matter_of(seen("t2", OUTAGE, **other), gas()) != first


async def test_what_it_does_not_compare_may_differ(store: Store[Sighted]) -> None:
    index = replica(store)
    first = await index.matter_of(seen("t1", OUTAGE), comparing("text"))
    assert await index.matter_of(seen("t2", OUTAGE, area="qingdao", subtype=None), comparing("text")) == first


async def test_without_comparing_words_the_rest_decides(store: Store[Sighted]) -> None:
    index = replica(store)
    first = await index.matter_of(seen("t1", OUTAGE), comparing("type", "area"))
    assert await index.matter_of(seen("t2", OTHER), comparing("type", "area")) == first
    assert await index.matter_of(seen("t3", OTHER, area="qingdao"), comparing("type", "area")) != first


async def test_another_procedure_reads_the_window_anew(store: Store[Sighted]) -> None:
    index = replica(store)
    first = await index.matter_of(seen("t1", OUTAGE, area="jinan"), gas())
    assert await index.matter_of(seen("t2", OUTAGE, area="qingdao"), comparing("type", "text")) == first


async def test_a_clerks_word_is_followed_by_every_replica(store: Store[Sighted]) -> None:
    one, other = replica(store), replica(store)
    found = await one.matter_of(seen("t1", OUTAGE), gas())
    await other.matter_of(seen("t2", OTHER), gas())
    await one.assign(UTILITY, "t1", "mtr_confirmed")
    assert found != "mtr_confirmed"
    for place, each in enumerate((one, other, replica(store))):
        assert await each.matter_of(seen(f"later{place}", AGAIN), gas()) == "mtr_confirmed"


async def test_who_has_seen_everything_asks_the_store_only_to_write(store: Store[Sighted]) -> None:
    index = replica(store)
    await index.matter_of(seen("t1", OUTAGE), gas())
    await index.assign(UTILITY, "t1", "mtr_confirmed")
    asked: list[Query] = []
    find = store.find

    async def watched(query: Query) -> list[Document[Sighted]]:
        asked.append(query)
        return await find(query)

    store.find = watched  # type: ignore[method-assign]
    assert await index.matter_of(seen("t2", AGAIN), gas()) == "mtr_confirmed"
    assert asked == []


async def test_a_word_about_an_unknown_ticket_or_another_utilitys_changes_nothing(store: Store[Sighted]) -> None:
    index = replica(store)
    await index.assign(UTILITY, "nobody", "mtr_x")
    found = await index.matter_of(seen("t1", OUTAGE), gas())
    await index.assign("another", "t1", "mtr_x")
    assert (await store.load(["t1"]))["t1"].state.matter == found


async def test_words_are_wiped_when_their_window_has_passed(store: Store[Sighted]) -> None:
    index = replica(store)
    await index.matter_of(seen("t1", OUTAGE), gas())
    assert await index.forget(NOON + 29 * DAY) == 0
    assert await index.forget(NOON + 31 * DAY) == 1
    assert (await store.load(["t1"]))["t1"].state.signature is None
    assert await index.forget(NOON + 31 * DAY) == 0


async def test_nothing_kept_can_be_read(store: Store[Sighted]) -> None:
    await replica(store).matter_of(seen("t1", f"我叫王小明，电话13800001111，{OUTAGE}"), gas())
    kept = (await store.load(["t1"]))["t1"].state.model_dump_json()
    assert not any(word in kept for word in ("王小明", "13800001111", "泉景"))


async def test_a_signature_in_another_releases_form_is_passed_over_and_stops_nobody(store: Store[Sighted]) -> None:
    first = await replica(store).matter_of(seen("t1", OUTAGE), gas())
    document = (await store.load(["t1"]))["t1"]
    newer = document.state.model_copy(update={"signature": "9.?"})
    fields = {"noted": newer.noted, "at": newer.at}
    assert not await store.save(
        [Change("t1", UTILITY, document.version, newer, newer.wake_at, fields, sequence=0, seen={})]
    )
    restarted = replica(store)
    assert await restarted.matter_of(seen("t2", AGAIN, at=NOON + DAY), gas()) != first
    assert await restarted.matter_of(seen("t1", OUTAGE), gas()) == first
