"""Downloads jars from a Maven repository through jgo, several at once, and checks each against its locked hash."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog
from jgo.maven import MavenContext, PythonResolver
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random

from embedded.jars import Jar, JarsUnavailable, OnProgress

_PARALLEL_DOWNLOADS = 8
_TIMEOUT_SECONDS = 10

log = structlog.get_logger(__name__)


async def download_jars(jars: Sequence[Jar], staging: Path, repository: str | None, on_progress: OnProgress) -> None:
    """Put all jars, checked, into `staging/jars`. Raises JarsUnavailable."""
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
