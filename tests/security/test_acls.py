"""With the rights of `deploy/kafka/acls.sh` on a real broker, a service does its work and nothing that is another's."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from aiokafka.protocol.admin import CreateAclsRequest

from contracts.topics import DEAD_LETTERS, KNOWLEDGE, TICKETS, TOPICS
from embedded import kafka as embedded_kafka
from embedded.kafka import EmbeddedKafka, Node, node_properties
from kit.bus.connection import connection, security
from kit.bus.publisher import KafkaPublisher, Outgoing
from kit.bus.relay import BusAway
from kit.bus.topics import ensure_topics
from kit.run.runtime import _make_topics
from kit.settings import KafkaSettings
from services.registry import SERVICES
from tests.integration.bus_setup import new_key, signed

pytestmark = pytest.mark.security

SCRIPT = Path(__file__).parents[2] / "deploy" / "kafka" / "acls.sh"
USERS = ("admin", "hotline-operator", *(f"hotline-{name}" for name in SERVICES))
_OPERATIONS = {"Read": 3, "Write": 4, "Describe": 8}
_TOPIC, _GROUP, _LITERAL, _ALLOW = 2, 3, 3, 3


def _guarded(node: Node, quorum: Sequence[Node], log_directory: Path) -> Mapping[str, str]:
    """A node at which clients say who they are, and may do nothing that no rule allows."""
    users = " ".join(f'user_{user}="{user}"' for user in USERS)
    login = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    return {
        **node_properties(node, quorum, log_directory),
        "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "listener.name.clients.plain.sasl.jaas.config": f'{login} username="admin" password="admin" {users};',
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": "User:admin;User:ANONYMOUS",
    }


@pytest.fixture
async def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    monkeypatch.setattr(embedded_kafka, "node_properties", _guarded)
    broker = EmbeddedKafka(tmp_path / "kafka")
    await broker.start()
    try:
        admin = security(_as("admin", broker.bootstrap))
        await ensure_topics(broker.bootstrap, dict.fromkeys(TOPICS, 1), security=admin)
        await _allow(broker.bootstrap, admin, list(_asked(tmp_path)))
        yield broker.bootstrap
    finally:
        await broker.stop()


def _as(user: str, bootstrap: str) -> KafkaSettings:
    return KafkaSettings(
        bootstrap_servers=bootstrap,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        username=user,
        password=user,
        partitions=1,
    )


def _asked(folder: Path) -> Iterator[tuple[int, str, str, int]]:
    """What the script asks of Kafka's own tool, one rule each: kind and name of resource, user, operation."""
    stand_in, asked = folder / "kafka-acls", folder / "asked"
    stand_in.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n')
    stand_in.chmod(0o700)
    environment = {**os.environ, "KAFKA_ACLS": str(stand_in), "BOOTSTRAP": "b", "CONFIG": "c"}
    subprocess.run([SCRIPT], env=environment, check=True)
    for line in asked.read_text().splitlines():
        [user] = re.findall(r"--allow-principal (\S+)", line)
        for operation in re.findall(r"--operation (\S+)", line):
            for topic in re.findall(r"--topic (\S+)", line):
                yield _TOPIC, topic, user, _OPERATIONS[operation]
            for group in re.findall(r"--group (\S+)", line):
                yield _GROUP, group, user, _OPERATIONS[operation]


async def _allow(bootstrap: str, admin: Mapping[str, Any], rules: Sequence[tuple[int, str, str, int]]) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **admin)
    await client.start()
    try:
        for kind, name, user, operation in dict.fromkeys(rules):
            await client._send_request(CreateAclsRequest(kind, name, _LITERAL, user, "*", operation, _ALLOW))
    finally:
        await client.close()


async def _first_of(settings: KafkaSettings, topic: str, group: str) -> bytes | None:
    consumer = AIOKafkaConsumer(topic, **connection(settings), group_id=group, auto_offset_reset="earliest")
    try:
        await consumer.start()
        return (await consumer.getone()).value
    finally:
        await consumer.stop()


async def test_a_service_says_and_hears_what_is_its_own_and_nothing_else(bus: str) -> None:
    routing, knowledge = _as("hotline-routing", bus), _as("hotline-knowledge", bus)
    await _make_topics(routing, {TICKETS})
    publisher, event = KafkaPublisher(routing, "routing"), signed(new_key(), 1)
    try:
        await publisher.publish([event])
        await publisher.send([Outgoing(DEAD_LETTERS, b"k", b"v")])
        with pytest.raises(BusAway, match="Authorization"):
            await publisher.send([Outgoing(KNOWLEDGE, b"art_1", b"forged")])
    finally:
        await publisher.close()
    assert event.id.encode() in (await _first_of(routing, TICKETS, "routing") or b"")
    with pytest.raises(GroupAuthorizationFailedError):
        await _first_of(routing, TICKETS, "sla_monitor")
    with pytest.raises(TopicAuthorizationFailedError):
        await _first_of(knowledge, TICKETS, "routing")


async def test_an_operator_alone_reads_dead_letters_and_sends_them_again(bus: str) -> None:
    operator = _as("hotline-operator", bus)
    publisher = KafkaPublisher(operator, "deadletters")
    try:
        await publisher.send([Outgoing(TICKETS, b"tkt_1", b"again"), Outgoing(DEAD_LETTERS, b"k", b"note")])
    finally:
        await publisher.close()
    consumer = AIOKafkaConsumer(DEAD_LETTERS, **connection(operator), auto_offset_reset="earliest")
    await consumer.start()
    assert (await consumer.getone()).value == b"note"
    await consumer.stop()
    thief = AIOKafkaConsumer(DEAD_LETTERS, **connection(_as("hotline-routing", bus)), auto_offset_reset="earliest")
    await thief.start()
    try:
        with pytest.raises(TopicAuthorizationFailedError):
            await thief.getone()
    finally:
        await thief.stop()
