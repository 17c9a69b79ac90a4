"""What can be asked of a document, as values: endpoints, offers to people and written cases are all made from these.

Pure, so that rules may build their tables of it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from contracts.fact import SYSTEM, Actor, Instant
from contracts.refusal import Clause, Outcome, refused
from contracts.vocabulary import Role
from contracts.windows import misplaced

S = TypeVar("S")


class Command(BaseModel):
    """Asked at the business moment `at`; SYSTEM as `by` (a written case) stands in for whoever is responsible."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)
    at: Instant
    by: Actor = SYSTEM


def _whatever(_: object, __: object) -> bool:
    return True


def _everywhere(_: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """One thing that can be asked of a document.

    `name` is the word of a written case, of `accepts` and, dashed and unless `word` is another, of the path; `clause`
    foresees the step; it is heard in `stages` (none given: in all) while it is `open`; it belongs to `roles`, and only
    a procedure that has the rules for it makes it `offered`. `speaks_as` is the field of the command that the caller's
    role answers, and that a written case calls `by`. It may begin a document only where it `begins`. `beside` is the
    table that it stands in.
    """

    name: str
    command: type[Command]
    rule: Callable[[Any, Any, Any], Outcome[S]]
    roles: tuple[Role, ...]
    clause: Callable[[Any], Clause]
    stages: Collection[Enum] = ()
    open: Callable[[S, Any], bool] = _whatever
    offered: Callable[[Any], bool] = _everywhere
    speaks_as: str | None = None
    word: str | None = None
    begins: bool = False
    beside: "Steps[S]" = field(default_factory=dict, repr=False, compare=False)

    @property
    def path(self) -> str:
        """The last word of its address."""
        return self.word or self.name.replace("_", "-")

    def asked(self, at: datetime, by: Actor, stated: Mapping[str, Any]) -> Command:
        """The command of a request whose fields were validated at the edge; they are not validated again."""
        return self.command.model_construct(**{**stated, "at": at, "by": by})

    def written(self, at: datetime, words: Mapping[str, object], by: Actor = SYSTEM) -> Command:
        """The command from a written case's words; ValidationError for a wrong one."""
        renamed = {self.speaks_as if name == "by" and self.speaks_as else name: word for name, word in words.items()}
        return self.command.model_validate({**renamed, "at": at, "by": by})

    def taken(self, state: S | None, command: Command, procedure: Any) -> Outcome[S]:
        """What the rule makes of it; refused where the procedure has no rules for such a step, or time none.

        A moment that the command states lies in the window of its kind (contracts.fact.Window).
        """
        if not self.offered(procedure):
            there = offered(self.beside, procedure)
            return refused("not_in_procedure", self.clause(procedure), accepts=there, step=self.name)
        if (refusal := misplaced(command, command.at)) is not None:
            clause = self.clause(procedure)
            return replace(refusal, clause=clause.source, rule=clause.rule)
        return self.rule(state, command, procedure)

    def is_heard_in(self, stage: Enum | None) -> bool:
        """Whether the document's stage hears it; None where the document has no stages."""
        return not self.stages or stage in self.stages


Steps = Mapping[str, Step[S]]
"""Steps by name, in the order in which they are offered."""


def steps(*each: Step[S]) -> Steps[S]:
    """A table of steps, each of which knows the others."""
    table: dict[str, Step[S]] = {}
    shown = MappingProxyType(table)
    table.update({step.name: replace(step, beside=shown) for step in each})
    return shown


def accepted_now(table: Steps[S], state: S, stage: Enum | None, procedure: object) -> tuple[str, ...]:
    """The steps that would be heard now, whoever may take them."""
    return tuple(
        name
        for name, step in table.items()
        if step.is_heard_in(stage) and step.offered(procedure) and step.open(state, procedure)
    )


def offered(table: Steps[S], procedure: object) -> tuple[str, ...]:
    """The steps that this procedure has at all."""
    return tuple(name for name, step in table.items() if step.offered(procedure))
