"""The index of what requests are about, for cases that give words; it brings a dictionary and numpy with it."""

from kit.store.memory import MemoryStore
from services.intake.matters.remembering import SIGHTINGS, RememberedMatters
from services.intake.matters.words import Lexicon

_LEXICON = Lexicon()
"""Loaded once for all cases of a run."""


def new_index() -> RememberedMatters:
    """An index that knows of no request yet."""
    return RememberedMatters(MemoryStore(SIGHTINGS), _LEXICON)
