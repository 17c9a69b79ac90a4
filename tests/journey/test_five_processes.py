"""Five services as five processes, on SQLite and on MongoDB's protocol: the loop closes, and they drain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import uuid4

import pytest

from kit.clock import RealClock
from services.registry import SERVICES
from tests.backends import KafkaBackEnd, MongoBackEnd
from tests.fleet import Fleet, Persistent, eventually
from tests.journey.collector import Collector, collecting
from tests.journey.office import request
from tests.running import Tokens


@pytest.fixture(params=["sqlite", "mongo"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'documents'}"
    back_end: MongoBackEnd = request.getfixturevalue("mongo")
    server, _, options = back_end.url.partition("?")
    return f"{server.rstrip('/')}/five_{uuid4().hex[:8]}" + (f"?{options}" if options else "")


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    with collecting() as found:
        yield found


async def test_five_processes_close_the_loop_as_one_trace_say_that_they_are_ready_and_drain(
    kafka: KafkaBackEnd, store_url: str, tmp_path: Path, collector: Collector
) -> None:
    fleet = Fleet(tmp_path, kafka.bootstrap, store_url, _environment(kafka, collector))
    client = Persistent(fleet.addresses(), Tokens(tmp_path))
    try:
        await fleet.start()
        ready = {name: await fleet.ready(name) for name in SERVICES}
        assert all(
            set(found["checks"]) == {f"{name}.{part}" for part in ("store", "bus", "outbox")}
            for name, found in ready.items()
        )
        orders = await asyncio.gather(*(_live(client, number) for number in range(6)))
        for order in orders:
            await _until_closed(client, order)
        trace = await _traced(client)
    finally:
        await client.close()
        statuses = await fleet.stop()
    assert statuses == dict.fromkeys(SERVICES, 0), fleet.logs()
    assert fleet.logs().count('"drained"') == len(SERVICES)
    spans = collector.of_trace(trace)
    assert {span.service for span in spans} == {"intake", "routing", "sla_monitor", "callback"}
    assert ("intake", "SPAN_KIND_SERVER") in {(span.service, span.kind) for span in spans}
    heard = {span.service for span in spans if span.kind == "SPAN_KIND_CONSUMER"}
    assert heard == {"intake", "routing", "sla_monitor", "callback"}


def _environment(kafka: KafkaBackEnd, collector: Collector) -> dict[str, str]:
    return {
        "HOTLINE_KAFKA__IDEMPOTENT": str(kafka.idempotent).lower(),
        "HOTLINE_OTEL__ENDPOINT": collector.endpoint,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }


async def _live(client: Persistent, number: int) -> str:
    """From the call to the reply that passed; nobody is to be called, so that it may happen at any hour."""
    body = request("fault", RealClock().now(), call_wish={"preference": "none"})
    accepted = await client.post("agent", "/intake/requests", body, f"request-{number}")
    ticket: str = accepted["tickets"][0]["ticket"]
    order = f"/routing/work-orders/{ticket}"
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("agent", "dispatch", {"unit": "jinan"}),
        ("unit:jinan", "sign", {}),
        ("unit:jinan", "contact", {}),
        ("unit:jinan", "reply", {"opinion": "已上门处理", "result": "已解决"}),
        ("agent", "review", {"approved": True}),
    ]
    for who, step, said in steps:
        await client.post(who, f"{order}/{step}", said, f"{step}-{number}")
    return ticket


async def _until_closed(client: Persistent, ticket: str) -> None:
    """At routing, and then at everybody who heard of it."""
    assert (await client.get("supervisor", f"/routing/work-orders/{ticket}"))["closure"] == "callback_waived"
    await eventually(lambda: _over_everywhere(client, ticket))


async def _over_everywhere(client: Persistent, ticket: str) -> bool:
    seen = await client.get("agent", f"/intake/tickets/{ticket}")
    calls = await client.get("agent", f"/callback/tickets/{ticket}")
    clocks = (await client.get("agent", f"/sla/tickets/{ticket}/clocks"))["clocks"]
    running = [clock for clock in clocks if clock["state"] == "running"]
    return (seen["stage"], calls["stage"], running) == ("closed", "over", [])


async def _traced(client: Persistent) -> str:
    """A request whose trace is known; alone on the bus, so that every consumer continues it."""
    trace = token_hex(16)
    body = request("fault", RealClock().now())
    accepted = await client.post(
        "agent", "/intake/requests", body, f"traced-{trace}", traceparent=f"00-{trace}-{token_hex(8)}-01"
    )
    ticket = accepted["tickets"][0]["ticket"]
    await client.get("agent", f"/sla/tickets/{ticket}/clocks")
    await client.get("agent", f"/callback/tickets/{ticket}")
    return trace
