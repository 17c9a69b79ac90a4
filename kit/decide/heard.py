"""Which numbers of a source were heard, and a mark of what each was: two hexadecimal digits a number, from 1 on.

Not the highest alone: a service passes over what it does not hear, so numbers leap, and after one leap too far (a
forged event, a letter sent again late) everything in between would be taken for repeats. And not the number alone: a
speaker that lost its last saves in a power cut gives numbers again, for other things, and must not be taken for one
that repeats itself.
"""

from zlib import crc32

MOST = 10_000
"""No subject has so many events of one source; a higher number is nobody's."""

_NOT_HEARD = "00"


class SaidAnew(RuntimeError):
    """A number that was heard comes again and is another event."""


def is_heard(numbers: str, number: int, identity: str) -> bool:
    """Whether this event is among them; raises SaidAnew for another one under its number."""
    mark = numbers[2 * number - 2 : 2 * number]
    if mark in ("", _NOT_HEARD):
        return False
    if mark != _mark(identity):
        raise SaidAnew(f"number {number} was another event: its speaker lost what it said, or somebody speaks for it")
    return True


def with_heard(numbers: str, number: int, identity: str) -> str:
    """The same with this event; ValueError for a number that no subject has."""
    if not 0 < number <= MOST:
        raise ValueError(f"no subject has an event number {number}")
    before = numbers[: 2 * number - 2].ljust(2 * number - 2, "0")
    return f"{before}{_mark(identity)}{numbers[2 * number :]}"


def _mark(identity: str) -> str:
    """One of 255, so that one in so many mistakes is not seen."""
    return f"{1 + crc32(identity.encode()) % 255:02x}"
