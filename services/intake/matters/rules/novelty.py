"""Whether a customer who comes again says something new: then it is a supplement, else an urge (R004-138, R004-140)."""

import re
from collections.abc import Iterable
from fractions import Fraction

_NOT_WORDS = re.compile(r"[\W_]+")


def brings_something_new(said: str, known: Iterable[str], likeness: Fraction) -> bool:
    """Whether less than the share `likeness` of what is said was said before, by pairs of neighbouring characters."""
    pairs = _pairs(said)
    if not pairs:
        return False
    before: set[str] = set().union(*(_pairs(text) for text in known))
    return Fraction(len(pairs & before), len(pairs)) < likeness


def _pairs(text: str) -> set[str]:
    letters = _NOT_WORDS.sub("", text.casefold())
    return {letters[place : place + 2] for place in range(max(len(letters) - 1, min(len(letters), 1)))}
