"""The root of everything said on the bus: a typed, frozen statement in the past participle."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Grade = Annotated[int, Field(ge=1, le=3)]
"""Complaint grade: 1 重大, 2 一般, 3 轻度 (第十四条(六))."""

Score = Annotated[int, Field(ge=1, le=5)]
"""Satisfaction told by the customer, 5 best."""

Instant = AwareDatetime


class Frozen(BaseModel):
    """A value that never changes; unknown fields are ignored so that newer speakers stay readable."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Fact(Frozen):
    """What happened, and the business moment `at` which it did (not when it was written down)."""

    type: ClassVar[str]
    at: Instant

    @classmethod
    def short_type(cls) -> str:
        """`ticket.opened` for `hotline.ticket.opened.v1`: the name that cases and people use."""
        return cls.type.removeprefix("hotline.").rpartition(".v")[0]


class Actor(Frozen):
    """Who did it: a token's subject, its role and, for units and divisions, which one."""

    subject: str
    role: str
    scope: str | None = None


SYSTEM = Actor(subject="system", role="system")


def is_late(at: datetime, due: datetime) -> bool:
    """A deadline is met at its very instant and missed after it (reading 17)."""
    return at > due
