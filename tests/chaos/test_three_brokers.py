"""Three brokers: one may die at any moment, and what was acknowledged is there, once and in order."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from kit.bus.topics import ensure_topics
from tests.cluster import KafkaCluster

TOPIC = "tickets"
MESSAGES = 3_000
KEYS = 40
PARTITIONS = 6


async def leader_of(bootstrap: str, partition: int) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        (topic,) = await admin.describe_topics([TOPIC])
        return int(next(part["leader"] for part in topic["partitions"] if part["partition"] == partition))
    finally:
        await admin.close()


async def send_all(bootstrap: str, half_way: asyncio.Event) -> None:
    """Numbered messages for many keys, each key in its order; the idempotent producer rides out the dead broker."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        for start in range(0, MESSAGES, 100):
            numbers = range(start, start + 100)
            sent = [await producer.send(TOPIC, str(n).encode(), key=str(n % KEYS).encode()) for n in numbers]
            await asyncio.gather(*sent)
            if start >= MESSAGES // 2:
                half_way.set()


async def heard(bootstrap: str) -> dict[int, list[int]]:
    """What is in the topic, per key, in the order it lies there."""
    by_key: dict[int, list[int]] = defaultdict(list)
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        partitions = [TopicPartition(TOPIC, part) for part in range(PARTITIONS)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(part) < ends[part] for part in partitions]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    by_key[int(record.key or b"")].append(int(record.value or b""))
    return by_key


async def test_a_killed_leader_loses_doubles_and_disorders_nothing_and_comes_back(tmp_path: Path) -> None:
    async with KafkaCluster(tmp_path) as cluster:
        await ensure_topics(cluster.bootstrap, {TOPIC: PARTITIONS}, replication=3)
        victim = await leader_of(cluster.bootstrap, 0)
        half_way = asyncio.Event()
        sending = asyncio.create_task(send_all(cluster.bootstrap, half_way))
        await half_way.wait()
        await cluster.kill(victim)
        await sending
        by_key = await heard(cluster.bootstrap)
        assert by_key == {key: list(range(key, MESSAGES, KEYS)) for key in range(KEYS)}
        await cluster.restart(victim)
        assert all(cluster.running(node) for node in cluster.nodes)
