"""Follow-ups: what a document names to be done elsewhere, carried out after its save, and by the tick until done."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Generic, NamedTuple, Protocol

import structlog

from kit.decide.apart import each_apart
from kit.decide.decider import Decider, Decision
from kit.decide.fold import Cause, Draft
from kit.store.port import Document, S, Store

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(minutes=1)
"""A follow-up not done by then failed or was left behind by a crash: the tick takes it up."""

CarryOut = Callable[[Document[S], str, Cause], Awaitable[Callable[[S], S]]]
"""Does one follow-up of a document; under the same cause it has its effect once, however often it is asked.

Returns how the document learns that it is done.
"""


class Commanded(Protocol):
    """Takes commands on documents of another kind (a Shell)."""

    async def do(self, key: str, decide: Decision[Any], *, utility: str, cause: Cause) -> object: ...


def command_on(
    others: Commanded, command: Callable[[Document[S], str], Decision[Any]], done: Callable[[S, str], S]
) -> CarryOut[S]:
    """The follow-ups that are one command each, on the document that each is named after.

    One that is refused is done, too: asked again it would be refused again.
    """

    async def carry_out(document: Document[S], name: str, cause: Cause) -> Callable[[S], S]:
        await others.do(name, command(document, name), utility=document.utility, cause=cause)
        return lambda state: done(state, name)

    return carry_out


class _Attempt(NamedTuple, Generic[S]):
    """The document as it learns of what was done, and why the rest failed."""

    draft: Draft[S]
    failed: dict[str, Exception]


class FollowUps(Generic[S]):
    """The follow-ups of one shell's documents. `save` is the shell's: it returns the keys that lost a race."""

    def __init__(
        self, decider: Decider[S], store: Store[S], save: Callable[[Sequence[Draft[S]]], Awaitable[set[str]]]
    ) -> None:
        self._decider = decider
        self._store = store
        self._save = save
        self._carry_out: CarryOut[S] | None = None
        self._learning: dict[str, Draft[S]] = {}

    def carried_out_by(self, carry_out: CarryOut[S]) -> None:
        """Say who does them; to be said once, before the first document is changed."""
        self._carry_out = carry_out

    async def after(self, document: Document[S], traceparent: str | None) -> Document[S]:
        """Carry out what the saved document names; what fails is left to the tick. The document as it then is."""
        if not self._named(document):
            return document
        done = self._learning.get(document.key)
        if done is not None and done.before == document:
            return done.document()
        draft, failed = await self._attempt(document, traceparent)
        for name, error in failed.items():
            kind = self._decider.collection.name
            log.error("follow_up.failed", kind=kind, key=draft.key, follow_up=name, exc_info=error)
        if self._decider.learns_with_tick and draft.changed:
            self._learning[draft.key] = draft
        elif await self._save([draft]):
            return document
        return draft.document()

    async def carry_out_due(self, keys: Sequence[str]) -> None:
        """The tick's turn. A failure is raised once all were tried, so that the ticker knows whom to try later."""
        if self._decider.follow_ups is None:
            return
        documents = (await self._store.load(keys)).values()
        attempts = [await self._attempt(each, None) for each in documents if self._named(each)]
        await self._save([each.draft for each in attempts])
        for each in attempts:
            for error in each.failed.values():
                raise error

    async def learn(self) -> None:
        """Save what documents have still to learn; one that was changed meanwhile learns it when it is due again."""
        learning, self._learning = self._learning, {}
        await self._save(list(learning.values()))

    def _named(self, document: Document[S]) -> Sequence[str]:
        return self._decider.follow_ups(document.state) if self._decider.follow_ups is not None else ()

    async def _attempt(self, document: Document[S], traceparent: str | None) -> _Attempt[S]:
        """Each for itself; raises only what is an outage."""
        carry_out, kind = self._carry_out, self._decider.collection.name
        assert carry_out is not None, f"nobody carries out the follow-ups of {kind}"
        draft = Draft.of(self._decider, document.key, document.utility, document)
        failed: dict[str, Exception] = {}

        async def one(names: Sequence[str]) -> None:
            for name in names:
                note = await carry_out(document, name, Cause(f"{kind}/{document.key}/{name}", traceparent))
                draft.state = note(draft.state or document.state)

        async def give_up(name: str, error: Exception) -> None:
            failed[name] = error

        for name in self._named(document):
            await each_apart([name], one, give_up)
        return _Attempt(draft, failed)
