"""The root of every section of a procedure file: frozen, closed to unknown words, every number with its clause."""

from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")

RULE, SLUG, RANK, CODE = r"^R\d{3}-\d{3}$", r"^[a-z0-9][a-z0-9_-]*$", r"^[a-z_]+(/[123])?$", r"^[A-Z0-9]{2,6}$"

EXAMPLES = {RULE: "R004-062", SLUG: "meter_replacement", RANK: "complaint/1", CODE: "KG"}
"""What fits a form, for people who do not read regular expressions."""

RuleId = Annotated[str, Field(pattern=RULE)]
"""The id of an enforceable rule, the thread from the text to the code."""

Clause = Annotated[str, Field(min_length=1)]
"""Where it is written, as the office cites it: 第十四条(四)."""

Slug = Annotated[str, Field(pattern=SLUG)]
"""An id that people can type: lower-case letters, digits, `-` and `_`."""


class Basis(StrEnum):
    """Who decided a number: the text itself, this project for want of a text, a published promise, a government."""

    TEXT = "text"
    PROJECT_DEFAULT = "project_default"
    PROMISE = "promise"
    GOVERNMENT = "government"


class Part(BaseModel):
    """A section of the file; a word it does not know is an error that names the words it does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _knows_every_word(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for word in data:
                if word not in cls.model_fields:
                    raise PydanticCustomError(
                        "unknown_word",
                        "unknown word {word}",
                        {"word": repr(word), "key": word, "accepts": sorted(cls.model_fields)},
                    )
        return data


class Sourced(Part):
    """Something the procedure decides: its clause, its rule id and who decided it."""

    source: Clause
    rule: RuleId
    basis: Basis = Basis.TEXT
    note: str | None = None


class Setting(Sourced, Generic[T]):
    """One decided value."""

    value: T


class Names(Part):
    """What people call it, in Chinese and English."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """The name in `zh` or `en`."""
        return self.zh if lang == "zh" else self.en
