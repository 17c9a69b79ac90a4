"""All services behind one HTTP application, without a bus and in memory: what a stranger can reach."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from fastapi import FastAPI

from kit.auth.issuer import BuiltInIssuer
from kit.auth.seal import seal_of
from kit.bus.inbox import Inbox
from kit.bus.publisher import KafkaPublisher
from kit.clock import SteppedClock
from kit.decide.fold import or_wait
from kit.http.app import create_app
from kit.http.said import add_said
from kit.run.health import Health
from kit.run.host import Means
from kit.settings import load_settings
from kit.store.opening import open_stores
from procedures.loader import load_all
from services.registry import SERVICES

FRIDAY_10 = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
_KEY = "a2V5IGZvciB0ZXN0cyBvbmx5LCAzMiBieXRlcyBsb24="


def whole_app(folder: Path) -> FastAPI:
    """Every route of every service; nothing is started, so nothing is heard and nothing goes out.

    `app.state.workers` are its deciders, for whoever lets them hear something.
    """
    settings = load_settings(
        embedded={"issuer": True, "path": folder},
        kafka={"bootstrap_servers": ("127.0.0.1:1",)},
        keys={"pii": _KEY},
        attachments={"path": folder / "attachments"},
        http={"wait_seconds": 0},
    )
    procedures, clock = load_all(), SteppedClock(FRIDAY_10)
    routes, workers = {}, []
    for name, service in SERVICES.items():
        publisher = KafkaPublisher(settings.kafka, name)
        inbox = Inbox(name, settings.kafka, publisher)
        stores = open_stores("sqlite:///:memory:", name)
        means = Means(settings, seal_of(settings), clock, procedures, or_wait(procedures.get), stores, publisher, inbox)
        assembled = service.assemble(means)
        add_said(assembled.routes, assembled.workers)
        workers.extend(assembled.workers)
        routes[service.prefix] = assembled.routes
    issuer = BuiltInIssuer(folder)
    verifier = issuer.verifier(audience="hotline-loop", leeway=timedelta(0))
    app = create_app("whole", routes, settings=settings, verifier=verifier, health=Health(), issuer=issuer)
    app.state.workers = workers
    return app
