"""CloudEvents 1.0 in structured mode: the one envelope for every fact on the bus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, get_args, get_origin

import orjson
from pydantic import ValidationError

from contracts.catalogue import FACTS
from contracts.fact import Fact

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"

MOST_BYTES = 256 * 1024
"""How long an event may be; a broker takes four times as much unless told otherwise."""


MOST_IN_ATTRIBUTE = 255
MOST_SEQUENCE = 2**53 - 1


class EnvelopeError(ValueError):
    """The bytes are not a CloudEvent of ours; the message says which attribute is wrong."""


class EventTooLarge(ValueError):
    """The event would be too long for the bus; it is refused before anything is saved."""

    def __init__(self, event_type: str, size: int) -> None:
        super().__init__(f"{event_type} of {size} bytes; at most {MOST_BYTES} go over the bus")
        self.size = size


class UnknownType(EnvelopeError):
    """A well-formed event of a type this release does not know; `type` says which."""

    def __init__(self, event_type: str) -> None:
        super().__init__(f"unknown event type {event_type!r}")
        self.type = event_type


@dataclass(frozen=True, slots=True)
class Event:
    """A fact with its CloudEvents attributes; `sequence` rises by one per source and subject."""

    id: str
    source: str
    subject: str
    sequence: int
    utility: str
    data: Fact
    traceparent: str | None = None

    @property
    def type(self) -> str:
        return self.data.type

    @property
    def time(self) -> datetime:
        return self.data.at


def encode(event: Event) -> bytes:
    """The structured-mode JSON body."""
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.data.type,
        "subject": event.subject,
        "time": event.data.at,
        "sequence": event.sequence,
        "utility": event.utility,
        "datacontenttype": "application/json",
        "data": event.data.model_dump(mode="python", exclude_none=True),
    }
    if event.traceparent is not None:
        attributes["traceparent"] = event.traceparent
    return orjson.dumps(attributes)


def check_size(event: Event) -> None:
    """Raises EventTooLarge. Only what holds lists or mappings can be that long, so nothing else is encoded for it."""
    if _is_roomy(type(event.data)) and (size := len(encode(event))) > MOST_BYTES:
        raise EventTooLarge(event.type, size)


@cache
def _is_roomy(fact: type[Fact]) -> bool:
    return any(_holds_many(field.annotation) for field in fact.model_fields.values())


def _holds_many(annotation: Any) -> bool:
    return get_origin(annotation) in (tuple, Mapping) or any(map(_holds_many, get_args(annotation)))


def headers(event: Event) -> dict[str, str]:
    """The `ce_*` headers, so that a consumer can skip by type without parsing the body."""
    found = {
        "content-type": CONTENT_TYPE,
        "ce_specversion": "1.0",
        "ce_id": event.id,
        "ce_source": event.source,
        "ce_type": event.data.type,
        "ce_subject": event.subject,
        "ce_utility": event.utility,
        "ce_sequence": str(event.sequence),
    }
    if event.traceparent is not None:
        found["traceparent"] = event.traceparent
    return found


def decode(body: bytes) -> Event:
    """Read one event.

    Raises UnknownType for a type this release does not know, EnvelopeError for anything malformed.
    """
    attributes = _attributes(body)
    fact = FACTS.get(attributes["type"])
    if fact is None:
        raise UnknownType(attributes["type"])
    try:
        data = fact.model_validate(attributes["data"], extra="ignore")
    except ValidationError as error:
        # What was sent is not repeated: it may be personal, and this is written into logs.
        wrong = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False))
        raise EnvelopeError(f"data of {attributes['type']}: {'; '.join(islice(wrong, 20))}") from None
    return Event(
        id=attributes["id"],
        source=attributes["source"],
        subject=attributes["subject"],
        sequence=attributes["sequence"],
        utility=attributes["utility"],
        data=data,
        traceparent=attributes.get("traceparent"),
    )


_REQUIRED: dict[str, type] = {
    "id": str,
    "source": str,
    "type": str,
    "subject": str,
    "sequence": int,
    "utility": str,
    "data": dict,
}


_TEXTS = ("id", "source", "type", "subject", "utility", "traceparent")


def _attributes(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise EnvelopeError(f"not JSON: {error}") from error
    if not isinstance(found, dict) or found.get("specversion") != "1.0":
        raise EnvelopeError("not a CloudEvents 1.0 object: specversion must be '1.0'")
    wrong = _wrong_attributes(found)
    if wrong:
        raise EnvelopeError(f"attributes missing, too long or of the wrong type: {', '.join(wrong)}")
    return found


def _wrong_attributes(found: dict[str, Any]) -> list[str]:
    wrong = [name for name, kind in _REQUIRED.items() if type(found.get(name)) is not kind]
    long = [name for name in _TEXTS if len(str(found.get(name, ""))) > MOST_IN_ATTRIBUTE]
    out_of_range = [] if wrong or 0 < found["sequence"] <= MOST_SEQUENCE else ["sequence"]
    return wrong + long + out_of_range
