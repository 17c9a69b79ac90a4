"""What the endpoints stand on, and the few questions they all ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import Depends

from contracts.ids import derived_id
from contracts.refusal import Refusal
from kit.auth.principal import HolderOf
from kit.auth.scope import Principal
from kit.decide.shell import Shell
from kit.http.commands import CommandRequest
from kit.http.problems import Problem, granted
from kit.store.port import Document, S
from procedures.loader import Procedures
from procedures.model import Procedure
from services.knowledge.rules.state import Article, Notice, Task
from services.knowledge.rules.table import READERS
from services.knowledge.search.library import Library

Reader = Annotated[Principal, Depends(HolderOf(*READERS))]
"""Who is told what is in force; a service channel reads it as a connected system."""

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""Ids that must come out the same whenever a command is repeated carry no moment."""


@dataclass(frozen=True, slots=True)
class KnowledgeDesk:
    """All parts of knowledge behind its API."""

    articles: Shell[Article]
    tasks: Shell[Task]
    notices: Shell[Notice]
    procedures: Procedures
    library: Library

    def now(self) -> datetime:
        """The business moment."""
        return self.articles.clock.now()

    def procedure_of(self, reference: str) -> Procedure:
        """The one that a document is pinned to; raises ReplicaTooOld when only a newer image has it."""
        found: Procedure = self.articles.procedure_of(reference)
        return found

    def in_force(self, utility: str) -> Procedure:
        """The procedure under which something new begins; raises Problem 404 for a utility that has none."""
        return granted(self.procedures.serving(utility, self.now()))


async def found(shell: Shell[S], key: str, utility: str, code: str) -> Document[S]:
    """The document; raises Problem 404 with the refusal `code`."""
    document = await shell.get(key, utility)
    if document is None:
        raise Problem(Refusal(code))
    return document


def new_id(kind: Literal["art", "tsk", "ntc"], asked: CommandRequest) -> str:
    """The same for every repeat of the command under its Idempotency-Key."""
    return derived_id(kind, _ALWAYS, f"{asked.who.utility}/{asked.cause.id}")
