"""The bus reader on a real broker: once each, in order, whatever fails."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from contracts.envelope import Event, encode
from kit.bus.dead_letters import replay
from kit.bus.publisher import Outgoing, partition_of
from kit.bus.reader import BusReader
from kit.run.health import NotReady
from tests.backends import KafkaBackEnd
from tests.integration.bus_setup import POISON, Place, message, new_key, place, reading, signed, until


async def test_every_event_has_its_effect_once_and_in_the_order_of_its_ticket(kafka: KafkaBackEnd) -> None:
    async with place(kafka) as here:
        keys = [new_key() for _ in range(20)]
        await here.seed(keys)
        events = [signed(key, number, f"u{number}") for number in range(1, 16) for key in keys]
        await here.send(*events[:100])
        async with reading(here.reader()):
            for start in range(100, len(events), 40):
                await here.send(*events[start : start + 40])
            await until(lambda: _all_have(here, keys, 15))
        assert await here.committed() == 300
        for key in keys:
            assert await here.units(key) == tuple(f"u{number}" for number in range(1, 16))


async def _all_have(here: Place, keys: list[str], count: int) -> bool:
    return all(len(d.state.units) == count for d in (await here.store.load(keys)).values())


async def test_what_was_saved_but_not_committed_comes_again_and_changes_nothing(
    kafka: KafkaBackEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place(kafka) as here:
        key = new_key()
        await here.seed([key])
        await here.send(*(signed(key, number, f"u{number}") for number in range(1, 6)))
        saved = asyncio.Event()

        async def hear_and_hang(events: list[Event]) -> int:
            await here.shell().hear(events)
            saved.set()
            await asyncio.Event().wait()
            return 0

        monkeypatch.setattr("kit.bus.reader.DRAIN_SECONDS", 0.1)
        crashing = asyncio.create_task(here.reader(hear_and_hang).run())
        await asyncio.wait_for(saved.wait(), 15)
        crashing.cancel()
        await asyncio.wait([crashing])
        assert await here.committed() == 0

        repeats = 0

        async def hear(events: list[Event]) -> int:
            nonlocal repeats
            found = await here.shell().hear(events)
            repeats += found
            return found

        await here.send(signed(key, 6, "u6"))
        async with reading(here.reader(hear)):
            await until(lambda: _all_have(here, [key], 6))
        assert repeats == 5
        assert await here.units(key) == ("u1", "u2", "u3", "u4", "u5", "u6")


async def test_a_poisonous_event_is_set_aside_and_all_others_go_on(kafka: KafkaBackEnd) -> None:
    async with place(kafka) as here:
        keys = [new_key() for _ in range(8)]
        await here.seed(keys)
        events = [signed(key, number, f"u{number}") for number in range(1, 6) for key in keys]
        bad = signed(keys[3], 3, POISON)
        events[2 * len(keys) + 3] = bad
        await here.send(*events)
        async with reading(here.reader()):
            await until(lambda: _all_have(here, keys[:3] + keys[4:], 5))
            await until(lambda: _all_have(here, [keys[3]], 4))
        assert await here.units(keys[3]) == ("u1", "u2", "u4", "u5")
        [letter] = await here.letters()
        assert (letter.reason, letter.event_type) == ("poisonous", bad.type)
        assert letter.value == encode(bad)
        assert letter.key == keys[3].encode()
        assert "a rule with a defect" in letter.failures[here.service]
        assert "in note" in letter.failures[here.service]
        assert await here.committed() == 40


def foreign(type_: str) -> bytes:
    event = orjson.loads(encode(signed(new_key(), 1)))
    return orjson.dumps({**event, "type": type_})


@pytest.mark.parametrize(
    ("body", "headers", "reason"),
    [
        (b"{not json", (), "malformed"),
        (b"", (), "malformed"),
        (b'{"specversion":"1.0"}', (), "malformed"),
        (foreign("hotline.ticket.signed.v1").replace(b'"unit"', b'"unite"'), (), "malformed"),
        (b"\xff\xfe", (("ce_type", b"\xff\xfe"),), "malformed"),
        (foreign("com.example.order.v1"), (), "unknown"),
        (foreign("com.example.order.v1"), (("ce_type", b"com.example.order.v1"),), "unknown"),
    ],
)
async def test_what_cannot_be_read_is_set_aside_and_the_partition_goes_on(
    kafka: KafkaBackEnd, body: bytes, headers: tuple[tuple[str, bytes], ...], reason: str
) -> None:
    async with place(kafka) as here:
        key = new_key()
        await here.seed([key])
        await here.publisher.send(
            [Outgoing(here.topic, key.encode(), body, headers), message(here.topic, signed(key, 1, "after"))]
        )
        async with reading(here.reader()):
            await until(lambda: _all_have(here, [key], 1))
        [letter] = await here.letters()
        assert (letter.reason, letter.value, letter.headers) == (reason, body, headers)


async def test_types_of_a_newer_release_and_types_not_heard_are_passed_over(kafka: KafkaBackEnd) -> None:
    async with place(kafka) as here:
        key = new_key()
        await here.seed([key])
        skipped = [
            Outgoing(here.topic, key.encode(), foreign("hotline.ticket.signed.v2")),
            Outgoing(here.topic, key.encode(), foreign("hotline.oversight.reported.v1")),
            Outgoing(here.topic, key.encode(), b"not even read", (("ce_type", b"hotline.ticket.replied.v1"),)),
        ]
        await here.publisher.send([*skipped, message(here.topic, signed(key, 1, "after"))])
        async with reading(here.reader()):
            await until(lambda: _all_have(here, [key], 1))
        assert await here.letters() == []
        assert await here.committed() == 4


async def test_an_outage_of_the_store_is_waited_out_and_nothing_is_lost_or_set_aside(
    kafka: KafkaBackEnd, tmp_path: Path
) -> None:
    async with place(kafka, tmp_path / "a.db") as here:
        key = new_key()
        await here.seed([key])
        async with reading(here.reader()):
            await here.send(signed(key, 1, "before"))
            await until(lambda: _all_have(here, [key], 1))
            lock = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
            lock.execute("BEGIN EXCLUSIVE")
            await here.send(signed(key, 2, "during"), signed(new_key(), 1))
            await asyncio.sleep(0.8)
            assert await here.units(key) == ("before",)
            lock.execute("ROLLBACK")
            lock.close()
            await here.send(signed(key, 3, "after"))
            await until(lambda: _all_have(here, [key], 3))
        assert await here.units(key) == ("before", "during", "after")
        assert await here.letters() == []


def fail_the_first_poll_that_brings_something(patch: pytest.MonkeyPatch) -> asyncio.Event:
    """As aiokafka does when one partition's answer is an error after another's records are taken: they are gone."""
    poll, failed = AIOKafkaConsumer.getmany, asyncio.Event()

    async def getmany(self: AIOKafkaConsumer, *places: Any, **options: Any) -> Any:
        found = await poll(self, *places, **options)
        if found and not failed.is_set():
            failed.set()
            raise CorruptRecordException
        return found

    patch.setattr(AIOKafkaConsumer, "getmany", getmany)
    return failed


async def test_what_a_failed_poll_had_taken_is_read_again_before_anything_that_follows(
    kafka: KafkaBackEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place(kafka) as here:
        key = new_key()
        await here.seed([key])
        await here.send(*(signed(key, number, f"u{number}") for number in (1, 2, 3)))
        failed = fail_the_first_poll_that_brings_something(monkeypatch)
        async with reading(here.reader()):
            await asyncio.wait_for(failed.wait(), 15)
            await here.send(signed(key, 4, "u4"))
            await until(lambda: _heard(here, key, "u4"))
        async with reading(here.reader()):
            await until(lambda: _all_have(here, [key], 4))
        assert await here.units(key) == ("u1", "u2", "u3", "u4")
        assert await here.committed() == 4


async def _heard(here: Place, key: str, unit: str) -> bool:
    return unit in await here.units(key)


async def test_what_a_failed_poll_had_taken_is_read_again_though_nothing_follows(
    kafka: KafkaBackEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.bus.reader._STALL_SECONDS", 1.0)
    async with place(kafka) as here:
        key = new_key()
        await here.seed([key])
        await here.send(*(signed(key, number, f"u{number}") for number in (1, 2, 3)))
        failed = fail_the_first_poll_that_brings_something(monkeypatch)
        async with reading(here.reader()):
            await asyncio.wait_for(failed.wait(), 15)
            await until(lambda: _all_have(here, [key], 3))


async def test_a_defect_outside_the_rules_ends_the_reading_and_nothing_after_it_is_handled(
    kafka: KafkaBackEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with place(kafka, batch_size=1) as here:
        key = new_key()
        await here.seed([key])
        monkeypatch.setattr("kit.bus.inbox.consume_span", None)
        await here.send(*(signed(key, number, f"u{number}") for number in (1, 2, 3)))
        with pytest.raises(TypeError):
            await asyncio.wait_for(here.reader().run(), 15)
        assert await here.units(key) == ()
        assert await here.committed() == 0


async def test_two_members_share_the_partitions_and_one_takes_over_from_the_other(kafka: KafkaBackEnd) -> None:
    async with place(kafka) as here:
        keys = [new_key() for _ in range(12)]
        await here.seed(keys)
        heard: dict[str, int] = {"first": 0, "second": 0}

        def member(name: str) -> BusReader:
            async def hear(events: list[Event]) -> int:
                heard[name] += len(events)
                return await here.shell().hear(events)

            return here.reader(hear)

        sent = 0

        async def send_round() -> None:
            nonlocal sent
            sent += 1
            await here.send(*(signed(key, sent, f"u{sent}") for key in keys))

        async with reading(member("second")) as second:
            async with reading(member("first")):
                async with asyncio.timeout(30):
                    while not all(heard.values()):
                        await send_round()
                        await asyncio.sleep(0.1)
            alone = heard["second"]
            await send_round()
            await until(lambda: _all_have(here, keys, sent))
            assert heard["second"] > alone
            assert not second.done()
        for key in keys:
            assert await here.units(key) == tuple(f"u{number}" for number in range(1, sent + 1))
        assert await here.letters() == []


async def test_too_many_dead_letters_rest_the_reader_before_the_topic_is_empty(kafka: KafkaBackEnd) -> None:
    async with place(kafka, dead_letters_in_a_row=3, batch_size=5) as here:
        await here.send(*(signed(new_key(), 1, POISON) for _ in range(19)))
        reader = here.reader(_poisoned)
        async with reading(reader):
            await until(lambda: _letters(here, 4))
            await until(lambda: _committed(here, 4))
            with pytest.raises(NotReady, match="4 subjects in a row"):
                await reader.progress()
        assert len(await here.letters()) == 4


async def test_a_restart_goes_on_behind_what_was_set_aside(kafka: KafkaBackEnd) -> None:
    async with place(kafka, dead_letters_in_a_row=3) as here:
        await here.send(*(signed(new_key(), 1, POISON) for _ in range(3)))
        async with reading(here.reader(_poisoned)):
            await until(lambda: _letters(here, 3))
        assert await here.committed() == 3
        key = new_key()
        await here.seed([key])
        await here.send(signed(key, 1, "after"))
        async with reading(here.reader()):
            await until(lambda: _all_have(here, [key], 1))
        assert len(await here.letters()) == 3


async def _poisoned(_: object) -> int:
    raise ZeroDivisionError("a bad release")


async def _committed(here: Place, count: int) -> bool:
    return await here.committed() == count


async def _letters(here: Place, count: int) -> bool:
    return len(await here.letters()) == count


async def test_the_first_event_that_is_handled_ends_the_row_and_lets_the_group_go_on(kafka: KafkaBackEnd) -> None:
    async with place(kafka) as here:
        key = new_key()
        await here.seed([key])
        await here.send(*(signed(key, number, POISON) for number in (1, 2)))
        async with reading(here.reader()):
            await until(lambda: _letters(here, 2))
            await here.send(signed(key, 3, "after"))
            await until(lambda: _all_have(here, [key], 1))
        assert await here.committed() == 3


async def test_dead_letters_between_good_events_do_not_stop_the_reader(kafka: KafkaBackEnd) -> None:
    async with place(kafka, dead_letters_in_a_row=1) as here:
        key = new_key()
        await here.seed([key])
        await here.send(*(signed(key, n, POISON if n % 2 else f"u{n}") for n in range(1, 11)))
        async with reading(here.reader()):
            await until(lambda: _all_have(here, [key], 5))
        assert len(await here.letters()) == 5


async def test_a_replayed_dead_letter_is_handled_and_no_longer_listed(kafka: KafkaBackEnd) -> None:
    async with place(kafka) as here:
        key = new_key()
        await here.seed([key])
        broken = True

        async def hear(events: list[Any]) -> int:
            if broken:
                raise ZeroDivisionError
            return await here.shell().hear(events)

        await here.send(signed(key, 1, "late"))
        async with reading(here.reader(hear)):
            await until(here.letters)
            letters = await here.letters()
            await replay(here.publisher, letters)
            await until(lambda: _replays(here, 1))
            broken = False
            await replay(here.publisher, await here.letters())
            await until(lambda: _all_have(here, [key], 1))
        assert await here.letters() == []
        assert await here.units(key) == ("late",)


async def test_a_letter_that_was_replayed_is_not_listed_again_by_a_restart(kafka: KafkaBackEnd) -> None:
    async with place(kafka) as here:
        key = new_key()
        await here.seed([key])
        await here.send(signed(key, 1, POISON))
        async with reading(here.reader()):
            await until(lambda: _letters(here, 1))
        await replay(here.publisher, await here.letters())
        async with reading(here.reader()):
            await until(lambda: _replays(here, 1))


async def _replays(here: Place, count: int) -> bool:
    return [letter.replays for letter in await here.letters()] == [count]


class Raw(str):
    """A header name that is written down as bytes that are no text."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe\x80"


async def test_a_header_name_that_is_no_text_holds_up_no_partition(kafka: KafkaBackEnd) -> None:
    async with place(kafka) as here:
        key = new_key()
        await here.seed([key])
        producer = AIOKafkaProducer(bootstrap_servers=list(here.settings.bootstrap_servers))
        await producer.start()
        try:
            batch = producer.create_batch()
            batch._builder = _DefaultRecordBatchBuilderPy(2, 0, False, -1, -1, -1, 100_000)
            batch.append(
                timestamp=None, key=key.encode(), value=encode(signed(key, 1, "odd")), headers=[(Raw("x"), b"")]
            )
            await (await producer.send_batch(batch, here.topic, partition=partition_of(key.encode(), 3)))
        finally:
            await producer.stop()
        await here.send(signed(key, 2, "after"))
        async with reading(here.reader()):
            await until(lambda: _all_have(here, [key], 2))
        assert await here.units(key) == ("odd", "after")
