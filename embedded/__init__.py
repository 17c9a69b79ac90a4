"""The bus that comes along: Apache Kafka itself, or, where its jars cannot be had, a broker that forgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential

from embedded.jars import JarsUnavailable, OnProgress
from embedded.kafka import EmbeddedKafka
from embedded.ports import PortInUse
from embedded.process import ChildProcess, StartFailed
from embedded.tansu import EmbeddedTansu

log = structlog.get_logger(__name__)

Wanted = Literal["auto", "kafka", "tansu"]


@dataclass(frozen=True)
class RunningBroker:
    """The broker that was started, and what may be relied on.

    `remembers`: what was said is still there after a restart. `idempotent`: producers may ask for idempotence.
    `fallback_reason`: why it is not Kafka although that was the first choice; None when nothing was given up.
    """

    kind: Literal["kafka", "tansu"]
    bootstrap: str
    remembers: bool
    idempotent: bool
    process: ChildProcess
    fallback_reason: str | None = None

    @property
    def pid(self) -> int:
        """The broker's process id now; another one after the broker died and was started again."""
        return self.process.pid


@asynccontextmanager
async def broker(
    directory: Path,
    *,
    wanted: Wanted = "auto",
    port: int = 0,
    repository: str | None = None,
    on_progress: OnProgress | None = None,
) -> AsyncIterator[RunningBroker]:
    """Run a broker with its data under `directory/kafka` (or `directory/tansu`) until the block ends.

    "auto" takes Kafka, and Tansu only when Kafka's jars are neither cached nor to be had. `port` 0 takes a free one;
    `repository` is a Maven repository to use instead of Maven Central. A broker that dies is started again on its port.
    Enter it from the main thread. Raises JarsUnavailable (wanted "kafka"), DirectoryInUse, PortInUse, StartFailed.
    """
    started, reason = await _start(directory, wanted, port, repository, on_progress)
    keeper = asyncio.create_task(_keep_running(started))
    try:
        yield RunningBroker(
            kind="kafka" if isinstance(started, EmbeddedKafka) else "tansu",
            bootstrap=started.bootstrap,
            remembers=started.remembers,
            idempotent=started.idempotent,
            process=started.process,
            fallback_reason=reason,
        )
    finally:
        keeper.cancel()
        await asyncio.wait([keeper])
        await started.stop()


async def _keep_running(started: EmbeddedKafka | EmbeddedTansu) -> None:
    """For clients a dead broker is an outage, which they wait out; this ends it."""
    again = AsyncRetrying(retry=retry_if_exception_type((StartFailed, PortInUse)), wait=wait_exponential(max=30))
    while True:
        status = await started.process.wait()
        log.warning("embedded.broker_died", name=started.process.name, status=status, remembers=started.remembers)
        await again(started.start)


async def _start(
    directory: Path, wanted: Wanted, port: int, repository: str | None, on_progress: OnProgress | None
) -> tuple[EmbeddedKafka | EmbeddedTansu, str | None]:
    reason = None
    if wanted != "tansu":
        kafka = EmbeddedKafka(directory / "kafka", port=port, repository=repository, on_progress=on_progress)
        try:
            await kafka.start()
            return kafka, None
        except JarsUnavailable as error:
            if wanted == "kafka":
                raise
            reason = str(error)
            log.warning("embedded.broker_forgets_at_restart", broker="tansu", reason=reason)
    tansu = EmbeddedTansu(directory / "tansu", port=port)
    await tansu.start()
    return tansu, reason
