"""What every store promises (kit.store.port.Store)."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kit.store.port import Answer, Equal, In, Query, Range
from tests.store.conftest import NOON, Step, Ticket, TicketStore, change, event

HOUR = timedelta(hours=1)


async def test_what_is_saved_is_loaded_and_unknown_keys_are_left_out(store: TicketStore) -> None:
    state = Ticket(count=1, note="灶具打不着火 'quoted' \"双引号\"", steps=(Step(name="受理", at=NOON),), wake_at=NOON)
    assert await store.save([change("tkt_1", state=state, sequence=0)]) == set()
    found = await store.load(["tkt_1", "tkt_2"])
    assert list(found) == ["tkt_1"]
    document = found["tkt_1"]
    assert document.state == state
    assert (document.key, document.utility, document.version) == ("tkt_1", "gas", 1)
    assert document.seen == {"/hotline/intake": 1}
    assert (document.sequence, document.published) == (0, 0)


async def test_a_document_that_exists_is_not_made_again_and_a_missing_one_is_not_changed(store: TicketStore) -> None:
    assert await store.save([change("tkt_1")]) == set()
    assert await store.save([change("tkt_1", state=Ticket(count=99))]) == {"tkt_1"}
    assert await store.save([change("tkt_2", expected=3)]) == {"tkt_2"}
    assert (await store.load(["tkt_1", "tkt_2"]))["tkt_1"].state.count == 1
    assert "tkt_2" not in await store.load(["tkt_2"])


async def test_only_the_losers_of_a_batch_come_back_and_they_leave_no_trace(store: TicketStore) -> None:
    await store.save([change(f"tkt_{n}") for n in range(5)])
    await store.save([change("tkt_3", 1)])
    lost = await store.save(
        [change(f"tkt_{n}", 1, state=Ticket(count=50), said=1, sequence=1) for n in range(5)]
        + [change("tkt_9", state=Ticket(count=9))]
    )
    assert lost == {"tkt_3"}
    found = await store.load([f"tkt_{n}" for n in range(10)])
    assert {key: d.state.count for key, d in found.items()} == {
        "tkt_0": 50,
        "tkt_1": 50,
        "tkt_2": 50,
        "tkt_3": 2,
        "tkt_4": 50,
        "tkt_9": 9,
    }
    assert await store.history("tkt_3") == []
    assert len(await store.history("tkt_2")) == 1


async def test_of_many_racing_saves_exactly_one_wins_each_version(store: TicketStore) -> None:
    keys = [f"tkt_{n:02}" for n in range(30)]
    await store.save([change(key) for key in keys])
    won = dict.fromkeys(keys, 0)

    async def race() -> None:
        for _ in range(3):
            found = await store.load(keys)
            changes = [change(key, d.version, state=Ticket(count=d.state.count + 1)) for key, d in found.items()]
            lost = await store.save(changes)
            for key in set(keys) - lost:
                won[key] += 1

    await asyncio.gather(*(race() for _ in range(4)))
    found = await store.load(keys)
    assert {key: d.state.count - 1 for key, d in found.items()} == won
    assert {key: d.version - 1 for key, d in found.items()} == won
    assert all(won.values())


async def test_a_large_batch_is_saved_and_loaded_whole(store: TicketStore) -> None:
    keys = [f"tkt_{n:04}" for n in range(120)]
    assert await store.save([change(key, said=1, sequence=1) for key in keys]) == set()
    assert await store.save([change(key, 1, said=1, sequence=2) for key in keys]) == set()
    assert {d.version for d in (await store.load(keys)).values()} == {2}
    assert len(await store.load(keys)) == 120


async def test_a_unique_field_is_unique_within_its_utility(store: TicketStore) -> None:
    numbered = {"number": "GAS-20261120-0001-7"}
    await store.save([change("tkt_1", fields=numbered)])
    lost = await store.save(
        [change("tkt_2", fields=numbered), change("tkt_3"), change("tkt_4", utility="telecom", fields=numbered)]
    )
    assert lost == {"tkt_2"}
    assert set(await store.load(["tkt_2", "tkt_3", "tkt_4"])) == {"tkt_3", "tkt_4"}
    assert await store.save([change("tkt_1", 1, fields=numbered)]) == set()
    assert await store.save([change("tkt_3", 1, fields=numbered)]) == {"tkt_3"}


async def test_a_document_is_found_by_its_unique_field_until_it_loses_it(store: TicketStore) -> None:
    await store.save([change("tkt_1", fields={"number": "A"})])
    query = Query("gas", (Equal("number", "A"),))
    assert [d.key for d in await store.find(query)] == ["tkt_1"]
    await store.save([change("tkt_1", 1, fields={})])
    assert await store.find(query) == []
    assert await store.save([change("tkt_2", fields={"number": "A"})]) == set()


# lists


async def filled(store: TicketStore) -> None:
    """Six of jinan (due hourly, every other urgent), two of jining (one without a due), one of another utility."""
    rows: list[tuple[str, str, datetime | None, bool | None]] = [
        (f"tkt_{n}", "jinan", NOON + n * HOUR, n % 2 == 0) for n in range(6)
    ]
    rows += [("tkt_6", "jining", NOON + 2 * HOUR, True), ("tkt_7", "jining", None, None)]
    await store.save([change(k, fields={"unit": u, "due": d, "urgent": x, "number": k}) for k, u, d, x in rows])
    await store.save([change("tkt_8", utility="telecom", fields={"unit": "jinan", "due": NOON, "urgent": True})])


@pytest.mark.parametrize(
    ("where", "keys"),
    [
        ((), [0, 1, 2, 3, 4, 5, 6, 7]),
        ((Equal("unit", "jining"),), [6, 7]),
        ((Equal("unit", "jinan"), Equal("urgent", True)), [0, 2, 4]),
        ((Equal("urgent", False),), [1, 3, 5]),
        ((Equal("due", None),), [7]),
        ((Equal("due", NOON + 2 * HOUR),), [2, 6]),
        ((In("unit", ("jining", "nowhere")),), [6, 7]),
        ((In("urgent", (None, False)),), [1, 3, 5, 7]),
        ((In("unit", ()),), []),
        ((Range("due", low=NOON + 4 * HOUR),), [4, 5]),
        ((Range("due", high=NOON + HOUR),), [0]),
        ((Range("due", NOON + HOUR, NOON + 3 * HOUR), Equal("unit", "jinan")), [1, 2]),
        ((Range("due"),), [0, 1, 2, 3, 4, 5, 6]),
        ((Range("due", low=NOON + HOUR), Range("due", high=NOON + 2 * HOUR)), [1]),
        ((Equal("unit", "nowhere"),), []),
    ],
)
async def test_a_list_asks_by_declared_fields_of_one_utility(
    store: TicketStore, where: tuple[Equal | In | Range, ...], keys: list[int]
) -> None:
    await filled(store)
    assert [d.key for d in await store.find(Query("gas", where))] == [f"tkt_{n}" for n in keys]


@pytest.mark.parametrize(
    ("order", "descending", "keys"),
    [
        ("key", False, [0, 1, 2, 3, 4, 5, 6, 7]),
        ("key", True, [7, 6, 5, 4, 3, 2, 1, 0]),
        ("due", False, [7, 0, 1, 2, 6, 3, 4, 5]),
        ("due", True, [5, 4, 3, 6, 2, 1, 0, 7]),
        ("unit", False, [0, 1, 2, 3, 4, 5, 6, 7]),
        ("unit", True, [7, 6, 5, 4, 3, 2, 1, 0]),
        ("urgent", False, [7, 1, 3, 5, 0, 2, 4, 6]),
    ],
)
@pytest.mark.parametrize("limit", [1, 3, 50])
async def test_pages_follow_each_other_without_gap_or_repeat(
    store: TicketStore, order: str, descending: bool, keys: list[int], limit: int
) -> None:
    await filled(store)
    fields: dict[str, tuple[datetime | None, str, bool | None]] = {
        f"tkt_{n}": (NOON + n * HOUR, "jinan", n % 2 == 0) for n in range(6)
    }
    fields |= {"tkt_6": (NOON + 2 * HOUR, "jining", True), "tkt_7": (None, "jining", None)}
    place = ("due", "unit", "urgent")
    seen: list[str] = []
    query = Query("gas", order=order, descending=descending, limit=limit)
    while page := await store.find(query):
        assert len(page) <= limit
        seen += [d.key for d in page]
        last = seen[-1]
        query = replace(query, after=(last if order == "key" else fields[last][place.index(order)], last))
    assert seen == [f"tkt_{n}" for n in keys]


async def test_a_page_within_a_range_goes_on_inside_it(store: TicketStore) -> None:
    await filled(store)
    within = (Range("due", NOON + HOUR, NOON + 5 * HOUR),)
    query = Query("gas", within, order="due", limit=10, after=(NOON + 2 * HOUR, "tkt_2"))
    assert [d.key for d in await store.find(query)] == ["tkt_6", "tkt_3", "tkt_4"]


# waking


async def test_the_due_come_earliest_first_and_only_up_to_the_moment(store: TicketStore) -> None:
    await store.save(
        [change(f"tkt_{n}", state=Ticket(wake_at=NOON - n * HOUR)) for n in range(4)]
        + [change("tkt_8", state=Ticket(wake_at=NOON + timedelta(milliseconds=1))), change("tkt_9")]
    )
    assert await store.due(NOON, 10) == ["tkt_3", "tkt_2", "tkt_1", "tkt_0"]
    assert await store.due(NOON, 2) == ["tkt_3", "tkt_2"]
    assert await store.due(NOON + timedelta(milliseconds=1), 10) == ["tkt_3", "tkt_2", "tkt_1", "tkt_0", "tkt_8"]


async def test_the_next_wake_is_the_earliest_and_goes_when_it_is_cleared(store: TicketStore) -> None:
    assert await store.next_wake() is None
    await store.save([change("tkt_1", state=Ticket(wake_at=NOON)), change("tkt_2", state=Ticket(wake_at=NOON + HOUR))])
    assert await store.next_wake() == NOON
    assert await store.next_wake(NOON - HOUR) == NOON
    assert await store.next_wake(NOON) == NOON + HOUR
    assert await store.next_wake(NOON + HOUR) is None
    await store.save([change("tkt_1", 1)])
    assert await store.next_wake() == NOON + HOUR
    await store.save([change("tkt_2", 1)])
    assert await store.next_wake() is None
    assert await store.due(NOON + HOUR, 5) == []


# history and outbox


async def test_history_keeps_everything_said_and_the_outbox_its_unconfirmed_tail(store: TicketStore) -> None:
    await store.save([change("tkt_1", said=2, sequence=2)])
    await store.save([change("tkt_1", 1, said=1, sequence=3), change("tkt_2", said=1, sequence=1)])
    assert await store.history("tkt_1") == [event("tkt_1", n) for n in (1, 2, 3)]
    assert await store.history("tkt_0") == []
    await store.published({"tkt_1": 2})
    assert await store.outbox(["tkt_1", "tkt_2", "tkt_3"]) == {
        "tkt_1": [event("tkt_1", 3)],
        "tkt_2": [event("tkt_2", 1)],
    }
    await store.published({"tkt_1": 3, "tkt_2": 1})
    assert await store.outbox(["tkt_1", "tkt_2"]) == {}
    assert len(await store.history("tkt_1")) == 3


async def test_published_is_never_lowered_and_confirming_changes_no_version(store: TicketStore) -> None:
    await store.save([change("tkt_1", said=3, sequence=3)])
    assert (await store.load(["tkt_1"]))["tkt_1"].published == 0
    await store.published({"tkt_1": 2})
    await store.published({"tkt_1": 1})
    document = (await store.load(["tkt_1"]))["tkt_1"]
    assert (document.published, document.sequence, document.version) == (2, 3, 1)
    await store.published({"tkt_1": 3})
    await store.published({"tkt_1": 1})
    assert (await store.load(["tkt_1"]))["tkt_1"].published == 3
    await store.save([change("tkt_1", 1, said=1, sequence=4)])
    assert (await store.load(["tkt_1"]))["tkt_1"].published == 3
    await store.published({})


async def test_a_change_that_says_nothing_leaves_what_waits_as_it_is(store: TicketStore) -> None:
    await store.save([change("tkt_1", said=2, sequence=2)])
    await store.published({"tkt_1": 1})
    await store.save([change("tkt_1", 1, sequence=2, said_at=NOON + HOUR)])
    assert (await store.load(["tkt_1"]))["tkt_1"].published == 1
    assert await store.outbox(["tkt_1"]) == {"tkt_1": [event("tkt_1", 2)]}
    assert await store.unpublished(NOON + timedelta(seconds=1), 10) == ["tkt_1"]


async def test_the_unpublished_are_found_by_age_the_oldest_first(store: TicketStore) -> None:
    await store.save([change(f"tkt_{n}", said=1, sequence=1, said_at=NOON - n * HOUR) for n in range(4)])
    await store.save([change("tkt_9", said_at=NOON - 9 * HOUR)])
    assert await store.unpublished(NOON, 10) == ["tkt_3", "tkt_2", "tkt_1"]
    assert await store.unpublished(NOON, 1) == ["tkt_3"]
    await store.published({"tkt_3": 1, "tkt_1": 1})
    assert await store.unpublished(NOON + HOUR, 10) == ["tkt_2", "tkt_0"]
    assert await store.waiting() == 2


async def test_what_was_said_lately_is_told_again_by_key_and_sequence(store: TicketStore) -> None:
    await store.save([change("tkt_2", said=1, sequence=1, said_at=NOON - HOUR), change("tkt_0", said_at=NOON)])
    await store.save([change("tkt_3", said=2, sequence=2, said_at=NOON)])
    await store.save([change("tkt_2", 1, said=2, sequence=3, said_at=NOON), change("tkt_1", said=1, sequence=1)])
    expected = [event("tkt_1", 1), event("tkt_2", 2), event("tkt_2", 3), event("tkt_3", 1), event("tkt_3", 2)]
    assert await store.said_since(NOON, 10) == expected
    assert await store.said_since(NOON, 2) == expected[:2]
    assert await store.said_since(NOON, 2, ("tkt_2", 2)) == expected[2:4]
    assert await store.said_since(NOON, 2, ("tkt_3", 2)) == []
    assert await store.said_since(NOON + HOUR, 10) == []


# answers and counters


async def test_a_command_s_first_answer_is_kept_with_its_change(store: TicketStore) -> None:
    first = Answer("key-1", "fingerprint", b'{"n":1}')
    await store.save([replace(change("tkt_1"), answer=first)])
    await store.save([replace(change("tkt_1", 1), answer=Answer("key-2", "f", b"2"))])
    assert await store.answer("tkt_1", "key-1") == first
    assert await store.answer("tkt_1", "key-3") is None
    assert await store.answer("tkt_2", "key-1") is None
    lost = replace(change("tkt_1", 1), answer=Answer("key-3", "f", b"3"))
    assert await store.save([lost]) == {"tkt_1"}
    assert await store.answer("tkt_1", "key-3") is None


async def test_a_command_is_not_written_twice(store: TicketStore) -> None:
    first = Answer("key-1", "fingerprint", b"1")
    await store.save([replace(change("tkt_1"), answer=first), change("tkt_2")])
    again = replace(change("tkt_1", 1, state=Ticket(count=9)), answer=Answer("key-1", "fingerprint", b"2"))
    assert await store.save([again, change("tkt_2", 1, state=Ticket(count=2))]) == {"tkt_1"}
    found = await store.load(["tkt_1", "tkt_2"])
    assert (found["tkt_1"].version, found["tkt_2"].state.count) == (1, 2)
    assert await store.answer("tkt_1", "key-1") == first


async def test_counters_start_at_nothing_and_count_every_call(store: TicketStore) -> None:
    assert await store.increment("serial") == 1
    assert await store.increment("serial", 5) == 6
    values = await asyncio.gather(*(store.increment("other") for _ in range(20)))
    assert sorted(values) == list(range(1, 21))


async def test_it_answers_a_ping(store: TicketStore) -> None:
    await store.ping()
