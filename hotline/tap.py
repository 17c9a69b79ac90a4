"""Listens in on the bus for a tally: every event once, from the moment it joined on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter

from aiokafka import AIOKafkaConsumer

from contracts.envelope import decode
from contracts.topics import TICKETS
from hotline.tally import Tally

_POLL_MS = 100


@asynccontextmanager
async def listening_in(bootstrap: str, tally: Tally) -> AsyncIterator[None]:
    """Count in the background while the block runs; what was said by its end is counted when it ends."""
    # Without a group it reads all partitions and commits nothing.
    consumer = AIOKafkaConsumer(TICKETS, bootstrap_servers=bootstrap, group_id=None, fetch_max_wait_ms=10)
    await consumer.start()
    try:
        await consumer.seek_to_end()
        over = asyncio.Event()
        task = asyncio.create_task(_count(consumer, tally, over))
        try:
            yield
        finally:
            over.set()
            await task
    finally:
        await consumer.stop()


async def _count(consumer: AIOKafkaConsumer, tally: Tally, over: asyncio.Event) -> None:
    """Until the block is over and a poll brings nothing more; what is told twice counts once."""
    last: dict[tuple[str, str], int] = {}
    while True:
        ending = over.is_set()
        batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=1000)
        events = [decode(record.value) for records in batches.values() for record in records]
        new = []
        for event in events:
            if last.get((event.source, event.subject), 0) < event.sequence:
                last[event.source, event.subject] = event.sequence
                new.append(event)
        tally.hear(new, perf_counter())
        if ending and not events:
            return
