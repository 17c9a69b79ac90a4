"""What is kept of a request to know its like again: its telling words as numbers with weights, and its places."""

from array import array
from base64 import b85decode, b85encode
from typing import NamedTuple

from services.intake.matters.places import Kind, Places

_NUMBER, _WEIGHT, _FLAG = "I", "f", "B"
_KINDS = tuple(Kind)


class Signature(NamedTuple):
    """`weights` is a unit vector over `numbers`; `new` are those numbers that its matter had not shown before."""

    numbers: "array[int]"
    weights: "array[float]"
    places: Places
    new: "array[int]"

    def packed(self) -> str:
        """As text for a store, some 11 characters a word."""
        new = frozenset(self.new)
        flags = array(_FLAG, [number in new for number in self.numbers])
        count = array(_NUMBER, [len(self.numbers)])
        parts = (count, self.numbers, self.weights, _flat(self.places), flags)
        return b85encode(b"".join(part.tobytes() for part in parts)).decode()

    @classmethod
    def unpacked(cls, text: str) -> "Signature":
        """What `packed` wrote, on a machine of the same byte order; ValueError when it is something else."""
        raw = b85decode(text)
        (count,) = array(_NUMBER, raw[:4])
        numbers_end, weights_end, flags_start = 4 + 4 * count, 4 + 8 * count, len(raw) - count
        numbers = array(_NUMBER, raw[4:numbers_end])
        new = array(_NUMBER, (n for n, flag in zip(numbers, raw[flags_start:], strict=True) if flag))
        places = _places(array(_NUMBER, raw[weights_end:flags_start]))
        return cls(numbers, array(_WEIGHT, raw[numbers_end:weights_end]), places, new)


def _flat(places: Places) -> "array[int]":
    """Kind, name, kind, name, …"""
    pairs = ((_KINDS.index(kind), name) for kind, names in places.items() for name in sorted(names))
    return array(_NUMBER, (value for pair in pairs for value in pair))


def _places(flat: "array[int]") -> Places:
    found: dict[Kind, set[int]] = {}
    for kind, name in zip(flat[::2], flat[1::2], strict=True):
        found.setdefault(_KINDS[kind], set()).add(name)
    return {kind: frozenset(names) for kind, names in found.items()}
