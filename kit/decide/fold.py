"""The pure heart of the shell: fold messages into one document and number what is said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic

from contracts.envelope import Event, check_size
from contracts.fact import Fact
from contracts.ids import event_id
from contracts.refusal import Refusal
from contracts.topics import source_of
from kit.decide.decider import Decider
from kit.decide.heard import MOST, is_heard, with_heard
from kit.store.port import Answer, Change, Document, ReplicaTooOld, S

ProcedureOf = Callable[[str], Any]
"""Finds a procedure by its pinned reference, `utility@effective-date`; raises LookupError for one that is not there."""


def or_wait(procedure_of: ProcedureOf) -> ProcedureOf:
    """Raises ReplicaTooOld instead: whoever pinned the reference had the file, so a newer image brings it."""

    def find(reference: str) -> Any:
        try:
            return procedure_of(reference)
        except LookupError as error:
            raise ReplicaTooOld(f"this image is too old: {error}") from error

    return find


class RuleRefusedFact(RuntimeError):
    """A rule refused what has already happened: a defect of the rule, so the event becomes a dead letter."""


class Implausible(RuntimeError):
    """An event that cannot be true of its subject: of another utility, or of a number that nobody has."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is done: the id that makes a replay say the same, and the trace it belongs to."""

    id: str
    traceparent: str | None = None


@dataclass(slots=True)
class Draft(Generic[S]):
    """A document being changed: what it was, what it is now, and what there is to say."""

    decider: Decider[S]
    key: str
    utility: str
    before: Document[S] | None
    state: S | None = None
    seen: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    repeats: int = 0

    @classmethod
    def of(cls, decider: Decider[S], key: str, utility: str, before: Document[S] | None) -> "Draft[S]":
        if before is None:
            return cls(decider, key, utility, None)
        return cls(decider, key, before.utility, before, before.state, dict(before.seen))

    @property
    def sequence(self) -> int:
        return (self.before.sequence if self.before else 0) + len(self.events)

    @property
    def changed(self) -> bool:
        return bool(self.events) or self.state is not (self.before.state if self.before else None)

    def hear(self, event: Event, procedure_of: ProcedureOf) -> None:
        """Fold one event in, unless it was heard before or concerns a subject this service does not keep."""
        rule = self.decider.hears.get(type(event.data))
        reference = _procedure_reference(self.state, event.data)
        if rule is None or reference is None:
            return
        heard = self.seen.get(event.source, "")
        if is_heard(heard, event.sequence, event.id):
            self.repeats += 1
            return
        self._check(event, reference)
        outcome = rule(self.state, event.data, procedure_of(reference))
        if isinstance(outcome, Refusal):
            raise RuleRefusedFact(f"{self.decider.service} refused {event.type} of {self.key}: {outcome.code}")
        self.seen[event.source] = with_heard(heard, event.sequence, event.id)
        self.take(outcome, Cause(event.id, event.traceparent))

    def _check(self, event: Event, reference: str) -> None:
        """Raises Implausible: one utility to an event, its document and its procedure; no number beyond all others."""
        if event.utility != self.utility:
            raise Implausible(f"{event.type} of {event.utility} for {self.key}, which is of {self.utility}")
        if self.state is None and reference.partition("@")[0] != event.utility:
            raise Implausible(f"{event.type} of {event.utility} under the procedure {reference}")
        if event.sequence > MOST:
            raise Implausible(f"{event.source} has no event number {event.sequence} for {self.key}")

    def take(self, outcome: tuple[S, tuple[Fact, ...]], cause: Cause) -> None:
        """Accept a rule's new state and number its facts. Raises EventTooLarge."""
        self.state, facts = outcome
        source = source_of(self.decider.service)
        for fact in facts:
            sequence = self.sequence + 1
            identity = event_id(cause.id, source, sequence)
            event = Event(identity, source, self.key, sequence, self.utility, fact, cause.traceparent)
            check_size(event)
            self.events.append(event)

    def change(self, said_at: datetime, answer: Answer | None = None, again_at: datetime | None = None) -> Change[S]:
        """The one atomic update that holds everything this draft decided.

        `again_at` is when the tick looks after follow-ups that the state still names.
        """
        assert self.state is not None
        return Change(
            key=self.key,
            utility=self.utility,
            expected=self.before.version if self.before else 0,
            state=self.state,
            wake_at=self._wake_at(again_at),
            fields=self.decider.fields(self.state),
            sequence=self.sequence,
            seen=self.seen,
            events=tuple(self.events),
            answer=answer,
            said_at=said_at,
        )

    def _wake_at(self, again_at: datetime | None) -> datetime | None:
        wake_at: datetime | None = getattr(self.state, "wake_at", None)
        follow_ups = self.decider.follow_ups
        if follow_ups is None or again_at is None or self.state is None or not follow_ups(self.state):
            return wake_at
        return min(wake_at, again_at) if wake_at is not None else again_at

    def document(self) -> Document[S]:
        """The document as it stands once the change is saved."""
        assert self.state is not None
        if not self.changed and self.before is not None:
            return self.before
        version = (self.before.version if self.before else 0) + 1
        published = self.before.published if self.before else 0
        return Document(self.key, self.utility, version, self.state, self.sequence, published, self.seen)


def _procedure_reference(state: object, message: object) -> str | None:
    """A ticket is judged by the procedure it was opened under; only an opening fact names one itself."""
    found: str | None = getattr(state if state is not None else message, "procedure", None)
    return found


def group_by_subject(events: Sequence[Event]) -> dict[str, list[Event]]:
    """The batch by ticket, each in the order it came."""
    grouped: dict[str, list[Event]] = {}
    for event in events:
        grouped.setdefault(event.subject, []).append(event)
    return grouped
