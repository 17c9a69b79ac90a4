"""A message that only somebody with ill will would write holds up no partition and no list of dead letters."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.consumer.fetcher import READ_UNCOMMITTED, PartitionRecords
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from contracts.topics import DEAD_LETTERS, TICKETS
from kit.bus import any_header
from kit.bus.dead_letters import Reason, _read, set_aside
from kit.bus.publisher import MOST_BYTES, Outgoing


class Raw(str):
    """A header name that is written down as these bytes."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe\x80"


def _as_fetched(names: list[str], records: Any) -> list[ConsumerRecord[bytes, bytes]]:
    builder = _DefaultRecordBatchBuilderPy(2, 0, False, -1, -1, -1, 100_000)
    for offset, name in enumerate(names):
        builder.append(offset, 0, b"key", b"value", [(name, b"x")])
    found = records(bytes(builder.build()))
    return list(PartitionRecords(TopicPartition(TICKETS, 0), found, [], 0, None, None, True, READ_UNCOMMITTED))


@pytest.mark.parametrize("names", [["a", Raw("b"), "c"], [Raw("a")], ["a", "b"]])
def test_a_header_name_that_is_no_text_holds_up_no_partition(names: list[str]) -> None:
    found = _as_fetched(names, any_header._Records)
    assert [(record.offset, record.value) for record in found] == [(n, b"value") for n in range(len(names))]
    told = [record.headers[0][0] for record in found]
    assert [name == "\ufffd\ufffd\ufffd" for name in told] == [isinstance(name, Raw) for name in names]


def test_a_log_that_is_damaged_is_still_told_from_an_odd_name() -> None:
    builder = _DefaultRecordBatchBuilderPy(2, 0, False, -1, -1, -1, 100_000)
    builder.append(0, 0, b"key", b"value", [])
    damaged = bytearray(builder.build())
    damaged[-3] ^= 0xFF
    records = PartitionRecords(
        TopicPartition(TICKETS, 0), any_header._Records(bytes(damaged)), [], 0, None, None, True, READ_UNCOMMITTED
    )
    with pytest.raises(Exception, match="Invalid CRC"):
        list(records)


def _record(value: bytes, key: bytes = b"tkt_1", headers: tuple[tuple[str, bytes], ...] = ()) -> Any:
    return ConsumerRecord(TICKETS, 3, 1042, 0, 0, key, value, None, len(key), len(value), headers)


def _letter(message: Outgoing) -> Any:
    record = ConsumerRecord(DEAD_LETTERS, 0, 0, 0, 0, message.key, message.value, None, 0, 0, message.headers)
    return _read(record)


@pytest.mark.parametrize(
    "record",
    [
        _record(b"v" * 2_000_000),
        _record(b"v", key=b"k" * 1_000_000),
        _record(b"v", headers=tuple((f"h{n}", b"x" * 10_000) for n in range(100))),
    ],
    ids=["value", "key", "headers"],
)
def test_the_letter_of_a_huge_message_has_its_place_its_hash_and_a_part_of_it(record: Any) -> None:
    message = set_aside(record, "routing", Reason.MALFORMED, ValueError("too long"))
    assert message.size < MOST_BYTES
    letter = _letter(message)
    assert (letter.id, letter.cut) == (f"{TICKETS}/3/1042", True)
    marks = dict(message.headers)
    assert len(marks["hotline-dead-sha256"]) == 64
    assert int(marks["hotline-dead-cut"]) > 900_000


def test_a_letter_of_ordinary_length_is_whole() -> None:
    letter = _letter(set_aside(_record(b"value"), "routing", Reason.POISONOUS, ValueError("x")))
    assert (letter.value, letter.cut, letter.reason) == (b"value", False, "poisonous")


@pytest.mark.parametrize("wrong", [{"partition": b"x"}, {"offset": b"\xff"}, {"offset": "１".encode()}])
def test_what_lies_among_the_letters_and_is_none_spoils_no_list(wrong: dict[str, bytes]) -> None:
    marks = {"topic": b"t", "partition": b"0", "offset": b"1"} | wrong
    headers = tuple((f"hotline-dead-{name}", value) for name, value in marks.items())
    assert _letter(Outgoing(DEAD_LETTERS, b"k", b"v", headers)) is None


def test_a_count_of_replays_that_is_no_count_is_none() -> None:
    for odd in (b"x", b"9" * 5000, b"-1"):
        message = set_aside(_record(b"v", headers=(("hotline-replays", odd),)), "r", Reason.POISONOUS, ValueError())
        assert _letter(message).replays == 0
