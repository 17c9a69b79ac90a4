"""The one message catalogue: what clerks and customers read, in Chinese and in English."""

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal, Protocol

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def text(key: str, language: Language = "zh", /, **params: object) -> str:
    """The text under a dotted key, with `{name}` places filled in; KeyError for a key or place that is not there.

    A word of the vocabulary, or a word that a procedure names, is filled in as people read it.
    """
    return catalogue(language)[key].format_map({name: _said(value, language) for name, value in params.items()})


class Named(Protocol):
    """Something with a name in every language: a word of a procedure."""

    def of(self, language: str) -> str: ...


def _said(value: object, language: Language) -> object:
    if isinstance(value, StrEnum):
        return catalogue(language).get(_key(value), value)
    named = getattr(value, "of", None)
    return named(language) if named is not None and not isinstance(value, type) else value


def label(word: StrEnum, language: Language = "zh") -> str:
    """A vocabulary word as a clerk reads it: `Stage.CLOSED` is 已办结."""
    return catalogue(language)[_key(word)]


def _key(word: StrEnum) -> str:
    return f"{_section(type(word))}.{word.value}"


class Labels(tuple[object, ...]):
    """Several words as one place of a text: `{fields}` reads 地址、联系方式 in Chinese."""

    def of(self, language: Language) -> str:
        """The words as people read them, one after the other."""
        return ("、" if language == "zh" else ", ").join(str(_said(word, language)) for word in self)


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
    """`CallOutcome` keeps its labels under `call_outcome`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in enum.__name__).lstrip("_")
