"""How every Kafka client of this project connects."""

import ssl
from typing import Any

from aiokafka import AIOKafkaConsumer

from kit.settings import KafkaSettings


def connection(settings: KafkaSettings) -> dict[str, Any]:
    """aiokafka's connection arguments; ValueError without an address."""
    if not settings.bootstrap_servers:
        raise ValueError("no bus: set HOTLINE_KAFKA__BOOTSTRAP_SERVERS to host:port")
    return {"bootstrap_servers": list(settings.bootstrap_servers), **security(settings)}


def security(settings: KafkaSettings) -> dict[str, Any]:
    """The part about encryption and identity; empty for a plain connection."""
    if settings.security_protocol == "PLAINTEXT":
        return {}
    found: dict[str, Any] = {"security_protocol": settings.security_protocol}
    if settings.security_protocol.endswith("SSL"):
        found["ssl_context"] = ssl.create_default_context(cafile=settings.ca_file)
    if settings.security_protocol.startswith("SASL"):
        password = settings.password.get_secret_value() if settings.password else None
        found |= {
            "sasl_mechanism": settings.sasl_mechanism or "PLAIN",
            "sasl_plain_username": settings.username,
            "sasl_plain_password": password,
        }
    return found


def group_member(settings: KafkaSettings, group: str) -> AIOKafkaConsumer:
    """A consumer that commits by hand and starts at the beginning where its group never read."""
    return AIOKafkaConsumer(
        **connection(settings),
        client_id=f"hotline-{group}",
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        # A fetch that waits for news of one partition holds up the others of that broker.
        fetch_max_wait_ms=settings.batch_wait_ms,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.session_timeout_ms // 4,
        max_poll_interval_ms=600_000,
    )
