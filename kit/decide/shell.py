"""The imperative shell around one decider: load, fold, save atomically, hand what was said to the relay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, Protocol

from contracts.envelope import MOST_BYTES, Event, EventTooLarge
from contracts.ids import moment_of
from contracts.refusal import Refusal
from kit.clock import Clock, machine_now
from kit.decide.awaiting import Awaited
from kit.decide.decider import Decider, Decision
from kit.decide.fold import Cause, Draft, ProcedureOf, group_by_subject
from kit.decide.followups import AGAIN_AFTER, FollowUps
from kit.store.port import Answer, Document, S, Store
from kit.telemetry.metrics import STORE_CONFLICTS

MOST_TRIES = 20
"""A change that loses this many races in a row is a fault of the store, not bad luck."""

_PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2)


class TooManyConflicts(RuntimeError):
    """One document changed under us again and again."""


class Outlet(Protocol):
    """Brings what was just saved to the bus, in order per subject (kit.bus.relay; the queue of virtual time)."""

    def put(self, key: str, published: int, events: Sequence[Event]) -> None:
        """Never waits: what cannot be taken now is found by the sweep later."""
        ...


@dataclass(frozen=True, slots=True)
class Done(Generic[S]):
    """What a command came to: the document as saved, what it said, and the first answer where it was a repeat.

    `document` has learned of its follow-ups as far as they are done; `created`: the command began it.
    """

    document: Document[S]
    events: tuple[Event, ...] = ()
    replayed: Answer | None = None
    created: bool = False


@dataclass(frozen=True, slots=True)
class Idempotency(Generic[S]):
    """A client's Idempotency-Key, the fingerprint of its body, and how to write down the answer to repeat."""

    key: str
    fingerprint: str
    answer: Callable[[Document[S]], bytes]


class _Asked(NamedTuple, Generic[S]):
    """One command on one document, as `Shell.do` is given it."""

    key: str
    decide: Decision[S]
    utility: str
    cause: Cause
    creates: str | None
    expected_version: int | None
    idempotency: Idempotency[S] | None
    is_new: bool


ON_ITS_WAY_FOR = timedelta(minutes=10)
"""So young an id is believed: what it names may not have been heard of here yet."""

UNKNOWN = Refusal("unknown_ticket", transient=True)
ON_ITS_WAY = Refusal("ticket_on_its_way", transient=True)
CHANGED_MEANWHILE = Refusal("changed_meanwhile")
KEY_REUSED = Refusal("idempotency_key_reused")


