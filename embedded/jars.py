"""Apache Kafka's jars: fetched from a Maven repository once per user, each checked against the hash in `kafka.lock`."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from embedded.directory import DirectoryInUse, DirectoryLock

KAFKA_VERSION = "4.1.2"
LOCK_FILE = Path(__file__).with_name("kafka.lock")
_POLL_SECONDS = 0.2

log = structlog.get_logger(__name__)

OnProgress = Callable[[int, int], None]
"""Called with bytes fetched so far and bytes in all, after every jar."""


class JarsUnavailable(RuntimeError):
    """The jars are not cached and cannot be fetched now (no network, no Maven repository, wrong content)."""


@dataclass(frozen=True)
class Jar:
    """One locked artifact."""

    group: str
    artifact: str
    version: str
    size: int
    sha256: str

    @property
    def filename(self) -> str:
        """The name it has in a Maven repository and in the cache."""
        return f"{self.artifact}-{self.version}.jar"


def locked_jars(text: str) -> tuple[Jar, ...]:
    """Read `GROUP:ARTIFACT:VERSION SIZE SHA256` lines; `#` starts a comment."""
    return tuple(_jar(line) for line in text.splitlines() if line and not line.startswith("#"))


def _jar(line: str) -> Jar:
    coordinate, size, sha256 = line.split()
    group, artifact, version = coordinate.split(":")
    return Jar(group, artifact, version, int(size), sha256)


def cache_directory() -> Path:
    """Where downloads are kept for all checkouts of this user: HOTLINE_CACHE, else the platform's cache directory."""
    if given := os.environ.get("HOTLINE_CACHE"):
        return Path(given).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hotline-loop"


async def kafka_jars(
    cache: Path | None = None, *, repository: str | None = None, on_progress: OnProgress | None = None
) -> Path:
    """The directory of all jars, downloading 44 MB the first time (5 to 30 s).

    `repository` is a Maven repository's address, for networks that have a mirror (default: Maven Central).
    Raises JarsUnavailable. A download that was interrupted leaves nothing that could be taken for a whole one, and
    of several processes that need the jars one fetches them while the others wait.
    """
    shared = cache or cache_directory()
    home = shared / f"kafka-{KAFKA_VERSION}-{_lock_digest()}"
    lock = DirectoryLock(shared)
    while not _whole(home):
        try:
            lock.acquire()
        except DirectoryInUse:
            await asyncio.sleep(_POLL_SECONDS)
            continue
        except OSError as error:
            raise JarsUnavailable(f"cannot use the cache: {error}; name another directory in HOTLINE_CACHE") from error
        try:
            await _fill(home, shared / "partial", repository, on_progress or _log_progress)
        finally:
            lock.release()
    return home


def _lock_digest() -> str:
    """Part of the directory's name, so that a changed lock never meets an old cache."""
    return hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()[:12]


def _whole(home: Path) -> bool:
    """The directory appears by one rename after the last jar was checked, so being there is being whole."""
    return home.is_dir()


async def _fill(home: Path, staging: Path, repository: str | None, on_progress: OnProgress) -> None:
    """Fetch aside and rename at the end, unless another process did it while this one waited for the lock."""
    if _whole(home):
        return
    # jgo takes half a second to import, which every later start can do without.
    from embedded.download import download_jars

    shutil.rmtree(staging, ignore_errors=True)
    try:
        await download_jars(locked_jars(LOCK_FILE.read_text()), staging, repository, on_progress)
        (staging / "jars").rename(home)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _log_progress(done: int, total: int) -> None:
    if done == total:
        log.info("embedded.kafka_downloaded", bytes=total)
