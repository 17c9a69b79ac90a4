"""The bus that comes along: Apache Kafka itself, or a broker that forgets where Kafka's jars cannot be had."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import structlog

from kit.embedded.jars import JarsUnavailable, OnProgress
from kit.embedded.kafka import EmbeddedKafka
from kit.embedded.tansu import EmbeddedTansu

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
    pid: int
    log_file: Path
    fallback_reason: str | None = None


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
    `repository` is a Maven repository to use instead of Maven Central. Enter it from the main thread.
    Raises JarsUnavailable (wanted "kafka"), DirectoryInUse, PortInUse, StartFailed.
    """
    started, reason = await _start(directory, wanted, port, repository, on_progress)
    try:
        yield RunningBroker(
            kind="kafka" if isinstance(started, EmbeddedKafka) else "tansu",
            bootstrap=started.bootstrap,
            remembers=started.remembers,
            idempotent=started.idempotent,
            pid=started.pid,
            log_file=started.process.log_file,
            fallback_reason=reason,
        )
    finally:
        await started.stop()


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
