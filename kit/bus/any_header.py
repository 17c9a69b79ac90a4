"""Lets aiokafka read messages whose header names are no UTF-8.

It decodes names strictly, takes the failure for a damaged log and stays where it is, so that anybody who may write one
such message stops a partition for ever. The checksum of a batch is looked at before: here only names are in question.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy


class _Lenient(bytearray):
    """Bytes that are text in any case."""

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return _Lenient(found) if isinstance(place, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:  # noqa: ARG002 - aiokafka leaves it out
        return super().decode(encoding, "replace")


class _AnyHeader(_DefaultRecordBatchPy):  # type: ignore[misc]
    def __iter__(self) -> Any:
        found = super().__iter__()
        self._buffer: bytearray = _Lenient(self._buffer)
        return found


class _Batch:
    """A batch as aiokafka reads it, quickly, and if that fails once more with patience."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except (CorruptRecordException, UnicodeDecodeError):
            return iter(list(_AnyHeader(self._raw)))


class _Records(_MemoryRecordsPy):  # type: ignore[misc]
    def next_batch(self) -> Any:
        raw = cast("memoryview", self._next_slice)
        batch = super().next_batch()
        return batch if batch is None else _Batch(batch, raw)


def read_any_header() -> None:
    """From now on, in this process; asked again it changes nothing."""
    fetcher.MemoryRecords = _Records
