"""How far a member of a consumer group has handled its partitions: what is committed, what still waits."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from kit.bus.inbound import Record

_POSITION_SECONDS = 0.2


class Offsets:
    """Per partition the offset after the last message that is handled; the consumer itself is ahead of it."""

    def __init__(self) -> None:
        self._handled: dict[TopicPartition, int] = {}
        self._noted: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}

    def forget(self) -> None:
        """The partitions are shared out anew."""
        self._handled, self._noted, self._committed = {}, {}, {}

    def begin(self, records: Sequence[Record]) -> Callable[[], None]:
        """These are at hand; call what is returned when they are handled.

        After a rebalance in between they count for nothing: they come again, here or elsewhere.
        """
        self._noted.update({_place(record): record.offset for record in reversed(records)})
        handled = self._handled
        return lambda: handled.update({_place(record): record.offset + 1 for record in records})

    async def note_positions(self, consumer: AIOKafkaConsumer) -> None:
        """A partition from which nothing came yet stands where its last owner left it. Noted, never committed."""
        for place in consumer.assignment() - self._handled.keys() - self._noted.keys():
            with suppress(TimeoutError, IllegalStateError):
                async with asyncio.timeout(_POSITION_SECONDS):
                    self._noted.setdefault(place, await consumer.position(place))

    async def commit(self, consumer: AIOKafkaConsumer) -> None:
        """Tell the broker how far we are; after a rebalance it no longer cares, and the new owner reads again.

        Not with FastStream's `ack`: that commits where reading stands, and asks the broker once for every batch.
        """
        ours = consumer.assignment()
        fresh = {place: at for place, at in self._handled.items() if place in ours and self._committed.get(place) != at}
        if fresh:
            with suppress(CommitFailedError, IllegalStateError):
                await consumer.commit(fresh)
                self._committed.update(fresh)

    def lag(self, consumer: AIOKafkaConsumer, topics: Sequence[str]) -> dict[str, int]:
        """Per topic how many messages still wait in this member's partitions, as far as the broker said."""
        lag = dict.fromkeys(topics, 0)
        for place in consumer.assignment():
            end, reached = consumer.highwater(place), self._reached(place)
            if end is not None and reached is not None:
                lag[place.topic] += max(0, end - reached)
        return lag

    def caught_up(self, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
        """Everything up to these offsets, and up to where the broker last said that partitions end, is handled."""
        known = {place: consumer.highwater(place) for place in consumer.assignment()}
        return bool(known) and all(
            end is not None and (self._reached(place) or 0) >= end for place, end in (*ends.items(), *known.items())
        )

    def _reached(self, place: TopicPartition) -> int | None:
        return self._handled.get(place, self._noted.get(place))


def _place(record: Record) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)
