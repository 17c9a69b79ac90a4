"""What aiokafka's clients and FastStream's are told about encryption and identity is the same."""

import pytest
from faststream.kafka.security import parse_security

from kit.bus.connection import security, stated_security
from kit.settings import KafkaSettings


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"security_protocol": "SSL"},
        {"security_protocol": "SASL_PLAINTEXT", "username": "u", "password": "p"},
        {"security_protocol": "SASL_SSL", "sasl_mechanism": "PLAIN", "username": "u", "password": "p"},
        {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "SCRAM-SHA-256", "username": "u", "password": "p"},
        {"security_protocol": "SASL_SSL", "sasl_mechanism": "SCRAM-SHA-512", "username": "u", "password": "p"},
    ],
)
def test_readers_and_writers_connect_alike(given: dict[str, str]) -> None:
    settings = KafkaSettings(bootstrap_servers="127.0.0.1:1", **given)
    ours, theirs = security(settings), parse_security(stated_security(settings))
    assert bool(ours.pop("ssl_context", None)) == bool(theirs.pop("ssl_context", None))
    assert ours == theirs
