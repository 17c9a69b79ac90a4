"""A small service for the bus tests: it notes who signed, per ticket, and says so."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaRouter
from pydantic import BaseModel, ConfigDict

from contracts.envelope import Event, encode, headers
from contracts.fact import SYSTEM
from contracts.refusal import Outcome
from contracts.ticket import TicketContacted, TicketSigned
from contracts.topics import DEAD_LETTERS
from kit.bus.dead_letters import DeadLetter, read_letters
from kit.bus.inbound import Batch, as_they_came, events_of
from kit.bus.inbox import Hear, Inbox
from kit.bus.publisher import KafkaPublisher, Outgoing
from kit.bus.reader import BusReader
from kit.bus.topics import ensure_topics
from kit.clock import RealClock
from kit.decide.decider import Decider
from kit.decide.shell import Shell
from kit.settings import KafkaSettings
from kit.store.port import Change, Collection, Store
from kit.store.sqlite import SqliteFile, SqliteStore
from tests.backends import KafkaBackEnd
from tests.outbox import Outbox

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
POISON = "poison"


class Signatures(BaseModel):
    model_config = ConfigDict(frozen=True)
    procedure: str = "p@2026-01-01"
    units: tuple[str, ...] = ()
    wake_at: datetime | None = None


def note(state: Signatures | None, fact: TicketSigned, _: object) -> Outcome[Signatures]:
    if fact.unit == POISON:
        raise ZeroDivisionError("a rule with a defect")
    before = state or Signatures()
    after = before.model_copy(update={"units": (*before.units, fact.unit)})
    return after, (TicketContacted(at=fact.at, by=SYSTEM, unit=fact.unit),)


def ring(state: Signatures, now: datetime, _: object) -> Outcome[Signatures]:
    if POISON in state.units:
        raise ZeroDivisionError("a rule with a defect")
    rung = state.model_copy(update={"wake_at": None, "units": (*state.units, "rung")})
    return rung, (TicketContacted(at=now, by=SYSTEM, unit="bell"),)


def decider(service: str) -> Decider[Signatures]:
    return Decider(service, Collection("signatures", Signatures), {TicketSigned: note}, ring)


def subscribe(inbox: Inbox, topic: str, hear: Hear) -> KafkaRouter:
    """As a service's bus.py does it."""
    router = KafkaRouter(parser=as_they_came, decoder=events_of([TicketSigned]))

    @router.subscriber(topic, group_id=inbox.service, batch=True, ack_policy=AckPolicy.MANUAL, **inbox.polling)
    async def take(batch: Batch) -> None:
        await inbox.take(batch, hear)

    return router


def new_key() -> str:
    return f"tkt_{uuid4().hex}"


def signed(key: str, sequence: int, unit: str = "jinan") -> Event:
    fact = TicketSigned(at=NOON, by=SYSTEM, unit=unit)
    return Event(f"{key}/{sequence}", "/hotline/routing", key, sequence, "gas", fact)


def message(topic: str, event: Event) -> Outgoing:
    named = tuple((name, value.encode()) for name, value in headers(event).items())
    return Outgoing(topic, event.subject.encode(), encode(event), named)


@dataclass
class Place:
    """Topic, group and store of one test, so that tests share a broker and nothing else."""

    service: str
    topic: str
    settings: KafkaSettings
    store: Store[Signatures]
    publisher: KafkaPublisher

    async def seed(self, keys: Iterable[str], **state: object) -> None:
        """Documents to sign: only an opening fact makes one by itself."""
        made = Signatures(**state)
        changes = [Change(key, "gas", 0, made, made.wake_at, {}, 0, {}) for key in keys]
        assert not await self.store.save(changes)

    async def units(self, key: str) -> tuple[str, ...]:
        return (await self.store.load([key]))[key].state.units

    async def send(self, *events: Event) -> None:
        await self.publisher.send([message(self.topic, event) for event in events])

    def shell(self) -> Shell[Signatures]:
        return Shell(decider(self.service), self.store, Outbox(), RealClock(), lambda ref: ref)

    def reader(self, hear: Hear | None = None) -> BusReader:
        inbox = Inbox(self.service, self.settings, self.publisher)
        return BusReader(inbox, subscribe(inbox, self.topic, hear or self.shell().hear), self.settings)

    async def committed(self) -> int:
        """Events of the topic that the group will not see again."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=list(self.settings.bootstrap_servers), group_id=self.service, enable_auto_commit=False
        )
        await consumer.start()
        try:
            places = [TopicPartition(self.topic, number) for number in range(self.settings.partitions)]
            return sum([await consumer.committed(place) or 0 for place in places])
        finally:
            await consumer.stop()

    async def letters(self) -> list[DeadLetter]:
        return [letter for letter in await read_letters(self.settings) if letter.topic == self.topic]


@asynccontextmanager
async def place(kafka: KafkaBackEnd, path: object = ":memory:", **given: object) -> AsyncIterator[Place]:
    service = f"bus-{uuid4().hex[:10]}"
    settings = KafkaSettings(
        bootstrap_servers=kafka.bootstrap,
        idempotent=kafka.idempotent,
        partitions=3,
        session_timeout_ms=6_000,
        **given,
    )
    topic = f"test.{service}"
    await ensure_topics(kafka.bootstrap, {topic: 3, DEAD_LETTERS: 1})
    store = SqliteStore(decider(service).collection, SqliteFile(str(path)))
    publisher = KafkaPublisher(settings, service)
    try:
        yield Place(service, topic, settings, store, publisher)
    finally:
        await publisher.close()
        await store.close()


@asynccontextmanager
async def reading(reader: BusReader) -> AsyncIterator["asyncio.Task[None]"]:
    """The reader at work; leaving stops it in order, unless it ended by itself."""
    task = asyncio.create_task(reader.run())
    try:
        yield task
    finally:
        reader.stop()
        with suppress(asyncio.CancelledError):
            await asyncio.wait_for(task, 10)


async def until(holds: Callable[[], object], seconds: float = 15) -> None:
    """Wait until an (awaitable) condition holds."""
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.02)
