"""How every Kafka client of this project connects."""

import ssl
from typing import Any

from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from kit.settings import KafkaSettings

_SASL: dict[str, type[SASLPlaintext | SASLScram256 | SASLScram512]] = {
    "PLAIN": SASLPlaintext,
    "SCRAM-SHA-256": SASLScram256,
    "SCRAM-SHA-512": SASLScram512,
}


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


def stated_security(settings: KafkaSettings) -> BaseSecurity | None:
    """The same as `security`, in FastStream's words."""
    if settings.security_protocol == "PLAINTEXT":
        return None
    found = security(settings)
    context, encrypted = found.get("ssl_context"), settings.security_protocol.endswith("SSL")
    if not settings.security_protocol.startswith("SASL"):
        return BaseSecurity(context, use_ssl=encrypted)
    stated = _SASL[found["sasl_mechanism"]]
    return stated(found["sasl_plain_username"] or "", found["sasl_plain_password"] or "", context, encrypted)
