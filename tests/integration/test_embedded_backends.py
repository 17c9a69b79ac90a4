"""The back ends tests run on are real: what is written there can be read there."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from motor.motor_asyncio import AsyncIOMotorClient

from kit.bus.topics import ensure_topics
from tests.backends import KafkaBackEnd


async def test_what_is_sent_to_the_bus_of_this_run_arrives_in_order(kafka: KafkaBackEnd) -> None:
    topic = f"backends-{uuid4()}"
    assert await ensure_topics(kafka.bootstrap, {topic: 3}) == {topic: 3}
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, enable_idempotence=kafka.idempotent) as producer:
        for number in range(5):
            await producer.send_and_wait(topic, str(number).encode(), key=b"one ticket")
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest") as consumer:
        heard = [int((await consumer.getone()).value) for _ in range(5)]
    assert heard == [0, 1, 2, 3, 4]


async def test_a_topic_that_exists_keeps_its_partitions(kafka: KafkaBackEnd) -> None:
    topic = f"backends-{uuid4()}"
    await ensure_topics(kafka.bootstrap, {topic: 2})
    assert await ensure_topics(kafka.bootstrap, {topic: 5}) == {topic: 2}


async def test_a_new_topic_is_kept_as_safely_and_as_long_as_was_asked(kafka: KafkaBackEnd) -> None:
    if not kafka.remembers:
        pytest.skip("a broker that forgets has no retention")
    topic = f"backends-{uuid4()}"
    asked = {"min.insync.replicas": "1", "retention.ms": "-1"}
    await ensure_topics(kafka.bootstrap, {topic: 1}, configs={topic: asked})
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        await admin.close()
    [(_, _, _, _, entries)] = answer.resources
    assert asked.items() <= {name: value for name, value, *_ in entries}.items()


async def test_a_document_written_to_the_store_of_this_run_is_found(
    mongo_url: str, mongo_options: dict[str, Any]
) -> None:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url, **mongo_options)
    try:
        documents = client[f"backends_{uuid4().hex[:8]}"]["documents"]
        await documents.insert_one({"_id": "T1", "version": 1})
        assert (await documents.update_one({"_id": "T1", "version": 1}, {"$set": {"version": 2}})).modified_count == 1
        assert (await documents.update_one({"_id": "T1", "version": 1}, {"$set": {"version": 2}})).modified_count == 0
    finally:
        client.close()
