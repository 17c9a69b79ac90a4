"""Labels stay few and impersonal: each takes its values from a small fixed set."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel, ConfigDict

from contracts.clock import ClockMissed
from contracts.fact import Fact
from contracts.refusal import Outcome
from contracts.ticket import TicketEscalated
from kit.clock import SteppedClock
from kit.decide.decider import Decider
from kit.decide.fold import Cause
from kit.decide.shell import Done, Shell
from kit.store.memory import MemoryStore
from kit.store.port import Collection, Document
from kit.telemetry import metrics
from services.sla_monitor.decider import CLOCKS_MISSED, DECIDER
from tests.outbox import Outbox

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)

FEW = {"service", "type", "topic", "method", "route", "status", "reason", "clock", "call", "kind", "collection"}


def declared() -> list[MetricWrapperBase]:
    return [found for found in (*vars(metrics).values(), CLOCKS_MISSED) if isinstance(found, MetricWrapperBase)]


def test_every_label_is_one_whose_values_are_few() -> None:
    assert {label for metric in declared() for label in metric._labelnames} <= FEW


def test_every_metric_is_ours_by_name_and_says_what_it_counts() -> None:
    for metric in declared():
        (family,) = metric.describe()
        assert family.name.startswith("hotline_")
        assert family.documentation


class Order(BaseModel):
    model_config = ConfigDict(frozen=True)
    procedure: str = "p@2026-01-01"
    count: int = 0
    wake_at: datetime | None = None


class DistantStore(MemoryStore[Order]):
    """Like a store over a network: others get their turn while it answers."""

    async def load(self, keys: Sequence[str]) -> dict[str, Document[Order]]:
        found = await super().load(keys)
        await asyncio.sleep(0)
        return found


def shell_of(service: str, counts: Mapping[type[Fact], Callable[[Any], None]] = MappingProxyType({})) -> Shell[Order]:
    decider = Decider(service, Collection("orders", Order), counts=counts)
    return Shell(decider, DistantStore(decider.collection), Outbox(), SteppedClock(NOON), lambda reference: reference)


async def do(shell: Shell[Order], *facts: Fact) -> None:
    def step(state: Order | None, _: object) -> Outcome[Order]:
        return Order(count=(state or Order()).count + 1), facts

    done = await shell.do("t1", step, utility="gas", cause=Cause(f"c{facts}"), creates="p@2026-01-01")
    assert isinstance(done, Done)


def value(metric: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(metric, labels) or 0.0


async def test_a_save_that_lost_its_race_is_counted() -> None:
    shell = shell_of("test_races")
    await asyncio.gather(do(shell), do(shell))
    assert value("hotline_store_conflicts_total", service="test_races") == 1


async def test_a_missed_limit_is_counted_by_clock_once() -> None:
    before = value("hotline_clocks_missed_total", clock="on_site")
    missed = ClockMissed(at=NOON, clock="on_site", due=NOON)
    await do(shell_of("test_misses", DECIDER.counts), missed, TicketEscalated.model_construct(at=NOON))
    assert value("hotline_clocks_missed_total", clock="on_site") == before + 1
