"""What the index knows, kept in intake's store: every replica answers alike, and a restart forgets nothing."""

import asyncio
from collections import defaultdict
from datetime import datetime
from typing import Any

from contracts.ids import ALWAYS, derived_id
from kit.decide.state import State
from kit.store.port import Change, Collection, Document, Query, Range, Store
from procedures.model import Procedure
from procedures.model.part import stated
from services.intake.matters.sighting import Sighting
from services.intake.matters.weighing import Alikeness, Signature
from services.intake.matters.window import MatterWindow
from services.intake.matters.words import Lexicon

MOST_TRIES = 50
"""Losing this many races for the next number is a fault of the store, not bad luck."""

_PAGE = 500


class Sighted(State):
    """One request as the index keeps it: no text, only numbers of words; none at all once the window has passed.

    `noted` counts the utility's sightings and their corrections without a gap: whoever has read up to it knows all.
    """

    noted: int
    at: datetime
    matter: str
    type: str
    subtype: str | None
    area: str | None
    signature: str | None
    wake_at: datetime | None


SIGHTINGS = Collection("sightings", Sighted, fields=("noted", "at"), unique=("noted",))

_Group = tuple[str | None, ...]


class RaceLost(RuntimeError):
    """The next number went to others again and again."""


class _Known:
    """What was read of one utility's sightings, judged as one procedure says."""

    def __init__(self, procedure: Procedure) -> None:
        self.noted = 0
        self.alikeness = Alikeness.of(stated(procedure.matters))
        self._compare = stated(procedure.matters).compare.value
        self._windows: dict[_Group, MatterWindow] = defaultdict(lambda: MatterWindow(self.alikeness))

    def judges_like(self, procedure: Procedure) -> bool:
        """Whether this procedure compares in the same way."""
        rules = stated(procedure.matters)
        return Alikeness.of(rules) == self.alikeness and rules.compare.value == self._compare

    @property
    def by_text(self) -> bool:
        """Whether words are compared at all."""
        return "text" in self._compare

    def window(self, request: Sighted | Sighting) -> MatterWindow:
        """The requests that may be one matter with this one."""
        fields = {"type": request.type, "subtype": request.subtype, "area": request.area}
        return self._windows[tuple(fields[name] for name in self._compare if name != "text")]

    def forget(self, now: datetime) -> None:
        """Let go of what left the window, also where no request comes any more."""
        for group, window in list(self._windows.items()):
            window.forget(now)
            if not len(window):
                del self._windows[group]

    def take(self, ticket: str, sighted: Sighted) -> None:
        """Learn of a sighting or of its correction."""
        self.noted = max(self.noted, sighted.noted)
        window = self.window(sighted)
        if window.matter_of(ticket) is not None:
            window.assign(ticket, sighted.matter)
        elif sighted.signature is not None and (signature := Signature.unpacked(sighted.signature)) is not None:
            window.add(ticket, sighted.at, sighted.matter, signature)


class RememberedMatters:
    """Intake's `MatterIndex`. Decisions of all replicas form one row: each is made knowing all before it, or again."""

    def __init__(self, store: Store[Sighted], lexicon: Lexicon) -> None:
        self._store = store
        self._lexicon = lexicon
        self._known: dict[str, _Known] = {}
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def matter_of(self, sighting: Sighting, procedure: Procedure) -> str:
        """The matter the words belong to, remembering them; asked again for the same ticket it answers the same."""
        if not self._lexicon.loaded:
            await asyncio.to_thread(self._lexicon.load)
        async with self._turn[sighting.utility]:
            for tries in range(MOST_TRIES):
                known = await self._caught_up(sighting.utility, sighting.at, procedure, again=tries > 0)
                sighted = self._placed(sighting, known)
                if await self._saved(sighting.utility, sighting.ticket, sighted, 0):
                    known.take(sighting.ticket, sighted)
                    return sighted.matter
                before = (await self._store.load([sighting.ticket])).get(sighting.ticket)
                if before is not None:
                    return before.state.matter
        raise RaceLost(f"sightings of {sighting.utility}")

    async def assign(self, utility: str, ticket: str, matter: str) -> None:
        """A clerk says which matter a ticket belongs to; later requests like it follow. Without a sighting: nothing."""
        for _ in range(MOST_TRIES):
            found = (await self._store.load([ticket])).get(ticket)
            if found is None or found.utility != utility or found.state.matter == matter:
                return
            changed = found.state.model_copy(update={"matter": matter, "noted": await self._last(utility) + 1})
            if await self._saved(utility, ticket, changed, found.version):
                known = self._known.get(utility)
                if known is not None and known.noted + 1 == changed.noted:
                    known.take(ticket, changed)
                return
        raise RaceLost(f"sightings of {utility}")

    async def forget(self, now: datetime, limit: int = _PAGE) -> int:
        """Wipe the words of requests that left the window (for the tick); returns how many."""
        for known in self._known.values():
            known.forget(now)
        due = await self._store.load(await self._store.due(now, limit))
        if due:
            await self._store.save([_wiped(document) for document in due.values()])
        return len(due)

    def _placed(self, sighting: Sighting, known: _Known) -> Sighted:
        window = known.window(sighting)
        said = self._lexicon.read(sighting.subject, sighting.text)
        signature, match = window.nearest(said, sighting.at)
        found = (match.matter if match else None) if known.by_text else window.last_matter()
        matter = found or derived_id("mtr", ALWAYS, f"{sighting.utility}/{sighting.ticket}")
        return Sighted(
            noted=known.noted + 1,
            at=sighting.at,
            matter=matter,
            type=sighting.type,
            subtype=sighting.subtype,
            area=sighting.area,
            signature=window.new_to(matter, signature).packed(),
            wake_at=sighting.at + known.alikeness.window,
        )

    async def _caught_up(self, utility: str, at: datetime, procedure: Procedure, *, again: bool) -> _Known:
        """What is known; from nothing, the window is read back.

        What other replicas noted meanwhile is read once they are known to have: then they took the next number, and
        what was decided without them could not be saved.
        """
        known = self._known.get(utility)
        if known is not None and known.judges_like(procedure):
            if again:
                await self._read(utility, known)
            return known
        known = _Known(procedure)
        last = await self._last(utility)
        await self._read(utility, known, Range("at", low=at - known.alikeness.window))
        known.noted = max(known.noted, last)
        self._known[utility] = known
        return known

    async def _read(self, utility: str, known: _Known, *where: Range) -> None:
        more = True
        while more:
            query = Query(utility, (Range("noted", low=known.noted + 1), *where), "noted", limit=_PAGE)
            found = await self._store.find(query)
            for document in found:
                known.take(document.key, document.state)
            more = len(found) == _PAGE

    async def _last(self, utility: str) -> int:
        found = await self._store.find(Query(utility, order="noted", descending=True, limit=1))
        return found[0].state.noted if found else 0

    async def _saved(self, utility: str, ticket: str, sighted: Sighted, version: int) -> bool:
        return not await self._store.save([_change(utility, ticket, sighted, version)])


def _change(utility: str, ticket: str, sighted: Sighted, version: int) -> Change[Sighted]:
    fields: dict[str, Any] = {"noted": sighted.noted, "at": sighted.at}
    return Change(ticket, utility, version, sighted, sighted.wake_at, fields, sequence=0, seen={})


def _wiped(document: Document[Sighted]) -> Change[Sighted]:
    bare = document.state.model_copy(update={"signature": None, "wake_at": None})
    return _change(document.utility, document.key, bare, document.version)
