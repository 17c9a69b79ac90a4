"""A whole service at work on a real broker: outbox, sweep, wake-ups, outages, restarts, stepped time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from contracts.envelope import Event, decode
from contracts.fact import SYSTEM
from contracts.refusal import Outcome
from contracts.ticket import TicketContacted
from contracts.topics import TICKETS
from embedded.kafka import EmbeddedKafka
from embedded.ports import LOOPBACK, free_ports
from embedded.tansu import EmbeddedTansu
from hotline.stepping import Stepper
from kit.bus.inbox import Inbox
from kit.bus.publisher import KafkaPublisher
from kit.bus.reader import BusReader
from kit.clock import RealClock, SteppedClock
from kit.decide.fold import Cause
from kit.decide.shell import Done
from kit.run.health import NotReady
from kit.run.runtime import Duties, ServiceRuntime, Worker, work_on
from kit.settings import KafkaSettings
from kit.store.opening import open_stores
from kit.store.port import Change, StoreAway
from tests.backends import KafkaBackEnd, LocalMongo
from tests.integration.bus_setup import NOON, POISON, Signatures, decider, message, new_key, signed, subscribe, until


@dataclass
class Service:
    """One service with its store; `topic` is what it hears, what it says goes to the topic of all tickets."""

    name: str
    topic: str
    worker: Worker[Signatures]
    runtime: ServiceRuntime
    publisher: KafkaPublisher
    stop: asyncio.Event

    async def seed(self, key: str, **state: object) -> None:
        made = Signatures(**state)
        assert not await self.worker.shell.store.save([Change(key, "gas", 0, made, made.wake_at, {}, 0, {})])

    async def say(self, key: str, unit: str) -> None:
        def step(state: Signatures | None, _: object) -> Outcome[Signatures]:
            assert state is not None
            after = state.model_copy(update={"units": (*state.units, unit)})
            return after, (TicketContacted(at=NOON, by=SYSTEM, unit=unit),)

        assert isinstance(await self.worker.shell.do(key, step, utility="gas", cause=Cause(uuid4().hex)), Done)

    async def units(self, key: str) -> tuple[str, ...]:
        return (await self.worker.shell.store.load([key]))[key].state.units


@asynccontextmanager
async def service(
    bootstrap: str,
    store_url: str,
    *,
    name: str = "",
    stepped: SteppedClock | None = None,
    remembers: bool = True,
    **kafka: object,
) -> AsyncIterator[Service]:
    name = name or f"svc{uuid4().hex[:10]}"
    given = {"partitions": 3, "session_timeout_ms": 6_000, **kafka}
    settings = KafkaSettings(bootstrap_servers=bootstrap, **given)
    stores = open_stores(store_url, name)
    sender, publisher = KafkaPublisher(settings, "test"), KafkaPublisher(settings, name)
    worker = work_on(decider(name), stores, publisher, stepped or RealClock(), lambda ref: ref)
    inbox = Inbox(name, settings, publisher)
    reader = BusReader(inbox, subscribe(inbox, f"test.{name}", worker.shell.hear), settings)
    duties = Duties(name, (worker,), reader, stepped=stepped is not None, remembers=remembers)
    stop = asyncio.Event()
    runtime = ServiceRuntime(duties, settings, publisher, stop)
    try:
        async with runtime:
            yield Service(name, f"test.{name}", worker, runtime, sender, stop)
    finally:
        await sender.close()
        await stores.close()


async def said_about(bootstrap: str, key: str) -> list[Event]:
    """What is on the topic of all tickets about one of them."""
    consumer = AIOKafkaConsumer(TICKETS, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    found: list[Event] = []
    await consumer.start()
    try:
        while batches := await consumer.getmany(timeout_ms=400):
            records = [record for some in batches.values() for record in some]
            found += [decode(record.value) for record in records if record.key == key.encode()]
    finally:
        await consumer.stop()
    return found


def units_of(events: list[Event]) -> list[str]:
    return [event.data.unit for event in events if isinstance(event.data, TicketContacted)]


async def test_what_a_service_hears_and_is_told_is_said_on_the_bus_in_order(kafka: KafkaBackEnd) -> None:
    async with service(kafka.bootstrap, "sqlite:///:memory:", idempotent=kafka.idempotent) as here:
        key = new_key()
        await here.seed(key)
        await asyncio.wait_for(here.runtime.begun.wait(), 20)
        await here.say(key, "by command")
        await here.publisher.send([message(here.topic, signed(key, n, f"u{n}")) for n in (1, 2)])
        await until(lambda: _has(here, key, 3))
        await here.say(key, "again")
    events = await said_about(kafka.bootstrap, key)
    assert units_of(events) == ["by command", "u1", "u2", "again"]
    assert [event.sequence for event in events] == [1, 2, 3, 4]


async def _has(here: Service, key: str, count: int) -> bool:
    return len(await here.units(key)) == count


async def test_what_a_crash_left_unpublished_is_swept_up_at_the_next_start(kafka: KafkaBackEnd, tmp_path: Path) -> None:
    url, name, key = f"sqlite:///{tmp_path}", f"svc{uuid4().hex[:10]}", new_key()
    crashed = open_stores(url, name)
    store = crashed.store_for(decider(name).collection)
    facts = [TicketContacted(at=NOON, by=SYSTEM, unit=f"u{n}") for n in (1, 2)]
    events = tuple(Event(f"{key}{n}", f"/hotline/{name}", key, n, "gas", f) for n, f in enumerate(facts, 1))
    before = RealClock().now() - timedelta(minutes=1)
    await store.save([Change(key, "gas", 0, Signatures(), None, {}, 2, {}, events, said_at=before)])
    await crashed.close()

    async with service(kafka.bootstrap, url, name=name, idempotent=kafka.idempotent) as here:
        await until(lambda: _all_published(here, key))
    assert units_of(await said_about(kafka.bootstrap, key)) == ["u1", "u2"]


async def _all_published(here: Service, key: str) -> bool:
    document = (await here.worker.shell.store.load([key]))[key]
    return document.published == document.sequence


async def test_a_broker_that_is_away_is_waited_for_at_the_start_and_in_between(tmp_path: Path) -> None:
    [port] = free_ports(1)
    broker = EmbeddedKafka(tmp_path / "kafka", port=port)
    key = new_key()
    try:
        async with service(f"{LOOPBACK}:{port}", "sqlite:///:memory:") as here:
            await here.seed(key)
            await here.say(key, "before the broker")
            assert not here.runtime.begun.is_set()
            await broker.start()
            await asyncio.wait_for(here.runtime.begun.wait(), 30)
            await here.publisher.send([message(here.topic, signed(key, 1, "heard"))])
            await until(lambda: _has(here, key, 2))
            await broker.kill()
            await here.say(key, "while it is away")
            await asyncio.sleep(1)
            assert not await _all_published(here, key)
            await broker.start()
            await until(lambda: _all_published(here, key), 30)
            await here.publisher.send([message(here.topic, signed(key, 2, "heard again"))])
            await until(lambda: _has(here, key, 4), 30)
            assert not here.stop.is_set()
        said = units_of(await said_about(broker.bootstrap, key))
        assert list(dict.fromkeys(said)) == ["before the broker", "heard", "while it is away", "heard again"]
    finally:
        await broker.stop()


async def test_a_killed_store_is_waited_for_and_the_event_then_has_its_effect_once(
    kafka: KafkaBackEnd, tmp_path: Path
) -> None:
    mongo = LocalMongo(tmp_path, durable=True)
    await mongo.start()
    try:
        async with service(kafka.bootstrap, mongo.url, idempotent=kafka.idempotent) as here:
            key = new_key()
            await here.seed(key)
            await here.publisher.send([message(here.topic, signed(key, 1, "before"))])
            await until(lambda: _has(here, key, 1))
            await mongo.kill()
            await here.publisher.send([message(here.topic, signed(key, 2, "during"))])
            with pytest.raises(StoreAway):
                await here.units(key)
            await mongo.start()
            await until(lambda: _has(here, key, 2), 30)
            await until(lambda: _all_published(here, key), 30)
            assert await here.units(key) == ("before", "during")
    finally:
        await mongo.stop()


async def test_a_bad_release_rests_says_why_and_goes_on_answering(kafka: KafkaBackEnd) -> None:
    given = {"idempotent": kafka.idempotent, "dead_letters_in_a_row": 2}
    async with service(kafka.bootstrap, "sqlite:///:memory:", **given) as here:  # type: ignore[arg-type]
        keys = [new_key() for _ in range(8)]
        for key in keys:
            await here.seed(key)
        await here.publisher.send([message(here.topic, signed(key, 1, POISON)) for key in keys])
        await until(lambda: _says(here, "too many dead letters"), 20)
        assert not here.stop.is_set()


async def _says(here: Service, what: str) -> bool:
    try:
        await here.runtime.check_bus()
    except NotReady as error:
        return what in str(error)
    return False


async def test_a_bus_that_forgot_is_told_again_after_a_restart(tmp_path: Path) -> None:
    broker = EmbeddedTansu(tmp_path / "tansu")
    url, name, key = f"sqlite:///{tmp_path}", f"svc{uuid4().hex[:10]}", new_key()
    forgetful = {"idempotent": False, "remembers": False}
    await broker.start()
    try:
        async with service(broker.bootstrap, url, name=name, **forgetful) as here:  # type: ignore[arg-type]
            await here.seed(key)
            await here.say(key, "once")
            await until(lambda: _all_published(here, key))
        await broker.kill()
        await broker.start()
        async with service(broker.bootstrap, url, name=name, **forgetful) as here:  # type: ignore[arg-type]
            await asyncio.wait_for(here.runtime.begun.wait(), 20)
            assert units_of(await said_about(broker.bootstrap, key)) == ["once"]
    finally:
        await broker.stop()


async def test_stepped_time_wakes_what_is_due_in_order_and_returns_when_all_is_quiet(kafka: KafkaBackEnd) -> None:
    clock = SteppedClock(NOON)
    async with service(kafka.bootstrap, "sqlite:///:memory:", idempotent=kafka.idempotent, stepped=clock) as here:
        early, late, at_once = new_key(), new_key(), new_key()
        await here.seed(early, wake_at=NOON + timedelta(hours=30))
        await here.seed(late, wake_at=NOON + timedelta(days=3))
        await here.seed(at_once, wake_at=NOON)
        stepper = Stepper(clock, {"only": here.runtime})
        await stepper.step_to(NOON + timedelta(days=2))
        assert clock.now() == NOON + timedelta(days=2)
        assert (await here.units(early), await here.units(at_once)) == (("rung",), ("rung",))
        assert await here.units(late) == ()
        await here.publisher.send([message(here.topic, signed(late, 1, "heard"))])
        here.runtime.publisher.reached.update(here.publisher.reached)
        await stepper.step_to(NOON + timedelta(days=3))
        assert await here.units(late) == ("heard",)
        await stepper.step_to(NOON + timedelta(days=4))
        assert await here.units(late) == ("heard", "rung")
        assert await here.worker.shell.store.outbox([early, late, at_once]) == {}
    woken = [event for key in (early, at_once, late) for event in await said_about(kafka.bootstrap, key)]
    bell = [event.time for event in woken if units_of([event]) == ["bell"]]
    assert bell == [NOON + timedelta(hours=30), NOON, NOON + timedelta(days=3)]


async def test_one_document_whose_wake_up_fails_does_not_stop_time_for_the_others(kafka: KafkaBackEnd) -> None:
    clock = SteppedClock(NOON)
    async with service(kafka.bootstrap, "sqlite:///:memory:", idempotent=kafka.idempotent, stepped=clock) as here:
        bad, first, last = new_key(), new_key(), new_key()
        await here.seed(bad, wake_at=NOON + timedelta(minutes=1), units=(POISON,))
        await here.seed(first, wake_at=NOON + timedelta(minutes=1))
        await here.seed(last, wake_at=NOON + timedelta(minutes=30))
        async with asyncio.timeout(20):
            await Stepper(clock, {"only": here.runtime}).step_to(NOON + timedelta(hours=1))
        assert (await here.units(first), await here.units(last)) == (("rung",), ("rung",))
        assert await here.units(bad) == (POISON,)


async def test_after_the_release_wake_ups_come_by_themselves(kafka: KafkaBackEnd) -> None:
    clock = SteppedClock(NOON)
    async with service(kafka.bootstrap, "sqlite:///:memory:", idempotent=kafka.idempotent, stepped=clock) as here:
        key = new_key()
        await here.seed(key, wake_at=NOON + timedelta(milliseconds=1))
        await asyncio.wait_for(here.runtime.begun.wait(), 20)
        await asyncio.sleep(0.7)
        assert await here.units(key) == ()
        Stepper(clock, {"only": here.runtime}).release()
        await until(lambda: _has(here, key, 1))
