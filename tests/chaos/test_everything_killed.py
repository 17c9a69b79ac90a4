"""Three brokers, five services and a durable store, all of them killed at random moments under load."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from time import monotonic

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import TICKETS
from kit.bus.dead_letters import read_letters
from kit.settings import KafkaSettings
from services.registry import SERVICES
from tests.backends import LocalMongo
from tests.chaos.havoc import Havoc, Victim
from tests.chaos.lives import Life, live_all, plans
from tests.chaos.verdict import SAID_WITHIN_SECONDS, Verdict, judge_order, judge_states, judge_stories, nothing_open
from tests.cluster import KafkaCluster
from tests.fleet import Fleet, Persistent, eventually
from tests.listening import events_on
from tests.running import Tokens

AT_ONCE = 40
DEATHS_OF_EACH_SERVICE = 2
DEATHS_OF_THE_STORE = 2
ON_THREE_BROKERS = {
    "HOTLINE_KAFKA__REPLICATION_FACTOR": "3",
    "HOTLINE_KAFKA__MIN_INSYNC_REPLICAS": "2",
    "HOTLINE_KAFKA__SESSION_TIMEOUT_MS": "6000",
}


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[KafkaCluster]:
    async with KafkaCluster(tmp_path / "kafka") as found:
        yield found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[LocalMongo]:
    server = LocalMongo(tmp_path / "mongo", durable=True)
    await server.start()
    yield server
    await server.kill()


@pytest.fixture
async def fleet(tmp_path: Path, cluster: KafkaCluster, store: LocalMongo) -> AsyncIterator[Fleet]:
    found = Fleet(tmp_path / "services", cluster.bootstrap, store.url, ON_THREE_BROKERS)
    try:
        await found.start()
        yield found
    finally:
        await found.stop()


async def test_every_accepted_request_ends_where_it_should_and_each_event_has_its_effect_once(
    cluster: KafkaCluster, store: LocalMongo, fleet: Fleet, seed: int, tickets: int, told: Callable[[str], None]
) -> None:
    told(f"HOTLINE_CHAOS_SEED={seed} HOTLINE_CHAOS_TICKETS={tickets}")
    client = Persistent(fleet.addresses(), Tokens(fleet.directory), patience_seconds=180)
    ended: list[Life] = []
    begun = monotonic()
    havoc = Havoc(victims(cluster, store, fleet), seed, told)
    try:
        wreaking = asyncio.create_task(havoc.wreak(lambda: len(ended) / tickets))
        failures = await live_all(client, list(plans(tickets, seed)), AT_ONCE, ended)
        await wreaking
        await eventually(partial(nothing_open, client), 120)
        await asyncio.sleep(SAID_WITHIN_SECONDS)
        verdict = Verdict()
        judge_stories(ended, judge_order(await events_on(cluster.bootstrap, TICKETS), verdict), verdict)
        await judge_states(client, ended, verdict)
        letters = await read_letters(KafkaSettings(bootstrap_servers=cluster.bootstrap))
    finally:
        await client.close()
    told(f"{verdict}; {havoc.deaths} deaths, {client.repeats} requests repeated, {monotonic() - begun:.0f} s")
    assert failures == []
    assert (verdict.lost, verdict.doubled) == ([], [])
    assert [letter.failures for letter in letters] == []
    assert (verdict.opened, verdict.closed) == (tickets, tickets)


def victims(cluster: KafkaCluster, store: LocalMongo, fleet: Fleet) -> list[Victim]:
    """Each service and the store twice, two of the three brokers once each."""
    one_broker = asyncio.Lock()
    services = [_service(fleet, name) for name in SERVICES]
    stores = [Victim("the store", store.kill, store.start)]
    brokers = [_broker(cluster, node, one_broker) for node in cluster.nodes[:2]]
    return [*services * DEATHS_OF_EACH_SERVICE, *stores * DEATHS_OF_THE_STORE, *brokers]


def _service(fleet: Fleet, name: str) -> Victim:
    process = fleet.processes[name]
    return Victim(name, process.kill, process.start)


def _broker(cluster: KafkaCluster, node: int, one_broker: asyncio.Lock) -> Victim:
    async def restart() -> None:
        await cluster.restart(node)
        # Until it has caught up with the others, none of them may die.
        await eventually(partial(_in_sync, cluster), 120)

    return Victim(f"broker {node}", partial(cluster.kill, node), restart, one_broker)


async def _in_sync(cluster: KafkaCluster) -> bool:
    """Whether every partition of the tickets has all its copies."""
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    await admin.start()
    try:
        [topic] = await admin.describe_topics([TICKETS])
        return all(len(partition["isr"]) == len(cluster.nodes) for partition in topic["partitions"])
    finally:
        await admin.close()
