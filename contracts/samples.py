"""A typical message of every type, made from the types themselves with every field filled in."""

import types
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from contracts.envelope import Event, encode
from contracts.fact import Fact
from contracts.ids import event_id
from contracts.topics import SPEAKERS, source_of

MOMENT = datetime(2026, 11, 20, 8, 54, tzinfo=UTC)
TICKET, ARTICLE, TASK, NOTICE, CALL, AGENT, QUEUE = (
    f"{kind}_01KAGW3M00ZQ5T8Y4B2N6C7D9E" for kind in ("tkt", "art", "tsk", "ntc", "call", "agt", "que")
)

_SUBJECTS = {"article": ARTICLE, "task": TASK, "notice": NOTICE, "call": CALL, "agent": AGENT, "queue": QUEUE}
"""What an event is about, by the first part of its name; all else is about a ticket, a clock too."""

_TEXTS = {
    "procedure": "kunlun-gas-956100@2011-01-01",
    "number": "956100-20261120-00042-7",
    "area": "jinan/lixia",
    "unit": "jinan",
    "customer_ref": "cust_01KAGW3M00ZQ5T8Y4B2N6C7D9E",
    "other": "tkt_01KAGW3M00ZQ5T8Y4B2N6C7D9F",
    "source": "第十四条(四)",
    "rule": "R004-062",
    "limit": "3 working days",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "media_type": "image/jpeg",
    "role": "agent",
    "article": ARTICLE,
    "task": TASK,
    "ticket": TICKET,
    "recording": CALL,
    "call": CALL,
    "line": "956100",
    "queue": "956100",
    "station": "8001",
    "number_ref": "num_01KAGW3M00ZQ5T8Y4B2N6C7D9E",
    "to": "8002",
}


def sample(fact: type[Fact]) -> Event:
    """A typical event of this type, said by the first service that may say it."""
    service = next(name for name, facts in SPEAKERS.items() if fact in facts)
    source = source_of(service)
    subject = _SUBJECTS.get(fact.short_type().partition(".")[0], TICKET)
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    return Event(event_id(fact.type, source, 1), source, subject, 1, "kunlun-gas-956100", _filled(fact), traceparent)


def sample_bytes(fact: type[Fact]) -> bytes:
    """The sample as it lies on the bus."""
    return encode(sample(fact)) + b"\n"


def _filled(model: type[Any]) -> Any:
    return model.model_validate({name: _value(name, field.annotation) for name, field in model.model_fields.items()})


def _value(name: str, annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _value(name, get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return _value(name, next(arg for arg in get_args(annotation) if arg is not type(None)))
    if origin is tuple:
        return (_value(name, get_args(annotation)[0]),)
    if origin in (dict, Mapping):
        return {_value(name, key): _value(name, value) for key, value in (get_args(annotation),)}
    return _plain(name, annotation)


def _plain(name: str, annotation: Any) -> Any:
    if annotation is AwareDatetime:
        return MOMENT
    if issubclass(annotation, BaseModel):
        return _filled(annotation)
    if issubclass(annotation, Enum):
        return next(iter(annotation))
    if issubclass(annotation, datetime):
        return MOMENT
    if annotation is bool:
        return True
    if annotation is int:
        return 1
    return _TEXTS.get(name, name)
