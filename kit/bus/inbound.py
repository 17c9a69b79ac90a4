"""What a message on the bus is to a service: an event it hears, one it passes over, or none that can be read."""

import re
from typing import TypeAlias

from aiokafka import ConsumerRecord

from contracts.envelope import EnvelopeError, Event, UnknownType, decode
from kit.bus.dead_letters import Reason

Record: TypeAlias = ConsumerRecord[bytes, bytes]

_OURS = re.compile(r"hotline(\.[a-z_]+)+\.v[0-9]+")


def read(record: Record, types: frozenset[str]) -> Event | None:
    """The event, or None for one that this service does not hear.

    The `ce_type` header decides without a look at the body. A type that a newer release may have brought
    (`hotline.….v7`) is passed over; raises UnknownType for any other, EnvelopeError for what is no event.
    """
    named = next((value for name, value in record.headers if name == "ce_type" and value), b"").decode(errors="replace")
    if named not in types and _is_ours(named):
        return None
    try:
        event = decode(record.value or b"")
    except UnknownType as error:
        if _is_ours(error.type):
            return None
        raise
    return event if event.type in types else None


def reason_of(error: EnvelopeError) -> Reason:
    """Why a message that cannot be read is set aside."""
    return Reason.UNKNOWN if isinstance(error, UnknownType) else Reason.MALFORMED


def _is_ours(event_type: str) -> bool:
    return _OURS.fullmatch(event_type) is not None
