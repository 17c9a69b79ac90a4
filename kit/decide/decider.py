"""What a service decides, as plain data: pure rules by message, without a store, a bus or a clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic

from contracts.fact import Fact
from contracts.refusal import Outcome
from kit.store.port import Collection, Fields, S

Rule = Callable[[S | None, Any, Any], Outcome[S]]
"""`f(state, fact, procedure)`: state is None while this service knows nothing of the subject."""

Decision = Callable[[S | None, Any], Outcome[S]]
"""A command closed over its message: `f(state, procedure)`."""


def _no_fields(_: Any) -> Fields:
    return {}


@dataclass(frozen=True, slots=True)
class Decider(Generic[S]):
    """One kind of document of one service: what it hears, what it does when woken, which fields lists may ask for.

    `follow_ups` names what a state wants done elsewhere (kit.decide.followups), until the state has learned that it is
    done. It learns at once, or with the next tick (`learns_with_tick`), many documents in one save: for those that
    nobody else changes or shows by version.

    `counts` is told of every such fact that is saved, for a metric of the service's own.

    The real runtime (kit.decide.shell) and virtual time (hotline.virtual) drive the same value.
    """

    service: str
    collection: Collection[S]
    hears: Mapping[type[Fact], Rule[S]] = field(default_factory=dict)
    wake: Callable[[S, datetime, Any], Outcome[S]] | None = None
    fields: Callable[[S], Fields] = _no_fields
    follow_ups: Callable[[S], Sequence[str]] | None = None
    learns_with_tick: bool = False
    counts: Mapping[type[Fact], Callable[[Any], None]] = field(default_factory=dict)

    @property
    def is_woken(self) -> bool:
        """Whether the tick has anything to do for these documents."""
        return self.wake is not None or self.follow_ups is not None
