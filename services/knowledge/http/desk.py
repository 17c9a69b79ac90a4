"""What the endpoints stand on, and the few questions they all ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, create_model

from contracts.ids import derived_id
from contracts.refusal import Refusal
from contracts.vocabulary import Role
from kit.auth.principal import HolderOf, Principal
from kit.decide.shell import Shell
from kit.http.commands import CommandRequest
from kit.http.problems import Problem
from kit.store.port import Document, S
from procedures.loader import Procedures, UnknownProcedureError
from procedures.model import Procedure
from services.knowledge.rules import commands
from services.knowledge.rules.state import Article, Notice, Task
from services.knowledge.search.library import Library
from texts import LANGUAGES, text

READERS = (Role.AGENT, Role.SUPERVISOR, Role.KNOWLEDGE, Role.DIVISION, Role.UNIT, Role.INTEGRATION)
"""Who is told what is in force; a service channel reads it as a connected system (第十八条(三), R004-148)."""

Reader = Annotated[Principal, Depends(HolderOf(*READERS))]

_SPOKEN_FOR = frozenset({"at", "by", "level"})
"""What the clock and the token answer, not the body."""

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Ids that must come out the same whenever a command is repeated carry no moment."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All parts of knowledge behind its API."""

    articles: Shell[Article]
    tasks: Shell[Task]
    notices: Shell[Notice]
    procedures: Procedures
    library: Library

    def now(self) -> datetime:
        """The business moment."""
        return self.articles.clock.now()

    def in_force(self, utility: str) -> Procedure:
        """The procedure under which something new begins; raises Problem 404 for a utility that has none."""
        try:
            return self.procedures.in_force(utility, self.now())
        except UnknownProcedureError:
            raise Problem(Refusal("unknown_utility", params={"utility": utility})) from None


async def found(shell: Shell[S], key: str, utility: str, code: str) -> Document[S]:
    """The document; raises Problem 404 with the refusal `code`."""
    document = await shell.get(key, utility)
    if document is None:
        raise Problem(Refusal(code))
    return document


def new_id(kind: Literal["art", "tsk", "ntc"], command: CommandRequest) -> str:
    """The same for every repeat of the command under its Idempotency-Key."""
    return derived_id(kind, _ALWAYS, f"{command.who.utility}/{command.cause.id}")


def body_of(model: type[commands.Command], **more: Any) -> Any:
    """A request body with the command's own fields, so that a command is described once, and `more` of its own."""
    own = {name: (each.annotation, each) for name, each in model.model_fields.items() if name not in _SPOKEN_FOR}
    made = create_model(f"{model.__name__}Body", __config__=ConfigDict(extra="forbid"), **own, **more)  # type: ignore[call-overload]
    made.__doc__ = model.__doc__
    return made


def asked(model: type[commands.Command], body: BaseModel, command: CommandRequest, at: datetime) -> Any:
    """The command that the body and the token make together."""
    given = {name: getattr(body, name) for name in model.model_fields if name not in _SPOKEN_FOR}
    return model.model_construct(**given, at=at, by=command.by)


def named(key: str) -> str:
    """An endpoint's name in both languages."""
    return " ".join(text(key, language) for language in LANGUAGES)
