"""Calls that come while one is under way go together, and what happens to one happens to no other."""

import asyncio
from collections.abc import Sequence

import pytest

from kit.store.gathered import GatheredStore
from kit.store.memory import MemoryStore
from kit.store.port import Change, Document, ReplicaTooOld, StoreAway
from tests.store.conftest import TICKETS, Ticket, change

KEYS = [f"tkt_{n}" for n in range(16)]


class Slow(MemoryStore[Ticket]):
    """Answers when it is let, and keeps how many keys each call was about; what it is told to fails."""

    def __init__(self) -> None:
        super().__init__(TICKETS)
        self.loads: list[int] = []
        self.saves: list[int] = []
        self.broken: dict[str, Exception] = {}

    async def load(self, keys: Sequence[str]) -> dict[str, Document[Ticket]]:
        self.loads.append(len(keys))
        await asyncio.sleep(0.001)
        for key in keys:
            if key in self.broken:
                raise self.broken[key]
        return await super().load(keys)

    async def save(self, changes: Sequence[Change[Ticket]]) -> set[str]:
        self.saves.append(len(changes))
        await asyncio.sleep(0.001)
        return await super().save(changes)


@pytest.fixture
def slow() -> Slow:
    return Slow()


async def test_sixteen_at_once_share_a_bulk_write_and_a_load(slow: Slow) -> None:
    store = GatheredStore(slow, "routing", TICKETS.name)
    assert await asyncio.gather(*(store.save([change(key)]) for key in KEYS)) == [set()] * 16
    assert slow.saves == [1, 15]
    found = await asyncio.gather(*(store.load([key]) for key in KEYS))
    assert [list(each) for each in found] == [[key] for key in KEYS]
    assert slow.loads == [1, 15]


async def test_one_alone_waits_for_nobody(slow: Slow) -> None:
    store = GatheredStore(slow, "routing", TICKETS.name)
    for key in KEYS[:3]:
        await store.save([change(key)])
    assert slow.saves == [1, 1, 1]


async def test_a_race_that_one_loses_is_lost_by_no_other(slow: Slow) -> None:
    store = GatheredStore(slow, "routing", TICKETS.name)
    lost = await asyncio.gather(*(store.save([change(key, 1 if key == "tkt_7" else 0)]) for key in KEYS))
    assert [key for key, each in zip(KEYS, lost, strict=True) if each] == ["tkt_7"]


async def test_two_changes_of_one_document_do_not_go_together_and_exactly_one_holds(slow: Slow) -> None:
    store = GatheredStore(slow, "routing", TICKETS.name)
    lost = await asyncio.gather(*(store.save([change("tkt_1", state=Ticket(count=n))]) for n in range(4)))
    assert sorted(map(len, lost)) == [0, 1, 1, 1]
    assert max(slow.saves) == 1


async def test_an_error_of_one_is_told_to_that_one_alone(slow: Slow) -> None:
    slow.broken["tkt_7"] = ReplicaTooOld("tkt_7 is of schema 2")
    store = GatheredStore(slow, "routing", TICKETS.name)
    found = await asyncio.gather(*(store.load([key]) for key in KEYS), return_exceptions=True)
    assert [key for key, each in zip(KEYS, found, strict=True) if isinstance(each, ReplicaTooOld)] == ["tkt_7"]
    assert await store.load(["tkt_1"]) == {}


async def test_an_outage_is_everybodys_and_over_when_it_is_over(slow: Slow) -> None:
    slow.broken["tkt_7"] = StoreAway("away")
    store = GatheredStore(slow, "routing", TICKETS.name)
    found = await asyncio.gather(*(store.load([key]) for key in KEYS), return_exceptions=True)
    assert sum(isinstance(each, StoreAway) for each in found) == 15
    slow.broken.clear()
    assert await asyncio.gather(*(store.load([key]) for key in KEYS)) == [{}] * 16


async def test_who_gives_up_stops_nobody(slow: Slow) -> None:
    store = GatheredStore(slow, "routing", TICKETS.name)
    asked = [asyncio.create_task(store.save([change(key)])) for key in KEYS]
    await asyncio.sleep(0)
    asked[0].cancel()
    asked[3].cancel()
    others = [task for place, task in enumerate(asked) if place not in (0, 3)]
    assert await asyncio.gather(*others) == [set()] * 14
    assert await store.save([change("tkt_20")]) == set()
