"""Real back ends for tests: addresses from the environment, else Docker, else processes on this machine.

Order for each: `HOTLINE_TEST_KAFKA` (host:port,…) or `HOTLINE_TEST_MONGO` (mongodb://…); a Docker engine that answers,
through testcontainers (Apache Kafka and MongoDB themselves); local processes (Apache Kafka itself from `embedded`,
SecantusDB in MongoDB's place). `HOTLINE_EMBEDDED__BROKER=tansu` takes the fall-back broker instead of local Kafka.
"""

from __future__ import annotations

import asyncio
import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from embedded.jars import KAFKA_VERSION
from embedded.kafka import EmbeddedKafka
from embedded.ports import LOOPBACK, claim_port, is_open
from embedded.process import ChildProcess
from embedded.server import LocalServer
from embedded.tansu import EmbeddedTansu


@dataclass(frozen=True)
class KafkaBackEnd:
    """A bus for tests. `remembers`: its log outlives a restart; `idempotent`: producers may ask for idempotence."""

    bootstrap: str
    description: str
    remembers: bool = True
    idempotent: bool = True


@dataclass(frozen=True)
class MongoBackEnd:
    """A document store for tests: the URL with what this server needs, and keyword options for the driver.

    `is_mongodb` is False for SecantusDB, whose speed says nothing about MongoDB's.
    """

    url: str
    options: dict[str, Any]
    description: str
    is_mongodb: bool = True


@contextmanager
def kafka_back_end(directory: Path) -> Iterator[KafkaBackEnd]:
    """The first bus that is to be had; a local one keeps its data in `directory`. Raises JarsUnavailable."""
    if given := os.environ.get("HOTLINE_TEST_KAFKA"):
        yield KafkaBackEnd(given, f"Kafka at {given} (HOTLINE_TEST_KAFKA)")
    elif docker_answers():
        with _docker_kafka() as found:
            yield found
    else:
        with local_broker(directory) as found:
            yield found


@contextmanager
def mongo_back_end(directory: Path) -> Iterator[MongoBackEnd]:
    """The first document store that is to be had; a local one keeps its data in `directory`."""
    if given := os.environ.get("HOTLINE_TEST_MONGO"):
        yield MongoBackEnd(given, _DRIVER_OPTIONS, "MongoDB (HOTLINE_TEST_MONGO)")
    elif docker_answers():
        with _docker_mongo() as found:
            yield found
    else:
        server = LocalMongo(directory)
        asyncio.run(server.start())
        try:
            yield MongoBackEnd(server.url, _DRIVER_OPTIONS, "SecantusDB, a local process", is_mongodb=False)
        finally:
            # Its data is thrown away, and stopping it in order takes three seconds.
            asyncio.run(server.kill())


_DRIVER_OPTIONS = {"serverSelectionTimeoutMS": 5_000}


@contextmanager
def local_broker(directory: Path) -> Iterator[KafkaBackEnd]:
    """Apache Kafka as a process of this machine, or Tansu where HOTLINE_EMBEDDED__BROKER says so."""
    tansu = os.environ.get("HOTLINE_EMBEDDED__BROKER") == "tansu"
    broker = EmbeddedTansu(directory) if tansu else EmbeddedKafka(directory)
    name = "Tansu (forgets at a restart)" if tansu else f"Apache Kafka {KAFKA_VERSION}, one node"
    asyncio.run(broker.start())
    try:
        yield KafkaBackEnd(broker.bootstrap, f"{name}, a local process", broker.remembers, broker.idempotent)
    finally:
        asyncio.run(broker.stop())


class LocalMongo(LocalServer):
    """SecantusDB in MongoDB's place: a process with a pid that can be killed and started again on its port and data.

    `durable` syncs every commit, so that a kill loses nothing acknowledged (at half the speed).
    """

    def __init__(self, directory: Path, *, port: int = 0, durable: bool = False) -> None:
        self._data = directory / "data"
        self._port = port
        self._flags = ["--sync-on-commit"] if durable else []
        self.process = ChildProcess("secantusdb", directory)

    @property
    def url(self) -> str:
        """With retryable writes off (they make this server collapse) and few connections."""
        return f"mongodb://{LOOPBACK}:{self._port}/?retryWrites=false&directConnection=true&maxPoolSize=4"

    async def start(self) -> None:
        """Start, or start again with what was kept, and wait until clients are accepted."""
        async with self.process.starting():
            self._port = await claim_port(self._port)
            program = Path(sysconfig.get_path("scripts")) / "secantusd-py"
            listening = ["--host", LOOPBACK, "--port", str(self._port), "--storage-path", str(self._data)]
            self.process.spawn(
                [str(program), *listening, "--log-level", "WARNING", "--enable-test-commands", *self._flags]
            )
            await self.process.wait_ready(lambda: is_open(self._port), 30)


@cache
def docker_answers() -> bool:
    """Whether a Docker engine is there and answers within two seconds."""
    # Not needed by runs that start no back end, and slow to import.
    import docker
    from docker.errors import DockerException

    try:
        return bool(docker.from_env(timeout=2).ping())
    except DockerException:
        return False


@contextmanager
def _docker_kafka() -> Iterator[KafkaBackEnd]:
    from testcontainers.community.kafka import KafkaContainer

    with KafkaContainer().with_kraft() as container:
        yield KafkaBackEnd(container.get_bootstrap_server(), f"Kafka in Docker ({container.image})")


@contextmanager
def _docker_mongo() -> Iterator[MongoBackEnd]:
    from testcontainers.community.mongodb import MongoDbContainer

    with MongoDbContainer("mongo:8.0") as container:
        yield MongoBackEnd(container.get_connection_url(), _DRIVER_OPTIONS, f"MongoDB in Docker ({container.image})")
