"""Runs one service as a process of its own, against the Kafka and the store of its settings."""

import os

from starlette.types import Receive, Scope, Send

from kit.clock import RealClock
from kit.http.serving import run as run_loop
from kit.http.serving import serve
from kit.private import OWNER_ALONE
from kit.run.host import Host
from kit.settings import Settings, SettingsError, load_settings
from kit.telemetry.logs import set_up_logs
from kit.telemetry.tracing import set_up_telemetry
from procedures.loader import load_all
from services.registry import SERVICES


def run(name: str, **given: object) -> None:
    """Serve until SIGTERM, then drain. Raises SettingsError before anything is started."""
    settings = load_settings(**given)
    if not settings.kafka.bootstrap_servers:
        raise SettingsError("HOTLINE_KAFKA__BOOTSTRAP_SERVERS: not set; only `hotline up` brings its own broker")
    set_up_logs(name, settings.log)
    set_up_telemetry(name, settings.otel)
    os.umask(OWNER_ALONE)
    run_loop(_serve(name, settings))


async def _serve(name: str, settings: Settings) -> None:
    procedures = load_all()
    host = Host(settings, RealClock(), procedures, procedures.get, [SERVICES[name]])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await host.app(scope, receive, send)

    await serve(app, settings.http, host.health, [host], stop=host.failed)
