"""Messages that cannot be handled: set aside with the reason and the original bytes, listed, shown and replayed.

The dead letter is the original message under its own key and headers, plus `hotline-dead-*` headers. Several services
may set the same message aside; it is one letter with one id, its place on the bus (`hotline.tickets/3/1042`).
"""

import traceback
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError

from contracts.topics import DEAD_LETTERS
from kit.bus.any_header import read_any_header
from kit.bus.connection import connection
from kit.bus.publisher import Headers, KafkaPublisher, Outgoing
from kit.settings import KafkaSettings

MARK = "hotline-dead-"
REPLAYS = "hotline-replays"
"""Header of a replayed message: how often it was sent again."""

_TRACE_CHARACTERS = 8_000
_KEY_BYTES, _HEADER_BYTES, _VALUE_BYTES = 1_024, 32_768, 524_288
"""How much of a message a letter carries; of a longer one it has the beginning, the place, the length and the hash."""
_POLL_MS = 500
_QUIET_POLLS = 20


class Reason(StrEnum):
    """Why a message cannot be handled."""

    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    FORGED = "forged"
    POISONOUS = "poisonous"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message set aside, or (`replayed`) the note that it was sent again; `failures` is one text per service."""

    topic: str
    partition: int
    offset: int
    reason: str
    failures: dict[str, str]
    set_aside_at: datetime
    key: bytes
    value: bytes | None
    headers: Headers
    replayed: bool = False
    cut: bool = False
    """Only the beginning of the message is here; the place where it lay has the rest as long as the topic keeps it."""

    @property
    def id(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def replays(self) -> int:
        """How often the message had been sent again before it was set aside."""
        count = dict(self.headers).get(REPLAYS, b"0")
        return int(count) if count.isdigit() and len(count) < 10 else 0

    @property
    def event_type(self) -> str:
        """The event's type as its header says it; empty without one."""
        return dict(self.headers).get("ce_type", b"").decode(errors="replace")


def set_aside(record: ConsumerRecord[bytes, bytes], service: str, reason: Reason, error: BaseException) -> Outgoing:
    """The message for the dead-letter topic."""
    trace = "".join(traceback.format_exception(error))[-_TRACE_CHARACTERS:]
    marks = {
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "service": service,
        "reason": reason.value,
        "failure": f"{type(error).__name__}: {error}\n\n{trace}",
    }
    given = tuple((name, value or b"") for name, value in record.headers)
    whole = Outgoing(DEAD_LETTERS, record.key or b"", record.value, given)
    return replace(_cut(whole), headers=(*_cut(whole).headers, *_marked(marks)))


def _cut(message: Outgoing) -> Outgoing:
    """The message as far as a letter carries it."""
    headers = message.headers if _length(message.headers) <= _HEADER_BYTES else ()
    value = message.value and message.value[:_VALUE_BYTES]
    cut = Outgoing(message.topic, message.key[:_KEY_BYTES], value, headers)
    if cut == message:
        return cut
    found = {"cut": str(message.size), "sha256": sha256(message.value or b"").hexdigest()}
    return replace(cut, headers=(*headers, *_marked(found)))


def _length(headers: Headers) -> int:
    return sum(len(name) + len(value) for name, value in headers)


def _marked(marks: dict[str, str]) -> Headers:
    return tuple((MARK + name, text.encode()) for name, text in marks.items())


def _read(record: ConsumerRecord[bytes, bytes]) -> DeadLetter | None:
    """None for something on the topic that is no dead letter of ours."""
    named = {name: (value or b"").decode(errors="replace") for name, value in record.headers if name.startswith(MARK)}
    marks = {name.removeprefix(MARK): text for name, text in named.items()}
    numbers = [marks.get(name, "") for name in ("partition", "offset")]
    if "topic" not in marks or not all(number.isascii() and number.isdigit() for number in numbers):
        return None
    return DeadLetter(
        topic=marks["topic"],
        partition=int(marks["partition"]),
        offset=int(marks["offset"]),
        reason=marks.get("reason", ""),
        failures={marks["service"]: marks.get("failure", "")} if "service" in marks else {},
        set_aside_at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        key=record.key or b"",
        value=record.value,
        headers=tuple((name, value or b"") for name, value in record.headers if not name.startswith(MARK)),
        replayed="replayed" in marks,
        cut="cut" in marks,
    )


async def read_letters(settings: KafkaSettings, limit: int = 10_000) -> list[DeadLetter]:
    """The letters waiting, the oldest first, each once; what was sent again is left out, even if set aside anew later.

    A service that restarts sets aside again what it had not committed. Reads what is on the topic now and stops;
    `limit` is how many of the newest records are looked at.
    """
    found: dict[str, DeadLetter] = {}
    replayed: set[str] = set()
    newest: deque[ConsumerRecord[bytes, bytes]] = deque(maxlen=limit)
    with suppress(UnknownTopicOrPartitionError):
        async with _reader(settings) as consumer:
            async for record in _all_records(consumer):
                newest.append(record)
    for letter in filter(None, map(_read, newest)):
        before = found.pop(letter.id, None)
        if letter.replayed:
            replayed.add(letter.id)
        elif letter.id not in replayed:
            failures = {**(before.failures if before else {}), **letter.failures}
            found[letter.id] = replace(letter, failures=failures)
    return list(found.values())


@asynccontextmanager
async def _reader(settings: KafkaSettings) -> AsyncIterator[AIOKafkaConsumer]:
    read_any_header()
    consumer = AIOKafkaConsumer(
        DEAD_LETTERS,
        **connection(settings),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        request_timeout_ms=5_000,
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def _all_records(consumer: AIOKafkaConsumer) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
    """Up to where each partition ended when first fetched; not every broker tells end offsets truly."""
    ends: dict[TopicPartition, int] = {}
    waiting = set(consumer.assignment())
    silent = 0
    while waiting and silent < _QUIET_POLLS:
        batches = await consumer.getmany(timeout_ms=_POLL_MS)
        silent = 0 if batches else silent + 1
        for records in batches.values():
            for record in records:
                yield record
        for place in list(waiting):
            if place not in ends and (high := consumer.highwater(place)) is not None:
                ends[place] = high
            if place in ends and await consumer.position(place) >= ends[place]:
                waiting.remove(place)


async def replay(publisher: KafkaPublisher, letters: Iterable[DeadLetter]) -> int:
    """Send the original messages again, to their topics and under their keys, and note that; returns how many.

    Services that had handled a message drop the repeat; one that fails again sets it aside anew. One that was cut is
    not there to be sent. Raises BusAway.
    """
    sent = 0
    for letter in letters:
        if letter.cut:
            continue
        kept = tuple((name, value) for name, value in letter.headers if name != REPLAYS)
        count = (REPLAYS, str(letter.replays + 1).encode())
        await publisher.send([Outgoing(letter.topic, letter.key, letter.value, (*kept, count))])
        place = {"topic": letter.topic, "partition": str(letter.partition), "offset": str(letter.offset)}
        note = Outgoing(DEAD_LETTERS, letter.key, None, _marked({**place, "replayed": "1"}))
        await publisher.send([note])
        sent += 1
    return sent
