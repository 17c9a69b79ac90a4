"""What each service subscribes to and how, and what its subscriber makes of a message: all that needs no broker."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module

import pytest
from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaRouter, TestKafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber

from contracts.consumers import RELIES_ON
from contracts.envelope import encode, headers
from contracts.samples import TICKET, sample
from contracts.ticket import TicketOpened, TicketSigned
from contracts.topics import TICKETS, topics_of
from kit.bus.inbound import as_they_came, events_of
from kit.bus.inbox import Inbox
from kit.bus.publisher import Outgoing
from kit.bus.reader import broker_for
from kit.decide.fold import ProcedureOf, or_wait
from kit.run.health import NotReady
from kit.settings import KafkaSettings
from procedures.loader import Procedures
from services.registry import SERVICES
from tests.handlers.bench_of_one import PROCEDURES, Bench
from tests.unit.callback.desk import opened as ticket_opened

SETTINGS = KafkaSettings(bootstrap_servers="nowhere:9092")
HEARING = {name: service for name, service in SERVICES.items() if service.hears_on()}


@dataclass
class Letters:
    """Stands for the publisher: nothing but dead letters is sent through it here."""

    sent: list[Outgoing] = field(default_factory=list)

    async def send(self, messages: Sequence[Outgoing]) -> None:
        self.sent.extend(messages)


@dataclass
class Desk:
    """One service's subscriber in front of its rules, on FastStream's broker for tests."""

    service: str
    procedure_of: ProcedureOf = PROCEDURES.get
    letters: Letters = field(default_factory=Letters)
    failures: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        hearing = [each for each in SERVICES[self.service].deciders() if each.hears]
        subscribe = import_module(f"services.{self.service}.bus").subscribe
        self.bench, *others = [Bench(decider, procedure_of=self.procedure_of) for decider in hearing]
        self.inbox = Inbox(self.service, SETTINGS, self.letters)  # type: ignore[arg-type]
        self.router: KafkaRouter = subscribe(self.inbox, self.bench.shell, *(other.shell for other in others))
        self.broker: KafkaBroker = broker_for(SETTINGS, self.service, self.fail)
        self.broker.include_router(self.router)

    async def fail(self, error: Exception) -> None:
        self.failures.append(error)

    @property
    def subscriber(self) -> BatchSubscriber:
        [found] = self.router.subscribers
        assert isinstance(found, BatchSubscriber)
        return found


def record(value: bytes, *, offset: int = 0, named: tuple[tuple[str, bytes], ...] = ()) -> ConsumerRecord[bytes, bytes]:
    return ConsumerRecord(TICKETS, 0, offset, 0, 0, TICKET.encode(), value, None, 5, len(value), named)


@pytest.mark.parametrize("service", HEARING)
async def test_a_service_subscribes_to_the_topics_of_what_it_relies_on_and_to_no_other(service: str) -> None:
    topics = set(Desk(service).subscriber.topic_names)
    places = [set(topics_of(fact)) for fact in RELIES_ON[service]]
    assert all(topics & some for some in places)
    assert topics <= set().union(*places)
    assert topics >= set().union(*(some for some in places if len(some) == 1))


@pytest.mark.parametrize("service", HEARING)
async def test_its_replicas_share_one_group_and_a_batch_is_acknowledged_by_hand(service: str) -> None:
    subscriber = Desk(service).subscriber
    assert subscriber.group_id == service
    assert subscriber.ack_policy is AckPolicy.MANUAL
    assert (subscriber.batch_timeout_ms, subscriber.max_records) == (SETTINGS.poll_ms, SETTINGS.batch_size)


@pytest.mark.parametrize("service", sorted(set(HEARING) - {"intake"}))
async def test_an_event_on_the_topic_reaches_the_rule(service: str) -> None:
    desk, opened = Desk(service), replace(sample(TicketOpened), data=ticket_opened())
    async with TestKafkaBroker(desk.broker) as broker:
        await broker.publish(encode(opened), TICKETS, key=opened.subject.encode(), headers=headers(opened))
    assert await desk.bench.shell.get(opened.subject, opened.utility) is not None
    assert (desk.letters.sent, desk.failures) == ([], [])


async def test_what_cannot_be_read_is_set_aside_and_what_comes_with_it_is_heard() -> None:
    desk, opened = Desk("routing"), sample(TicketOpened)
    async with TestKafkaBroker(desk.broker):
        await desk.subscriber.process_message((record(b"{not json"), record(encode(opened), offset=1)))
    [letter] = desk.letters.sent
    assert (letter.value, dict(letter.headers)["hotline-dead-reason"]) == (b"{not json", b"malformed")
    assert await desk.bench.shell.get(opened.subject, opened.utility) is not None


async def test_what_escapes_the_parser_the_decoder_or_the_handler_is_told_to_the_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk("routing")
    broken = ZeroDivisionError("a defect")

    def read(*_: object) -> None:
        raise broken

    monkeypatch.setattr("kit.bus.inbound.read", read)
    async with TestKafkaBroker(desk.broker):
        await desk.subscriber.process_message((record(b""),))
    assert desk.failures == [broken]


async def test_a_header_that_is_no_utf_8_does_not_touch_the_batch() -> None:
    event = sample(TicketSigned)
    odd = record(encode(event), offset=7, named=(("trace", b"\xff\xfe"),))
    batch = await events_of([TicketSigned])(await as_they_came((odd,)))
    assert [one.event for one in batch.received] == [event]
    assert list(batch.spans.values()) == [range(7, 8)]


async def test_a_closed_inbox_takes_nothing() -> None:
    desk, opened = Desk("routing"), sample(TicketOpened)
    desk.inbox.close()
    async with TestKafkaBroker(desk.broker):
        await desk.subscriber.process_message((record(encode(opened)),))
    assert await desk.bench.shell.get(opened.subject, opened.utility) is None


async def test_a_procedure_that_only_a_newer_image_brings_is_waited_for_aloud_and_nothing_is_set_aside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kit.bus.inbox._FIRST_PAUSE", 0.001)
    procedures = Procedures({})
    desk, opened = Desk("routing", procedure_of=or_wait(procedures.get)), sample(TicketOpened)
    batch = (record(encode(opened)),)
    async with TestKafkaBroker(desk.broker):
        await desk.subscriber.process_message(batch)
        with pytest.raises(NotReady, match=r"this image is too old: no procedure 'kunlun-gas-956100@2011-01-01'"):
            await desk.inbox.progress()
        assert (desk.letters.sent, desk.failures, desk.inbox.batches) == ([], [], 0)
        desk.bench.shell.procedure_of = PROCEDURES.get
        await desk.subscriber.process_message(batch)
        desk.inbox.progress.polled(position=desk.inbox.events, lag=0)
        await desk.inbox.progress()
    assert await desk.bench.shell.get(opened.subject, opened.utility) is not None


async def test_an_outage_is_waited_out_and_nothing_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.bus.inbox._FIRST_PAUSE", 0.001)
    desk, opened = Desk("routing"), sample(TicketOpened)

    async def away(*_: object) -> None:
        raise ConnectionError("the store is away")

    monkeypatch.setattr(desk.bench.shell.store, "load", away)
    async with TestKafkaBroker(desk.broker):
        await desk.subscriber.process_message((record(encode(opened)),))
    assert (desk.letters.sent, desk.failures, desk.inbox.batches) == ([], [], 0)
