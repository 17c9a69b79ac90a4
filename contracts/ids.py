"""Ids that name their kind, sort by age, and are derived where a replay must say the same thing again."""

from datetime import UTC, datetime
from hashlib import sha1
from typing import Literal, get_args
from uuid import NAMESPACE_URL, UUID, uuid5

from ulid import ULID

Kind = Literal[
    "tkt", "art", "tsk", "ntc", "call", "cust", "ctc", "mtr", "adt", "att", "grp", "agt", "que", "num", "mis"
]

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Ids that must come out the same whenever they are asked for carry no moment."""

_EVENTS = uuid5(NAMESPACE_URL, "hotline-loop/events")
_NOT_VERSION = ~(0xC000 << 48 | 0xF000 << 64)
_VERSION_5 = 0x8000 << 48 | 5 << 76


def derived_id(kind: Kind, at: datetime, cause: str, name: str = "") -> str:
    """A ULID whose time is `at` and whose rest is derived from `cause` and `name`: the same inputs, the same id."""
    randomness = uuid5(_EVENTS, f"{kind}/{cause}/{name}").bytes[:10]
    milliseconds = int(at.timestamp() * 1000)
    return f"{kind}_{ULID.from_bytes(milliseconds.to_bytes(6, 'big') + randomness)}"


def moment_of(text: str) -> datetime | None:
    """The moment that an id carries; None for a text that is no id of any kind."""
    kind, _, rest = text.partition("_")
    try:
        return ULID.from_str(rest).datetime if kind in get_args(Kind) else None
    except ValueError:
        return None


def event_id(cause: str, source: str, sequence: int) -> str:
    """The id of the event that `source` says as number `sequence` of its subject because of `cause`.

    A UUID version 5, written out by hand: every event needs one, and the standard library takes three times as long.
    """
    name = f"{cause}/{source}/{sequence}".encode()
    number = int.from_bytes(sha1(_EVENTS.bytes + name, usedforsecurity=False).digest()[:16])
    text = f"{number & _NOT_VERSION | _VERSION_5:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_event_id(text: str) -> bool:
    """Whether the text has the form of an event id."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
