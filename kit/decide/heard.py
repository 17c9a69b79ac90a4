"""Which numbers of a source were heard: a set written as one hexadecimal number, whose bit n stands for number n.

Not the highest alone: a service passes over what it does not hear, so numbers leap, and after one leap too far (a
forged event, a letter sent again late) everything in between would be taken for repeats.
"""

MOST = 10_000
"""No subject has so many events of one source; a higher number is nobody's."""


def is_heard(numbers: str, number: int) -> bool:
    """Whether this number is among them."""
    return bool(int(numbers, 16) >> number & 1)


def with_heard(numbers: str, number: int) -> str:
    """The same with this number; ValueError for one that no subject has."""
    if not 0 < number <= MOST:
        raise ValueError(f"no subject has an event number {number}")
    return f"{int(numbers, 16) | 1 << number:x}"
