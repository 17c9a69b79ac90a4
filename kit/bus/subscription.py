"""How a service subscribes to its topics: a FastStream subscriber that hands over the records as they came."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import KafkaAckableMessage
from faststream.kafka.subscriber.usecase import DefaultSubscriber
from faststream.middlewares import AckPolicy

from kit.bus.connection import stated_security
from kit.bus.inbound import Record
from kit.settings import KafkaSettings

Heed = Callable[[Sequence[Record]], Awaitable[None]]
"""Takes a batch. It owns every failure: what it raises would be swallowed, and the reading would go on."""

DRAIN_SECONDS = 15.0
"""How long the batch at hand may take when the service ends; it comes again otherwise."""


class Subscription:
    """A broker with one subscriber, for one connection; made anew after a failure.

    FastStream waits for a message, and the parser adds whatever else is there by then. Its own batches (`batch=True`)
    sleep after every empty poll, which costs an idle service CPU and a busy one its latency.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        group: str,
        topics: Sequence[str],
        heed: Heed,
        listener: ConsumerRebalanceListener,
    ) -> None:
        self._complaints = _Complaints()
        self._broker = KafkaBroker(
            list(settings.bootstrap_servers),
            client_id=f"hotline-{group}",
            # Speaking and making topics are ours: see kit/bus/publisher.py and kit/bus/topics.py.
            consumer_only=True,
            security=stated_security(settings),
            graceful_timeout=DRAIN_SECONDS,
            apply_types=False,
            logger=self._complaints,
            log_level=logging.DEBUG,
        )
        self._at_most = settings.batch_size
        self._subscriber = self._subscribed(settings, group, topics, listener)
        self._subscriber(heed)

    def _subscribed(
        self, settings: KafkaSettings, group: str, topics: Sequence[str], listener: ConsumerRebalanceListener
    ) -> DefaultSubscriber:
        return self._broker.subscriber(
            *topics,
            group_id=group,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            parser=self._gather,
            decoder=_records,
            listener=listener,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=settings.batch_wait_ms,
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.session_timeout_ms // 4,
            max_poll_interval_ms=600_000,
        )

    async def start(self) -> None:
        """Join the group and read; raises KafkaError when no broker answers."""
        await self._broker.start()

    async def stop(self, *, at_once: bool) -> None:
        """Leave the group, after the batch at hand or (`at_once`) without it."""
        if at_once:
            for task in self._subscriber.tasks:
                task.cancel()
        await self._broker.stop()

    @property
    def consumer(self) -> Any:
        """The group member (AIOKafkaConsumer), for positions and commits; None before the start and after the end."""
        return self._subscriber.consumer

    def check(self) -> None:
        """Raise what kept FastStream from reading since the start: it would go on without a word."""
        if self._complaints.first is not None:
            raise self._complaints.first

    def rewind(self, records: Sequence[Record]) -> None:
        """Read these again; partitions that were given to others meanwhile are theirs to read."""
        for record in reversed(records):
            with suppress(IllegalStateError):
                self.consumer.seek(TopicPartition(record.topic, record.partition), record.offset)

    async def _gather(self, first: Record) -> KafkaMessage:
        """As they came: FastStream's own parser fails a message over a header that is no UTF-8."""
        records = [first]
        if self._at_most > 1:
            more = await self.consumer.getmany(timeout_ms=0, max_records=self._at_most - 1)
            records.extend(chain.from_iterable(more.values()))
        return KafkaAckableMessage(body=records, raw_message=first, consumer=self.consumer)


async def _records(message: KafkaMessage) -> Sequence[Record]:
    records: Sequence[Record] = message.body
    return records


class _Complaints:
    """FastStream's logger: it tells of a failed poll nowhere else. Its line per batch is dropped."""

    def __init__(self) -> None:
        self.first: Exception | None = None

    def log(
        self,
        level: int,  # noqa: ARG002 - what comes with an exception is an error
        msg: Any,  # noqa: ARG002 - the exception says it
        /,
        *,
        exc_info: Any = None,
        extra: Mapping[str, Any] | None = None,  # noqa: ARG002 - topic and group are ours
    ) -> None:
        if isinstance(exc_info, Exception) and self.first is None:
            self.first = exc_info
