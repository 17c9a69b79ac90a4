"""Values that are their spelling in a file; a bad one is told to a person who types with a Chinese input method."""

import re
import unicodedata
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema


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


class Spelt(ABC):
    """A value that is its spelling in a file, both ways: `spelling` matches it, `accepted` are examples of each form.

    In a model a bad one is an error of the type `code` (see SpellingError), with `accepts`.
    """

    __slots__ = ()

    spelling: ClassVar[re.Pattern[str]]
    accepted: ClassVar[tuple[str, ...]]

    @classmethod
    @abstractmethod
    def parse(cls, text: str) -> Self:
        """Read a spelling; raises SpellingError."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        shown = core_schema.plain_serializer_function_ser_schema(str)
        return core_schema.no_info_plain_validator_function(cls._validated, serialization=shown)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "pattern": f"^{cls.spelling.pattern}$", "examples": list(cls.accepted)}

    @classmethod
    def _validated(cls, value: Any) -> Self:
        if isinstance(value, cls):
            return value
        try:
            return cls.parse(value)
        except SpellingError as fault:
            context = {**fault.params, "reason": str(fault), "accepts": list(fault.accepts)}
            raise PydanticCustomError(fault.code, "{reason}", context) from fault
