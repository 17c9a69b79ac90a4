"""One decider alone with its store: facts come over the wire and twice, time is stepped, people come over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Generic

import httpx
from fastapi import APIRouter

from contracts.envelope import Event, decode, encode
from contracts.fact import Fact
from contracts.topics import SPEAKERS, source_of
from kit.auth.issuer import BuiltInIssuer, seeded_user
from kit.clock import SteppedClock
from kit.decide.decider import Decider
from kit.decide.fold import ProcedureOf
from kit.decide.shell import Shell
from kit.http.app import create_app
from kit.run.health import Health
from kit.settings import load_settings
from kit.store.memory import MemoryStore
from kit.store.port import Document, S, Store
from procedures.loader import load_all
from tests.outbox import Outbox

UTILITY = "kunlun-gas-956100"
PROCEDURES = load_all()
FRIDAY_10 = datetime.fromisoformat("2026-11-20T10:00:00+08:00")


class Bench(Generic[S]):
    """A service with nothing around it; in memory unless given a real store."""

    def __init__(
        self, decider: Decider[S], store: Store[S] | None = None, procedure_of: ProcedureOf = PROCEDURES.get
    ) -> None:
        self.outbox = Outbox()
        self.clock = SteppedClock(FRIDAY_10)
        kept = store or MemoryStore(decider.collection)
        self.shell = Shell(decider, kept, self.outbox, self.clock, procedure_of, timedelta(0))
        self._sequences: dict[tuple[str, str], int] = {}

    async def hears(self, fact: Fact, key: str = "tkt_1", utility: str = UTILITY) -> Document[S] | None:
        """Deliver the fact twice in one batch and once more after it, and see that only the first has an effect."""
        self.clock.advance_to(max(fact.at, self.clock.now()))
        service = next(name for name, facts in SPEAKERS.items() if type(fact) in facts)
        sequence = self._sequences[service, key] = self._sequences.get((service, key), 0) + 1
        sent = Event(f"{service}-{key}-{sequence}", source_of(service), key, sequence, utility, fact, "00-trace")
        event = decode(encode(sent))
        await self.shell.hear([event, event])
        before, said = await self.shell.get(key, utility), self.said()
        await self.shell.hear([event])
        assert (await self.shell.get(key, utility), self.said()) == (before, said)
        return before

    async def tick_at(self, moment: datetime) -> int:
        self.clock.advance_to(moment)
        return await self.shell.tick()

    def said(self) -> list[str]:
        return [event.data.short_type() for event in self.outbox.events]


class People:
    """Callers of an app, each with the token of a seeded user."""

    def __init__(self, services: Mapping[str, APIRouter], folder: Path) -> None:
        settings = load_settings(embedded={"issuer": True, "path": folder})
        self._issuer = BuiltInIssuer(folder)
        verifier = self._issuer.verifier(audience="hotline-loop", leeway=timedelta(0))
        self.app = create_app(
            "test", services, settings=settings, verifier=verifier, health=Health(), issuer=self._issuer
        )
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://hotline")

    def _headers(self, who: str, utility: str, language: str) -> dict[str, str]:
        token = self._issuer.token(
            seeded_user(who), utility=utility, audience="hotline-loop", lifetime=timedelta(hours=1)
        )
        return {"Authorization": f"Bearer {token}", "Accept-Language": language}

    async def get(self, who: str, path: str, utility: str = UTILITY, language: str = "en", **params: Any) -> Any:
        headers = self._headers(who, utility, language)
        return await self._client.get(path, params=params, headers=headers)

    async def post(self, who: str, path: str, body: dict[str, Any], utility: str = UTILITY, **headers: str) -> Any:
        all_headers = self._headers(who, utility, "en") | {n.replace("_", "-"): v for n, v in headers.items()}
        return await self._client.post(path, json=body, headers=all_headers)
