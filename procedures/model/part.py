"""The root of every section of a procedure file: frozen, closed to unknown words, every number with its clause."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")

RULE, SLUG, RANK = r"^[A-Z]{1,8}[0-9]{0,4}-[0-9]{1,4}$", r"^[a-z0-9][a-z0-9_-]{0,63}$", r"^[a-z0-9_-]+(/[1-9])?$"

AREA, HOTLINE = r"^[a-z0-9_-]+(/[a-z0-9_-]+)*$", r"^[0-9]{3,12}$"
DAY_OF_YEAR = r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
SAME = r"^(customer|matter|type|subtype|area|region|field\.[a-z0-9_-]+)$"

EXAMPLES = {
    RULE: "R004-062",
    SLUG: "meter_replacement",
    RANK: "complaint/1",
    AREA: "jinan/lixia",
    HOTLINE: '"956100"',
    DAY_OF_YEAR: "06-01",
    SAME: "customer, matter, type, subtype, area, region, field.…",
}
"""What fits a form, for people who do not read regular expressions."""

RuleId = Annotated[str, Field(pattern=RULE)]
"""The id of an enforceable rule, the thread from the text to the code."""

Clause = Annotated[str, Field(min_length=1, max_length=100)]
"""Where it is written, as the office cites it: 第十四条(四)."""

Slug = Annotated[str, Field(pattern=SLUG)]
"""An id that people can type: lower-case letters, digits, `-` and `_`."""

Area = Annotated[str, Field(pattern=AREA, max_length=120)]
"""A place as a path from the large to the small: `jinan/lixia`."""


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str | int) and not isinstance(value, bool) else value


Some = Annotated[tuple[T, ...], BeforeValidator(_listed)]
"""One or several: `fault` stands for `[fault]`."""


class Basis(StrEnum):
    """Who decided a number: the text itself, this project for want of a text, a published promise, a government."""

    TEXT = "text"
    PROJECT_DEFAULT = "project_default"
    PROMISE = "promise"
    GOVERNMENT = "government"


class Part(BaseModel):
    """A section of the file; a word it does not know is an error that names the words it does."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _knows_every_word(cls, data: Any) -> Any:
        if isinstance(data, dict):
            known = {field.alias or name for name, field in cls.model_fields.items()}
            for word in data:
                if word not in known:
                    raise PydanticCustomError(
                        "unknown_word",
                        "unknown word {word}",
                        {"word": repr(word), "key": word, "accepts": sorted(known)},
                    )
        return data


class Sourced(Part):
    """Something the procedure decides: its clause, its rule id and who decided it."""

    source: Clause
    rule: RuleId | None = None
    basis: Basis = Basis.TEXT
    note: str | None = None


class Setting(Sourced, Generic[T]):
    """One decided value."""

    value: T


class Names(Part):
    """What people call it, in Chinese and English."""

    zh: Annotated[str, Field(min_length=1, max_length=200)]
    en: Annotated[str, Field(min_length=1, max_length=200)]

    def of(self, language: str) -> str:
        """The name in `zh` or `en`."""
        return self.zh if language == "zh" else self.en


class Text(Part):
    """Words to be read out or shown, in Chinese and English."""

    zh: Annotated[str, Field(min_length=1, max_length=4000)]
    en: Annotated[str, Field(min_length=1, max_length=4000)]

    def of(self, language: str) -> str:
        """The text in `zh` or `en`."""
        return self.zh if language == "zh" else self.en


def stated(section: T | None) -> T:
    """A section that is there: a step that needs it is not offered where a file leaves it out."""
    assert section is not None
    return section


Words = Mapping[Slug, Names]
"""The words of a kind that the file introduces (flags, grounds, subtypes), with their names, in the file's order."""
