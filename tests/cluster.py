"""Three Kafka nodes as three processes that can be killed and brought back one by one."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from embedded.jars import OnProgress, kafka_jars
from embedded.kafka import Node, new_cluster_id, start_node
from embedded.ports import LOOPBACK, free_ports
from embedded.process import ChildProcess


class KafkaCluster:
    """A KRaft quorum on loopback, nodes 1 to `nodes`: replication 3 and two in-sync copies by default.

    Node n keeps its data in `directory/node-n`. With three nodes one may be dead and every acknowledged write stays.
    """

    remembers = True
    idempotent = True

    def __init__(
        self, directory: Path, *, nodes: int = 3, cache: Path | None = None, on_progress: OnProgress | None = None
    ) -> None:
        ports = free_ports(2 * nodes)
        self._directory = directory.resolve()
        self._quorum = tuple(Node(n + 1, ports[2 * n], ports[2 * n + 1]) for n in range(nodes))
        self._processes = {one.id: ChildProcess("kafka", self._home(one.id)) for one in self._quorum}
        self._fetch = partial(kafka_jars, cache, on_progress=on_progress)
        self._cluster_id = new_cluster_id()

    @property
    def bootstrap(self) -> str:
        """All nodes, dead or alive, as clients list them."""
        return ",".join(f"{LOOPBACK}:{one.port}" for one in self._quorum)

    @property
    def nodes(self) -> tuple[int, ...]:
        """The ids of all nodes."""
        return tuple(one.id for one in self._quorum)

    def pid(self, node: int) -> int:
        """The process id of one node. Raises KeyError for an unknown node."""
        return self._processes[node].pid

    def running(self, node: int) -> bool:
        """Whether a node's process is there now."""
        return self._processes[node].running

    async def start(self) -> None:
        """Start all nodes at once and wait until each accepts clients."""
        jars = await self._fetch()
        try:
            async with asyncio.TaskGroup() as group:
                for one in self._quorum:
                    group.create_task(self._start_node(one, jars))
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End all nodes in order, at once."""
        await asyncio.gather(*(process.stop() for process in self._processes.values()))

    async def kill(self, node: int) -> None:
        """End one node as a crash would."""
        await self._processes[node].kill()

    async def restart(self, node: int) -> None:
        """Bring a dead node back on its ports and data, and wait until it accepts clients."""
        one = next(one for one in self._quorum if one.id == node)
        await self._start_node(one, await self._fetch())

    async def _start_node(self, one: Node, jars: Path) -> None:
        process = self._processes[one.id]
        async with process.starting():
            await start_node(process, one, self._quorum, self._home(one.id), jars, self._cluster_id)

    def _home(self, node: int) -> Path:
        return self._directory / f"node-{node}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
