"""The one message catalogue: what clerks and customers read, in Chinese and in English."""

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]
_WORDS = "contracts.vocabulary"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def text(key: str, language: Language = "zh", /, **params: object) -> str:
    """The text under a dotted key, with `{name}` places filled in; KeyError for a key or place that is not there.

    A word of the vocabulary is filled in as people read it.
    """
    return catalogue(language)[key].format_map({name: _said(value, language) for name, value in params.items()})


def _said(value: object, language: Language) -> object:
    return label(value, language) if isinstance(value, StrEnum) and type(value).__module__ == _WORDS else value


def label(word: StrEnum, language: Language = "zh") -> str:
    """A vocabulary word as a clerk reads it: `TicketType.FAULT` is 故障报修."""
    return catalogue(language)[f"{_section(type(word))}.{word.value}"]


class Labels(tuple[StrEnum, ...]):
    """Vocabulary words as one place of a text: `{fields:zh}` in a Chinese template reads 地址、联系方式."""

    def __format__(self, language: str) -> str:
        chosen: Language = "en" if language == "en" else "zh"
        return ("、" if chosen == "zh" else ", ").join(label(word, chosen) for word in self)


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Every text of one language by dotted key, from all files of its folder."""
    found: dict[str, str] = {}
    for file in sorted((files("texts") / language).iterdir(), key=lambda f: f.name):
        for key, value in _flat(tomllib.loads(file.read_text("utf-8"))):
            if key in found:
                raise ValueError(f"{file.name}: {key} is already defined elsewhere")
            found[key] = value
    return found


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)


@cache
def _section(enum: type[StrEnum]) -> str:
    """`TicketType` keeps its labels under `ticket_type`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in enum.__name__).lstrip("_")
