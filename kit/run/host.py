"""One process that hosts one or several services: their stores, their work on the bus, one HTTP application."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

import httpx
from fastapi import APIRouter, FastAPI
from faststream.kafka import KafkaRouter

from kit.auth.issuer import trusted
from kit.auth.seal import Seal, seal_of
from kit.bus.inbox import Inbox
from kit.bus.publisher import KafkaPublisher
from kit.bus.reader import BusReader
from kit.clock import Clock
from kit.decide.decider import Decider
from kit.decide.fold import ProcedureOf, or_wait
from kit.http.app import create_app
from kit.http.said import add_said
from kit.run.health import Health
from kit.run.runtime import Chore, Duties, ServiceRuntime, Tap, Worker, work_on
from kit.settings import Settings
from kit.store.opening import Stores, open_stores
from kit.store.port import S

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Means(Generic[P]):
    """What a service is given to work with; `procedures` are all there are, `procedure_of` finds one by reference."""

    settings: Settings
    seal: Seal
    clock: Clock
    procedures: P
    procedure_of: ProcedureOf
    stores: Stores
    publisher: KafkaPublisher
    inbox: Inbox

    def work_on(self, decider: Decider[S], tap: Tap | None = None) -> Worker[S]:
        """A decider at work on this service's store and bus; what it says is shown to `tap` as soon as it is saved."""
        patience = timedelta(seconds=self.settings.http.wait_seconds)
        return work_on(decider, self.stores, self.publisher, self.clock, self.procedure_of, patience, tap)


@dataclass(frozen=True, slots=True)
class Assembled:
    """A service put together: its deciders at work, what answers HTTP, what it hears, what else is to be done.

    `alongside` runs as long as the service does.
    """

    workers: tuple[Worker[Any], ...]
    routes: APIRouter
    bus: KafkaRouter | None = None
    chores: tuple[Chore, ...] = ()
    preparations: tuple[Chore, ...] = ()
    alongside: tuple[Chore, ...] = ()


class Service(Protocol):
    """A service to be hosted: who it is, the path it answers under, how it is put together."""

    @property
    def name(self) -> str:
        """Its name on the bus, in logs and in the store."""

    @property
    def prefix(self) -> str:
        """The first part of its paths."""

    def assemble(self, means: Means[Any]) -> Assembled:
        """Put it together."""


@dataclass(slots=True)
class Host:
    """Services in one process. Entering starts their background work, leaving drains it; `app` answers HTTP.

    `stepped`: what is due waits for a driver; `remembers`: False for a bus that forgets at a restart.
    """

    settings: Settings
    clock: Clock
    procedures: Any
    procedure_of: ProcedureOf
    services: Iterable[Service]
    stepped: bool = False
    remembers: bool = True
    extra_routers: tuple[APIRouter, ...] = ()
    runtimes: dict[str, ServiceRuntime] = field(default_factory=dict)
    failed: asyncio.Event = field(default_factory=asyncio.Event)
    health: Health = field(default_factory=Health)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _app: FastAPI | None = None

    @property
    def app(self) -> FastAPI:
        """The HTTP application; there once the host was entered."""
        assert self._app is not None
        return self._app

    async def __aenter__(self) -> Self:
        client = await self._stack.enter_async_context(httpx.AsyncClient(timeout=5))
        verifier, issuer = trusted(self.settings, client)
        routes = {service.prefix: await self._start(service) for service in self.services}
        self._app = create_app(
            "hotline-loop",
            routes,
            settings=self.settings,
            verifier=verifier,
            health=self.health,
            issuer=issuer,
            extras=self.extra_routers,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _start(self, service: Service) -> APIRouter:
        name = service.name
        stores = open_stores(self.settings.store.url, name, prefix=self.settings.store.database)
        self._stack.push_async_callback(stores.close)
        publisher = KafkaPublisher(self.settings.kafka, name)
        inbox = Inbox(name, self.settings.kafka, publisher)
        means = Means(
            self.settings,
            seal_of(self.settings),
            self.clock,
            self.procedures,
            or_wait(self.procedure_of),
            stores,
            publisher,
            inbox,
        )
        assembled = service.assemble(means)
        reader = BusReader(inbox, assembled.bus, self.settings.kafka) if assembled.bus is not None else None
        duties = Duties(
            name,
            assembled.workers,
            reader,
            assembled.chores,
            stepped=self.stepped,
            remembers=self.remembers,
            preparations=assembled.preparations,
            alongside=assembled.alongside,
        )
        runtime = ServiceRuntime(duties, self.settings.kafka, publisher, self.failed)
        self.health.add(f"{name}.store", stores.ping)
        self.health.add(f"{name}.bus", runtime.check_bus)
        self.health.add(f"{name}.outbox", runtime.check_outbox)
        self.runtimes[name] = await self._stack.enter_async_context(runtime)
        add_said(assembled.routes, assembled.workers)
        return assembled.routes
