"""Events per second through one service, against a floor of bare aiokafka and sqlite3, on one embedded broker.

Service and floor do the same work: a batch is read, each event changes one of 3,000 documents of 1 kB and makes one
event of 1.2 kB, all documents of a batch are saved in one transaction, offsets are committed. The service decodes,
validates, folds by rule, dedupes, keeps history and outbox. "lean" is the floor with batches built by hand instead of
one `send` each; "skipped" are events of a type the service does not hear.
"""

import argparse
import asyncio
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from uuid import uuid4

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from faststream import AckPolicy
from faststream.kafka import KafkaRouter
from pydantic import BaseModel, ConfigDict

from contracts.envelope import Event, encode, headers
from contracts.fact import SYSTEM, Fact
from contracts.refusal import Outcome
from contracts.ticket import TicketContacted, TicketSigned
from embedded.kafka import EmbeddedKafka
from kit.bus.inbound import Batch, as_they_came, events_of
from kit.bus.inbox import Inbox
from kit.bus.publisher import KafkaPublisher, Outgoing, partition_of
from kit.bus.reader import BusReader
from kit.bus.topics import ensure_topics
from kit.clock import RealClock
from kit.decide.decider import Decider, Rule
from kit.decide.shell import Shell
from kit.run.runtime import Duties, ServiceRuntime, work_on
from kit.settings import KafkaSettings, LogSettings
from kit.store.opening import open_stores
from kit.store.port import Change, Collection, Fields
from kit.telemetry.logs import set_up_logs

DOCUMENTS = 3_000
PARTITIONS = 6
BATCH = 500
OUT = "bench.out"
NOW = RealClock().now()


class Order(BaseModel):
    """A document of the size of a work order."""

    model_config = ConfigDict(frozen=True)
    procedure: str = "p@2026-01-01"
    note: str = "说明" * 130
    unit: str = ""
    count: int = 0


def sign(state: Order | None, fact: TicketSigned, _: object) -> Outcome[Order]:
    """One event in, one change, one event out."""
    before = state or Order()
    after = before.model_copy(update={"count": before.count + 1, "unit": "jinan"})
    return after, (TicketContacted(at=fact.at, by=SYSTEM, unit=fact.unit),)


def _fields(order: Order) -> Fields:
    return {"unit": order.unit, "stage": "accepted", "due": NOW}


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one run."""

    per_second: float
    cpu_us: float

    def __str__(self) -> str:
        return f"{self.per_second:7.0f} events/s  {self.cpu_us:5.0f} CPU µs each"


async def timed(count: int, work: Callable[[], Awaitable[object]]) -> Figures:
    """The wall time and this process's CPU time of some work on `count` events."""
    begun, cpu = perf_counter(), process_time()
    await work()
    return Figures(count / (perf_counter() - begun), (process_time() - cpu) / count * 1e6)


def key_of(number: int) -> str:
    return f"tkt_{number % DOCUMENTS:026d}"


def event(number: int) -> Event:
    """Event number so-and-so of the stream; each document gets every 3,000th."""
    fact = TicketSigned(at=NOW, by=SYSTEM, unit="内容" * 127)
    sequence = number // DOCUMENTS + 1
    return Event(
        str(uuid4()), "/hotline/routing", key_of(number), sequence, "gas", fact, f"00-{uuid4().hex}-{1:016x}-00"
    )


async def fill(publisher: KafkaPublisher, topic: str, count: int) -> None:
    """Put the stream on a topic."""
    for start in range(0, count, 1_000):
        events = [event(number) for number in range(start, min(count, start + 1_000))]
        await publisher.send([_message(topic, each) for each in events])


def _message(topic: str, each: Event) -> Outgoing:
    named = tuple((name, value.encode()) for name, value in headers(each).items())
    return Outgoing(topic, each.subject.encode(), encode(each), named)


