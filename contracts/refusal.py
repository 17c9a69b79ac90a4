"""An anticipated "no": a typed result, not an exception, which HTTP turns into a problem document naming the clause."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from contracts.fact import Fact

S = TypeVar("S")


class Clause(Protocol):
    """A place in the written procedure, with the id of its rule where rules are numbered."""

    @property
    def source(self) -> str: ...

    @property
    def rule(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command changed nothing.

    `code` keys the message catalogue (`refusal.<code>`) and the HTTP status; `clause` and `rule` are what refuses;
    `accepts` lists what would be accepted; `transient` says that an event still on its way may make it acceptable.
    """

    code: str
    clause: str | None = None
    rule: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    accepts: tuple[str, ...] = ()
    transient: bool = False


Outcome = tuple[S, tuple[Fact, ...]] | Refusal
"""What a rule returns: the new state with the facts to say, or a refusal."""


def refused(
    code: str, basis: Clause, *, accepts: Iterable[str] = (), transient: bool = False, **params: object
) -> Refusal:
    """A refusal resting on `basis`, which the procedure file decides; `params` fill the places of its text."""
    return Refusal(code, basis.source, basis.rule, params, tuple(accepts), transient)
