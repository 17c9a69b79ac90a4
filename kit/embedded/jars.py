"""Apache Kafka's jars: fetched from a Maven repository once per user, each checked against the hash in `kafka.lock`."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import structlog
from jgo.maven import MavenContext, PythonResolver
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random

from kit.embedded.directory import DirectoryInUse, DirectoryLock

KAFKA_VERSION = "4.1.0"
LOCK_FILE = Path(__file__).with_name("kafka.lock")
_PARALLEL_DOWNLOADS = 8
_TIMEOUT_SECONDS = 10
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
    shutil.rmtree(staging, ignore_errors=True)
    try:
        await _download_all(staging, repository, on_progress)
        (staging / "jars").rename(home)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


async def _download_all(staging: Path, repository: str | None, on_progress: OnProgress) -> None:
    jars = locked_jars(LOCK_FILE.read_text())
    (staging / "jars").mkdir(parents=True)
    remotes = {"given": repository} if repository else None
    maven = MavenContext(repo_cache=staging / "maven", local_repos=[], remote_repos=remotes, timeout=_TIMEOUT_SECONDS)
    log.info("embedded.kafka_download", jars=len(jars), bytes=sum(jar.size for jar in jars))
    done, total = 0, sum(jar.size for jar in jars)

    async def fetch(jar: Jar) -> None:
        nonlocal done
        await asyncio.get_running_loop().run_in_executor(pool, _fetch, maven, jar, staging / "jars")
        done += jar.size
        on_progress(done, total)

    with ThreadPoolExecutor(_PARALLEL_DOWNLOADS, thread_name_prefix="jars") as pool:
        try:
            await asyncio.gather(*map(fetch, jars))
        except (OSError, RuntimeError) as error:
            raise JarsUnavailable(f"Apache Kafka's jars cannot be had: {error}") from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


@retry(retry=retry_if_exception_type(OSError), stop=stop_after_attempt(2), wait=wait_random(0.2, 1), reraise=True)
def _fetch(maven: MavenContext, jar: Jar, target: Path) -> None:
    """Download one jar and check it; jgo itself only warns when a checksum is wrong."""
    artifact = maven.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    if (partial := artifact.cached_path) is not None:
        partial.unlink(missing_ok=True)
    fetched = PythonResolver().download(artifact)
    if fetched is None:
        raise FileNotFoundError(f"{jar.filename} is not in the repository")
    found = hashlib.sha256(fetched.read_bytes()).hexdigest()
    if found != jar.sha256:
        raise JarsUnavailable(f"{jar.filename} has sha256 {found}, kafka.lock says {jar.sha256}")
    fetched.rename(target / jar.filename)


def _log_progress(done: int, total: int) -> None:
    if done == total:
        log.info("embedded.kafka_downloaded", bytes=total)