class Floor:
    """What cannot be left out: poll, one transaction, one keyed message each, commit."""

    def __init__(self, bootstrap: str, topic: str, path: Path, *, lean: bool) -> None:
        self._publish = self._publish_batches if lean else self._publish_each
        self.consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=bootstrap,
            group_id=uuid4().hex,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        self.producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            max_batch_size=512 * 1024,
            linger_ms=0 if lean else 5,
        )
        self.file = sqlite3.connect(path, isolation_level=None)
        self.file.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            "CREATE TABLE documents (id TEXT PRIMARY KEY, version INT, document TEXT)"
        )
        rows = [(key_of(number), 1, Order().model_dump_json()) for number in range(DOCUMENTS)]
        with self.file:
            self.file.executemany("INSERT INTO documents VALUES (?, ?, ?)", rows)

    async def run(self, count: int) -> Figures:
        await self.consumer.start()
        await self.producer.start()
        try:
            await self.consumer.seek_to_beginning()
            return await timed(count, lambda: self._all(count))
        finally:
            await self.consumer.stop()
            await self.producer.stop()
            self.file.close()

    async def _all(self, count: int) -> None:
        while count > 0:
            found = await self.consumer.getmany(timeout_ms=1_000, max_records=BATCH)
            records = [record for some in found.values() for record in some]
            self._save([orjson.loads(record.value)["subject"] for record in records])
            await self._publish(records)
            await self.consumer.commit()
            count -= len(records)

    def _save(self, keys: Sequence[str]) -> None:
        wanted = orjson.dumps(list(set(keys))).decode()
        query = "SELECT id, version, document FROM documents WHERE id IN (SELECT value FROM json_each(?))"
        documents = {key: (version, orjson.loads(text)) for key, version, text in self.file.execute(query, (wanted,))}
        for key in keys:
            documents[key][1]["count"] += 1
        rows = [(orjson.dumps(document).decode(), key, version) for key, (version, document) in documents.items()]
        self.file.execute("BEGIN IMMEDIATE")
        update = "UPDATE documents SET version = version + 1, document = ? WHERE id = ? AND version = ?"
        self.file.executemany(update, rows)
        self.file.execute("COMMIT")

    async def _publish_each(self, records: Sequence[Any]) -> None:
        sends = [self.producer.send(OUT, key=r.key, value=r.value, headers=list(r.headers)) for r in records]
        await asyncio.gather(*await asyncio.gather(*sends))

    async def _publish_batches(self, records: Sequence[Any]) -> None:
        lanes: dict[int, Any] = {}
        for record in records:
            lane = partition_of(record.key, PARTITIONS)
            batch = lanes.setdefault(lane, self.producer.create_batch())
            batch.append(key=record.key, value=record.value, timestamp=None, headers=list(record.headers))
        sent = [await self.producer.send_batch(batch, OUT, partition=lane) for lane, batch in lanes.items()]
        await asyncio.gather(*sent)


def _reader(inbox: Inbox, topic: str, shell: Shell[Order], settings: KafkaSettings) -> BusReader:
    router = KafkaRouter(parser=as_they_came, decoder=events_of(shell.decider.hears))

    @router.subscriber(topic, group_id=inbox.service, batch=True, ack_policy=AckPolicy.MANUAL, **inbox.polling)
    async def hear(batch: Batch) -> None:
        await inbox.take(batch, shell.hear)

    return BusReader(inbox, router, settings)


async def service(bootstrap: str, topic: str, directory: Path, count: int, *, hears: bool) -> Figures:
    """The same through `kit.run.runtime`; `hears` False: every event is of a type it passes over."""
    name = f"bench{uuid4().hex[:8]}"
    settings = KafkaSettings(bootstrap_servers=bootstrap, partitions=PARTITIONS)
    stores, publisher = open_stores(f"sqlite:///{directory}", name), KafkaPublisher(settings, name)
    heard: dict[type[Fact], Rule[Order]] = {TicketSigned: sign} if hears else {TicketContacted: sign}
    decider = Decider(name, Collection("orders", Order, ("unit", "stage", "due")), heard, None, _fields)
    worker = work_on(decider, stores, publisher, RealClock(), lambda reference: reference)
    for start in range(0, DOCUMENTS, BATCH):
        made = [
            Change(key_of(n), "gas", 0, Order(), None, _fields(Order()), 0, {}) for n in range(start, start + BATCH)
        ]
        await worker.shell.store.save(made)
    reader = _reader(Inbox(name, settings, publisher), topic, worker.shell, settings)
    runtime = ServiceRuntime(Duties(name, (worker,), reader), settings, publisher)

    async def until_quiet() -> None:
        await runtime.begun.wait()
        while not runtime.quiet(publisher.reached):  # noqa: ASYNC110 - nothing announces quiet
            await asyncio.sleep(0.005)

    try:
        async with runtime:
            return await timed(count, until_quiet)
    finally:
        await stores.close()


async def compare(count: int, rounds: int) -> None:
    """Floor and service in turn, in one process."""
    set_up_logs("bench", LogSettings(level="ERROR"))
    with tempfile.TemporaryDirectory() as found:
        directory = Path(found)
        async with EmbeddedKafka(directory / "kafka") as broker:
            topic = "bench.in"
            await ensure_topics(broker.bootstrap, {topic: PARTITIONS, OUT: PARTITIONS})
            publisher = KafkaPublisher(KafkaSettings(bootstrap_servers=broker.bootstrap), "bench")
            await fill(publisher, topic, count)
            await publisher.close()
            for number in range(rounds):
                plain = Floor(broker.bootstrap, topic, directory / f"floor{number}.db", lean=False)
                by_hand = Floor(broker.bootstrap, topic, directory / f"lean{number}.db", lean=True)
                floor, lean = await plain.run(count), await by_hand.run(count)
                through = await service(broker.bootstrap, topic, directory, count, hears=True)
                skipped = await service(broker.bootstrap, topic, directory, count, hears=False)
                print(f"floor    {floor}\nlean     {lean}\nservice  {through}\nskipped  {skipped}")
                ratio, cpu = through.per_second / floor.per_second, floor.cpu_us / through.cpu_us
                print(f"service : floor = {ratio:.2f} by time, {cpu:.2f} by CPU (goal 0.6)", flush=True)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args(argv)
    uvloop.run(compare(arguments.events, arguments.rounds))


if __name__ == "__main__":
    main()
