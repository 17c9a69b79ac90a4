"""Why a text is not a spelling of what it should be, in words for a person who types with a Chinese input method."""

import unicodedata
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic_core import PydanticCustomError, core_schema

T = TypeVar("T")


class SpellingError(ValueError):
    """A text is not spelt as `accepts` shows; `code` keys the message catalogue (`file_fault.<code>`)."""

    def __init__(self, code: str, why: str, accepts: tuple[str, ...], **params: str) -> None:
        self.code = code
        self.accepts = accepts
        self.params = params
        super().__init__(f"{why}; accepted: {', '.join(accepts)}")


def misspelt(value: object, code: str, kind: str, accepts: tuple[str, ...]) -> SpellingError:
    """`value` is no `kind`; where full-width characters are in the way it names what to type instead of each."""
    typed = value if isinstance(value, str) else ""
    retype = ", ".join(f"{each!r} → {half_width(each)!r}" for each in dict.fromkeys(typed) if half_width(each) != each)
    if retype:
        why = f"{value!r} is not a {kind}: full-width characters, type {retype}"
        return SpellingError("retype", why, accepts, retype=retype)
    return SpellingError(code, f"{value!r} is not a {kind}", accepts)


def half_width(text: str) -> str:
    """The text with the full-width forms of ASCII characters (`２`, `：`) made plain; other characters stay."""
    plain = ((each, unicodedata.normalize("NFKC", each)) for each in text)
    return "".join(meant if meant.isascii() else each for each, meant in plain)


def schema_of(kind: type[T], parse: Callable[[Any], T]) -> core_schema.CoreSchema:
    """In a model the value is its spelling, both ways; a bad one is an error of the type `code`, with `accepts`."""

    def validated(value: Any) -> T:
        if isinstance(value, kind):
            return value
        try:
            return parse(value)
        except SpellingError as fault:
            context = {**fault.params, "reason": str(fault), "accepts": list(fault.accepts)}
            raise PydanticCustomError(fault.code, "{reason}", context) from fault

    shown = core_schema.plain_serializer_function_ser_schema(str)
    return core_schema.no_info_plain_validator_function(validated, serialization=shown)
