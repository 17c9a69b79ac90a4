"""How far one member of a consumer group has handled its partitions: what is committed, what still waits."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

log = structlog.get_logger(__name__)

Spans = Mapping[TopicPartition, range]


class Offsets(ConsumerRebalanceListener):  # type: ignore[misc]
    """Per partition the offset after the last message that is handled; the consumer itself is ahead of it.

    Not FastStream's `ack`: that commits where reading stands, whatever became of what was read, and asks the broker
    once for every batch.
    """

    def __init__(self, group: str) -> None:
        self._group = group
        self._member: Callable[[], AIOKafkaConsumer | None] = lambda: None
        self.assignment = 0
        """Rises whenever the partitions are shared out anew."""
        self.assigned = False
        self._forget()

    def _forget(self) -> None:
        self._reached: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._holes: dict[TopicPartition, int] = {}

    def follow(self, member: Callable[[], AIOKafkaConsumer | None]) -> None:
        """`member` gives the group member; None before it joins and after it leaves."""
        self._member = member

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 - all are, always
        self.assigned = False
        await self.commit()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._forget()
        self.assignment += 1
        self.assigned = True
        log.info("bus.assigned", service=self._group, partitions=len(list(assigned)))

    async def learn(self) -> None:
        """Ask where the group stands in partitions newly assigned; raises KafkaError."""
        member = self._member()
        if member is None:
            return
        unknown = list(member.assignment() - self._reached.keys())
        reached, committed = self._reached, self._committed
        for place, at in zip(unknown, await asyncio.gather(*map(member.committed, unknown)), strict=True):
            reached.setdefault(place, at or 0)
            committed.setdefault(place, at or 0)

    def follow_on(self, spans: Spans) -> bool:
        """Whether nothing is missing before these: a poll that fails loses what it had already taken.

        A hole found a second time is the log's own (retention, compaction).
        """
        holes = {
            place: self._reached[place]
            for place, span in spans.items()
            if span.start > self._reached.get(place, span.start)
        }
        known = holes.items() <= self._holes.items()
        self._holes.update(holes)
        return known

    def rewind(self, spans: Spans) -> None:
        """Read these partitions again from what is not handled; those given to others meanwhile are theirs to read."""
        member = self._member()
        if member is not None:
            for place, span in spans.items():
                with suppress(IllegalStateError):
                    member.seek(place, min(span.start, self._reached.get(place, span.start)))

    def handled(self, spans: Spans, assignment: int) -> None:
        """These are done; after a rebalance in between they count for nothing: they come again, here or elsewhere."""
        if assignment == self.assignment:
            for place, span in spans.items():
                self._reached[place] = max(span.stop, self._reached.get(place, 0))

    async def commit(self) -> None:
        """Tell the broker how far we are; after a rebalance it no longer cares, and the new owner reads again."""
        member = self._member()
        if member is None:
            return
        ours, committed = member.assignment(), self._committed
        fresh = {place: at for place, at in self._reached.items() if place in ours and at > committed.get(place, 0)}
        if fresh:
            with suppress(CommitFailedError, IllegalStateError):
                await member.commit(fresh)
                committed.update(fresh)

    def lag(self, topics: Sequence[str]) -> dict[str, int]:
        """Per topic how many messages still wait in this member's partitions, as far as the broker said."""
        lag = dict.fromkeys(topics, 0)
        for place, end in self._ends().items():
            if end is not None and place in self._reached:
                lag[place.topic] += max(0, end - self._reached[place])
        return lag

    def caught_up(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Everything up to these offsets, and up to where the broker last said that partitions end, is handled."""
        known = self._ends()
        return bool(known) and all(
            end is not None and self._reached.get(place, 0) >= end for place, end in (*ends.items(), *known.items())
        )

    def _ends(self) -> dict[TopicPartition, int | None]:
        member = self._member()
        return {} if member is None else {place: member.highwater(place) for place in member.assignment()}
