"""`hotline up`: the whole hotline in one process, with a broker and stores of its own under ./var."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter
from pydantic import SecretBytes

from embedded import RunningBroker, broker
from hotline.address import tell_address
from hotline.stepping import Stepper, clock_router
from kit.auth.keyfile import kept_key
from kit.clock import Clock, RealClock, SteppedClock
from kit.http.serving import listening
from kit.run.host import Host
from kit.settings import Settings
from procedures.loader import load_all
from services.registry import SERVICES

Told = Callable[[str], None]
"""Where progress is told to: one line a time."""

Downloaded = Callable[[int, int], None]
"""Told how many bytes of the broker's files are there, of how many, while they are fetched the first time."""


@dataclass(frozen=True, slots=True)
class Running:
    """The hotline, answering at `address`; `stepper` only in stepped mode."""

    address: str
    settings: Settings
    host: Host
    broker: RunningBroker
    stepper: Stepper | None


@asynccontextmanager
async def everything(settings: Settings, told: Told, downloaded: Downloaded | None = None) -> AsyncIterator[Running]:
    """Start broker, services and HTTP; leaving drains them in the opposite order."""
    var = settings.embedded.path
    told("starting the broker 启动消息总线 …")
    async with (
        broker(var, wanted=settings.embedded.broker or "auto", on_progress=downloaded) as running,
        under_way(var) as ended_well,
    ):
        settings = at_home(settings, running)
        clock = clock_of(settings)
        procedures = load_all()
        host = Host(
            settings,
            clock,
            procedures,
            procedures.get,
            SERVICES.values(),
            stepped=isinstance(clock, SteppedClock),
            # Kafka does not wait for the disk: after a power cut it is told again what it may have lost.
            remembers=running.remembers and ended_well,
        )
        stepper = Stepper(clock, host.runtimes) if isinstance(clock, SteppedClock) else None
        host.extra_routers = _routers(stepper)
        told("starting the services 启动服务 …")
        async with host, listening(host.app, settings.http) as address:
            tell_address(var, address, running.bootstrap)
            yield Running(address, settings, host, running, stepper)


@asynccontextmanager
async def under_way(var: Path) -> AsyncIterator[bool]:
    """Whether the run before came to its end; a mark under `var` stands while one has not."""
    mark = var / "under-way"
    ended_well = not mark.exists()
    mark.touch()
    yield ended_well
    mark.unlink(missing_ok=True)


def _routers(stepper: Stepper | None) -> tuple[APIRouter, ...]:
    return (clock_router(stepper),) if stepper else ()


def at_home(settings: Settings, running: RunningBroker) -> Settings:
    """The settings of the embedded mode: its own broker, issuer and key; what the environment says stays."""
    kafka = settings.kafka.model_copy(
        update={"bootstrap_servers": (running.bootstrap,), "idempotent": running.idempotent}
    )
    embedded = settings.embedded.model_copy(update={"issuer": settings.auth.issuer is None})
    own = {"pii": settings.keys.pii, "signing": settings.keys.signing}
    missing = {
        name: SecretBytes(kept_key(settings.embedded.path / f"{name}.key")) for name, key in own.items() if key is None
    }
    keys = settings.keys.model_copy(update=missing)
    return settings.model_copy(update={"kafka": kafka, "embedded": embedded, "keys": keys})


def clock_of(settings: Settings) -> Clock:
    """Stepped from a moment, or real."""
    moment: datetime | None = settings.embedded.stepped_from
    return SteppedClock(moment) if moment is not None else RealClock()
