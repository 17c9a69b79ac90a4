"""Writes `kafka.lock` anew for the version in `jars.KAFKA_VERSION`: `python -m embedded.relock > …/kafka.lock`."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

import jgo

from embedded.jars import KAFKA_VERSION

# slf4j-simple writes what Kafka logs to its standard error; without a binding Kafka's errors go nowhere.
ENDPOINT = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}+org.slf4j:slf4j-simple:1.7.36"
_HEADER = "# Every jar Apache Kafka needs: GROUP:ARTIFACT:VERSION SIZE SHA256. Made by `python -m embedded.relock`."


def lock_lines(cache: Path) -> list[str]:
    """Let jgo resolve the endpoint afresh and describe every jar it put on the class path."""
    environment = jgo.build(ENDPOINT, cache_dir=cache)
    jars = [*environment.jars_dir.glob("*.jar"), *environment.modules_dir.glob("*.jar")]
    by_name = {jar.name: jar for jar in jars}
    lines = []
    for dependency in environment.lockfile.dependencies if environment.lockfile else ():
        jar = by_name.pop(f"{dependency.artifactId}-{dependency.version}.jar").read_bytes()
        coordinate = f"{dependency.groupId}:{dependency.artifactId}:{dependency.version}"
        lines.append(f"{coordinate} {len(jar)} {hashlib.sha256(jar).hexdigest()}")
    if by_name:
        raise RuntimeError(f"jars without a coordinate: {sorted(by_name)}")
    return sorted(lines)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        sys.stdout.write("\n".join([_HEADER, *lock_lines(Path(scratch))]) + "\n")
