"""The root of everything said on the bus: a typed, frozen statement in the past participle."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, ClassVar, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

Grade = Annotated[int, Field(ge=1, le=9)]
"""How grave, 1 the gravest; what each is called is the procedure's."""

Score = Annotated[int, Field(ge=0, le=100)]
"""Satisfaction told by the customer, on the procedure's scale."""

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""How many, how often, how large: what every reader of JSON holds exactly."""

Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
"""A word of a utility's procedure: a business type, a clock, a flag, a ground."""

Line = Annotated[str, Field(max_length=255)]
"""An id, a name, a reference: as long as the `sub` of an OpenID token may be."""

Text = Annotated[str, Field(max_length=4000)]
"""What a person wrote."""

Typed = Annotated[Text, StringConstraints(strip_whitespace=True)]
"""The same as it comes from a keyboard; an empty one is the rules' to refuse, with the clause that wants one."""

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

Few = Annotated[tuple[T, ...], Field(max_length=50)]
"""A list that people fill."""

Open = Annotated[E | Word, Field(union_mode="left_to_right")]
"""A word of the loop that a newer speaker may have more of: read as that word, never as malformed."""

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Where the calendar begins and ends: for no year outside are working days known, and arithmetic stops here."""

CALENDAR: JsonDict = {"formatMinimum": EARLIEST.isoformat(), "formatMaximum": LATEST.isoformat()}
"""The same for JSON Schema, which has no such words of its own."""

Instant = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST, json_schema_extra=CALENDAR)]
"""A moment, with its offset, that every calendar can reckon with."""


@dataclass(frozen=True, slots=True)
class Window:
    """How long before and after the moment at which it is said a stated moment may lie."""

    before: timedelta
    after: timedelta

    def around(self, at: datetime) -> tuple[datetime, datetime]:
        """The first and the last moment that may be stated at `at`."""
        return max(EARLIEST, at - min(self.before, at - EARLIEST)), min(LATEST, at + self.after)


SKEW = timedelta(minutes=1)
"""How far two clocks that are both right may differ."""

Past = Annotated[Instant, Window(before=LATEST - EARLIEST, after=SKEW)]
"""When something happened, as somebody tells afterwards."""

Ahead = Annotated[Instant, Window(before=timedelta(days=1), after=timedelta(days=3660))]
"""When something is to happen: within ten years, and written down at the latest on the day after."""


class Frozen(BaseModel):
    """A value that never changes; unknown fields are ignored so that newer speakers stay readable."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Fact(Frozen):
    """What happened, and the business moment `at` which it did (not when it was written down)."""

    type: ClassVar[str]
    said_by: ClassVar[str]
    """The service that alone says it."""
    about: ClassVar[tuple[str, ...]]
    """The kinds of id that what it happens to may have: `tkt`."""
    told_apart_by: ClassVar[str | None] = None
    """The field whose word tells one such fact from another: why held, which step."""
    at: Instant

    @classmethod
    @cache
    def short_type(cls) -> str:
        """`ticket.opened` for `hotline.ticket.opened.v1`: the name that cases and people use."""
        return cls.type.removeprefix("hotline.").rpartition(".v")[0]


class Value(Frozen):
    """What facts are made of and documents keep: in a document it keeps fields that a newer replica wrote.

    From the bus it is read without any (`contracts.envelope`), and from outside none is taken (`Known`).
    """

    model_config = ConfigDict(extra="allow", json_schema_extra=lambda schema: schema.pop("additionalProperties", None))


V = TypeVar("V", bound=Value)


def _no_more(value: V) -> V:
    if value.model_extra:
        accepts = sorted(type(value).model_fields)
        raise PydanticCustomError(
            "unknown_word", "unknown word {word}", {"word": repr(next(iter(value.model_extra))), "accepts": accepts}
        )
    return value


Known = Annotated[V, AfterValidator(_no_more)]
"""As somebody outside states it: a field that is not known is a mistake, and nothing of it is kept."""


class Actor(Value):
    """Who did it: a token's subject, its role and, for units and divisions, which one, or which ones."""

    subject: Line
    role: Word
    scope: Text | None = None
    scopes: Few[Line] | None = None

    @property
    def within(self) -> tuple[str, ...]:
        """Every unit or division that they speak for."""
        return self.scopes or ((self.scope,) if self.scope else ())


SYSTEM = Actor(subject="system", role="system")


def is_late(at: datetime, due: datetime) -> bool:
    """A deadline is met at its very instant and missed after it (reading 17)."""
    return at > due