class Shell(Generic[S]):
    """Runs one decider over one store; handlers, HTTP and the tick all come through here.

    `procedure_of` finds the procedure that a document is pinned to. Whoever shows one asks it, and not the loaded
    files, so that a document of a newer image is an outage (ReplicaTooOld) there, too.
    """

    def __init__(
        self,
        decider: Decider[S],
        store: Store[S],
        outlet: Outlet,
        clock: Clock,
        procedure_of: ProcedureOf,
        patience: timedelta = timedelta(seconds=2),
    ) -> None:
        self.decider = decider
        self.store = store
        self.clock = clock
        self.procedure_of = procedure_of
        self._outlet = outlet
        self._patience = patience
        self._hears_of_new = any("procedure" in fact.model_fields for fact in decider.hears)
        self.follow_ups = FollowUps(decider, store, self._save)
        self._awaited = Awaited()

    async def hear(self, events: Sequence[Event]) -> int:
        """Fold a batch in, each ticket's events in order, in one load and one save; returns how many were repeats."""
        grouped = group_by_subject([event for event in events if type(event.data) in self.decider.hears])
        repeats = 0
        for _ in range(MOST_TRIES):
            if not grouped:
                return repeats
            documents = await self.store.load(list(grouped))
            drafts = [self._fold(key, documents.get(key), batch) for key, batch in grouped.items()]
            lost = await self._save(drafts, timedelta(0))
            repeats += sum(draft.repeats for draft in drafts if draft.key not in lost)
            self._awaited.wake(grouped.keys() - lost)
            grouped = {key: batch for key, batch in grouped.items() if key in lost}
        raise TooManyConflicts(f"{self.decider.collection.name}: {', '.join(grouped)}")

    def _fold(self, key: str, before: Document[S] | None, events: Sequence[Event]) -> Draft[S]:
        draft = Draft.of(self.decider, key, events[0].utility, before)
        for event in events:
            draft.hear(event, self.procedure_of)
        return draft

    async def _save(self, drafts: Sequence[Draft[S]], follow_up_after: timedelta = AGAIN_AFTER) -> set[str]:
        changed = [draft for draft in drafts if draft.changed]
        if not changed:
            return set()
        now, again_at = machine_now(), self.clock.now() + follow_up_after
        lost = await self.store.save([draft.change(now, again_at=again_at) for draft in changed])
        if lost:
            STORE_CONFLICTS.labels(self.decider.service).inc(len(lost))
        for draft in changed:
            if draft.key not in lost:
                self._say(draft)
        return lost

    def _say(self, draft: Draft[S]) -> None:
        if draft.events:
            self._outlet.put(draft.key, draft.before.published if draft.before else 0, draft.events)
        for event in draft.events:
            if (count := self.decider.counts.get(type(event.data))) is not None:
                count(event.data)

    async def do(
        self,
        key: str,
        decide: Decision[S],
        *,
        utility: str,
        cause: Cause,
        creates: str | None = None,
        expected_version: int | None = None,
        idempotency: Idempotency[S] | None = None,
        is_new: bool = False,
    ) -> Done[S] | Refusal:
        """Carry out one command on one document.

        `creates` is the procedure reference under which a document may come into being; without it an unknown key is
        refused. One that `is_new`, as far as the caller knows, is not looked for first: the store does not make a
        document twice. A transient refusal is waited for: the event that would lift it may be on its way.
        """
        asked = _Asked(key, decide, utility, cause, creates, expected_version, idempotency, is_new)
        deadline = machine_now() + self._patience
        for attempt in range(10_000):
            result = await self._try(asked)
            if isinstance(result, Done):
                return replace(result, document=await self.follow_ups.after(result.document, cause.traceparent))
            if not result.transient or machine_now() >= deadline:
                return result
            await self._awaited.hearing(key, _PAUSES[min(attempt, len(_PAUSES) - 1)])
        raise TooManyConflicts(key)

    async def _try(self, asked: _Asked[S]) -> Done[S] | Refusal:
        for tries in range(MOST_TRIES):
            unseen = asked.is_new and not tries
            before = None if unseen else (await self.store.load([asked.key])).get(asked.key)
            if before is not None and before.utility != asked.utility:
                return UNKNOWN
            if tries and (repeated := await self._repeated(before, asked.idempotency)):
                return repeated
            decided = self._decided(asked, before)
            if isinstance(decided, Refusal):
                return decided if tries else await self._repeated(before, asked.idempotency) or decided
            if await self._saved(decided, asked.idempotency):
                return Done(decided.document(), tuple(decided.events), created=before is None)
        raise TooManyConflicts(f"{self.decider.collection.name}: {asked.key}")

    async def _repeated(
        self, before: Document[S] | None, idempotency: Idempotency[S] | None
    ) -> Done[S] | Refusal | None:
        """The first answer of a command that was carried out before: the store refuses to write it twice.

        So it is only looked for once the command was refused, by the store or by a rule.
        """
        if before is None or idempotency is None:
            return None
        first = await self.store.answer(before.key, idempotency.key)
        return _repeat(before, first, idempotency) if first is not None else None

    def _decided(self, asked: _Asked[S], before: Document[S] | None) -> Draft[S] | Refusal:
        expected = asked.expected_version
        if expected is not None and before is not None and before.version != expected:
            return CHANGED_MEANWHILE
        reference = before.state.procedure if before is not None else asked.creates  # type: ignore[attr-defined]
        if reference is None:
            return self.absent(asked.key)
        outcome = asked.decide(before.state if before else None, self.procedure_of(reference))
        if isinstance(outcome, Refusal):
            return outcome
        draft = Draft.of(self.decider, asked.key, asked.utility, before)
        try:
            draft.take(outcome, asked.cause)
        except EventTooLarge as error:
            return Refusal("too_much_said", params={"size": error.size, "most": MOST_BYTES})
        return draft

    async def _saved(self, draft: Draft[S], idempotency: Idempotency[S] | None) -> bool:
        answer = None
        if idempotency is not None:
            answer = Answer(idempotency.key, idempotency.fingerprint, idempotency.answer(draft.document()))
        elif not draft.changed:
            return True
        if await self.store.save([draft.change(machine_now(), answer, self.clock.now() + AGAIN_AFTER)]):
            STORE_CONFLICTS.labels(self.decider.service).inc()
            return False
        self._say(draft)
        return True

    async def tick(self, limit: int = 500) -> int:
        """Wake every document that is due, the earliest first; returns how many were looked at."""
        now = self.clock.now()
        keys = await self.store.due(now, limit)
        await self.wake(keys, now)
        return len(keys)

    async def wake(self, keys: Sequence[str], now: datetime) -> None:
        """Wake those of these documents that are due, and carry out what they name.

        Saves all of them or, when a rule raises, none; raises also what a follow-up does, once the others are done.
        """
        waiting = set(keys) if self.decider.wake is not None else set()
        for _ in range(MOST_TRIES):
            if not waiting:
                return await self.follow_ups.carry_out_due(keys)
            documents = await self.store.load([key for key in keys if key in waiting])
            drafts = [self._wake(document, now) for document in documents.values() if _is_due(document, now)]
            waiting = await self._save(drafts)
        raise TooManyConflicts(f"{self.decider.collection.name}: {', '.join(waiting)}")

    def _wake(self, document: Document[S], now: datetime) -> Draft[S]:
        assert self.decider.wake is not None
        draft = Draft.of(self.decider, document.key, document.utility, document)
        reference: str = document.state.procedure  # type: ignore[attr-defined]
        outcome = self.decider.wake(document.state, now, self.procedure_of(reference))
        if isinstance(outcome, Refusal):
            raise RuntimeError(f"{self.decider.service}: a wake-up was refused: {outcome.code}")
        draft.take(outcome, Cause(f"wake/{self.decider.service}/{document.key}/{document.version}"))
        if _is_due(draft.document(), now):
            raise RuntimeError(f"{self.decider.service}: {document.key} wants to be woken in the past, for ever")
        return draft

    async def next_wake(self, after: datetime | None = None) -> datetime | None:
        """The earliest moment (later than `after`) at which a document wants to be looked at."""
        await self.follow_ups.learn()
        return await self.store.next_wake(after)

    async def get(self, key: str, utility: str) -> Document[S] | None:
        """The document, if there is one and it belongs to this utility."""
        found = await self.shown(key, utility)
        return None if isinstance(found, Refusal) else found

    async def shown(self, key: str, utility: str) -> Document[S] | Refusal:
        """The document, or why there is none to be shown to this utility."""
        found = (await self.store.load([key])).get(key)
        if found is None:
            return self.absent(key)
        return found if found.utility == utility else UNKNOWN

    def absent(self, key: str) -> Refusal:
        """A young id that others mint may belong to what has not been heard of here: it is not unknown, it is early.

        What is there and may not be seen is unknown, however young: nobody guesses an id, and who was given one of
        another utility must not be told to ask again.
        """
        minted = moment_of(key) if self._hears_of_new else None
        young = minted is not None and abs(self.clock.now() - minted) < ON_ITS_WAY_FOR
        return ON_ITS_WAY if young else UNKNOWN


def _repeat(before: Document[S], first: Answer, idempotency: Idempotency[S]) -> Done[S] | Refusal:
    return Done(before, replayed=first) if first.fingerprint == idempotency.fingerprint else KEY_REUSED


def _is_due(document: Document[Any], now: datetime) -> bool:
    wake_at: datetime | None = getattr(document.state, "wake_at", None)
    return wake_at is not None and wake_at <= now
