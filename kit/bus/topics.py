"""Makes sure the topics exist before anybody listens or speaks, with as many partitions as were asked for."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    KafkaError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    for_code,
)
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

log = structlog.get_logger(__name__)


class _NotLedYet(TimeoutError):
    """A broker makes topics known at once and lets their partitions be led a moment later."""


async def ensure_topics(
    bootstrap: str,
    partitions: Mapping[str, int],
    replication: int = 1,
    *,
    configs: Mapping[str, Mapping[str, str]] | None = None,
    security: Mapping[str, object] | None = None,
) -> Mapping[str, int]:
    """Create the topics that are missing and wait until every partition has a leader.

    Returns the partitions each topic really has: a topic that exists with another number keeps it, because adding
    partitions would send the next event of a ticket to another partition than its last one.
    `configs` are Kafka's own topic settings, for those topics that are made now; `security` are aiokafka's connection
    arguments. Raises KafkaError when the broker is away or refuses, TimeoutError when partitions stay without a leader
    for 30 s.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **(security or {}))
    await admin.start()
    try:
        given = configs or {}
        missing = await _missing(admin, partitions)
        wanted = [
            NewTopic(name, partitions[name], replication, topic_configs=dict(given.get(name, {}))) for name in missing
        ]
        answer = await admin.create_topics(wanted) if wanted else None
        for name, code, *message in answer.topic_errors if answer else ():
            _check(name, code, message)
        found = await _led_partitions(admin, partitions)
    finally:
        await admin.close()
    for name, count in found.items():
        if count != partitions[name]:
            log.warning("topics.other_partition_count", topic=name, partitions=count, wanted=partitions[name])
    return found


async def _missing(admin: AIOKafkaAdminClient, wanted: Mapping[str, int]) -> list[str]:
    """Those that are not there; where an administrator made them, nobody needs the right to make one."""
    described = await admin.describe_topics(list(wanted))
    found = {topic["topic"]: for_code(topic["error_code"]) for topic in described}
    for name, error in found.items():
        if error is TopicAuthorizationFailedError:
            raise error(f"topic {name} is not for this user: see deploy/kafka/acls.sh")
    return [name for name in wanted if found.get(name, UnknownTopicOrPartitionError) is UnknownTopicOrPartitionError]


def _check(name: str, code: int, message: list[str | None]) -> None:
    error: type[KafkaError] = for_code(code)
    if code != 0 and error is not TopicAlreadyExistsError:
        raise error(f"topic {name} cannot be made: {message[0] if message else error.description}")


@retry(retry=retry_if_exception_type(_NotLedYet), stop=stop_after_delay(30), wait=wait_fixed(0.05), reraise=True)
async def _led_partitions(admin: AIOKafkaAdminClient, wanted: Mapping[str, int]) -> dict[str, int]:
    """Partitions per topic, once every wanted topic is known and each of its partitions has a leader."""
    described = await admin.describe_topics(list(wanted))
    found = {topic["topic"]: topic["partitions"] for topic in described if topic["error_code"] == 0}
    waiting = [name for name in wanted if not all(part["leader"] >= 0 for part in found.get(name, [{"leader": -1}]))]
    if waiting:
        raise _NotLedYet(f"no leader yet for every partition of {', '.join(waiting)}")
    return {name: len(parts) for name, parts in found.items()}
