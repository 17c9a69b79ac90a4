"""Two releases of a service at work on one store and one topic, as in a rolling upgrade."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.envelope import Event
from contracts.fact import SYSTEM
from contracts.samples import sample
from contracts.ticket import Demand, TicketOpened, TicketUrged
from kit.auth.seal import Seal
from kit.clock import SteppedClock
from kit.decide.decider import Decider
from kit.decide.fold import Cause
from kit.decide.shell import Shell
from kit.http.paging import Cursors, Paging, page_of
from kit.run.ticker import Ticker
from kit.store.port import Document, ReplicaTooOld
from kit.store.sqlite import SqliteFile, SqliteStore
from services.routing.decider import DECIDER
from services.routing.rules.state import WorkOrder
from tests.handlers.bench_of_one import PROCEDURES, Outbox

PAGING = Paging(10, Cursors(Seal(bytes(32)), "/routing/work-orders"))
OPENED = sample(TicketOpened)
NOON = OPENED.data.at
KEY, UTILITY = OPENED.subject, OPENED.utility


class NewDemand(Demand):
    """A value of the contracts as the next release has it."""

    urgency: str = "none"


class NewWorkOrder(WorkOrder):
    """As the next release keeps it."""

    queue: str = "general"
    demands: tuple[NewDemand, ...] = ()


def next_release(schema: int) -> Decider[WorkOrder]:
    """It puts what it opens on a queue of its own."""
    heard = dict(DECIDER.hears)
    opened = heard[TicketOpened]

    def to_the_express_queue(state: WorkOrder | None, fact: TicketOpened, procedure: object) -> object:
        order, facts = opened(state, fact, procedure)
        return NewWorkOrder.model_validate(order.model_dump() | {"queue": "express"}), facts

    collection = replace(DECIDER.collection, state=NewWorkOrder, schema=schema)
    return replace(DECIDER, collection=collection, hears={**heard, TicketOpened: to_the_express_queue})


def urged(key: str, sequence: int) -> Event:
    fact = sample(TicketUrged).data.model_copy(update={"at": NOON, "by": SYSTEM})
    return Event(f"{key}/{sequence}", OPENED.source, key, sequence, UTILITY, fact)


@dataclass
class Replica:
    """One process of one release."""

    shell: Shell[WorkOrder]

    async def order(self, key: str = KEY) -> Document[WorkOrder]:
        found = await self.shell.get(key, UTILITY)
        assert found is not None
        return found


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[SqliteFile]:
    opened = SqliteFile(tmp_path / "routing.db")
    yield opened
    await opened.close()


def replica(decider: Decider[WorkOrder], file: SqliteFile) -> Replica:
    store = SqliteStore(decider.collection, file)
    return Replica(Shell(decider, store, Outbox(), SteppedClock(NOON), PROCEDURES.get, timedelta(0)))


async def test_what_a_newer_replica_noted_is_still_there_when_an_older_one_has_handled_the_ticket(
    file: SqliteFile,
) -> None:
    older, newer = replica(DECIDER, file), replica(next_release(schema=1), file)
    await newer.shell.hear([OPENED])
    await older.shell.hear([urged(KEY, 2)])
    assert (await older.order()).version == 2
    found = (await newer.order()).state
    assert isinstance(found, NewWorkOrder)
    assert found.queue == "express"
    assert found.urges == (await older.order()).state.urges


async def test_what_it_noted_inside_a_value_of_the_contracts_is_still_there_too(file: SqliteFile) -> None:
    older, newer = replica(DECIDER, file), replica(next_release(schema=1), file)
    await newer.shell.hear([OPENED])
    noted = tuple(NewDemand(**dict(demand), urgency="high") for demand in OPENED.data.demands)
    await newer.shell.do(
        KEY,
        lambda order, _: (order.model_copy(update={"demands": noted}), ()),
        utility=UTILITY,
        cause=Cause("noted"),
    )
    await older.shell.hear([urged(KEY, 2)])
    assert (await older.order()).version == 3
    assert (await newer.order()).state.demands == noted


async def test_an_older_replica_shows_a_list_without_what_only_a_newer_one_can_read_and_says_so(
    file: SqliteFile,
) -> None:
    older, newer = replica(DECIDER, file), replica(next_release(schema=2), file)
    await newer.shell.hear([OPENED])
    await older.shell.hear([replace(OPENED, subject="tkt_own")])
    asked: dict[str, Any] = {"view": lambda row: row.key, "paging": PAGING, "utility": UTILITY}
    shown = await page_of(older.shell.store, DECIDER.fields, **asked)
    assert (shown.items, shown.incomplete) == (["tkt_own"], True)
    whole = await page_of(newer.shell.store, DECIDER.fields, **asked)
    assert (sorted(whole.items), whole.incomplete) == (sorted([KEY, "tkt_own"]), None)


async def test_an_order_under_a_procedure_of_a_newer_image_is_left_out_of_a_list_and_said(file: SqliteFile) -> None:
    older = replica(DECIDER, file)
    await older.shell.hear([OPENED])

    def unknown(_: Document[WorkOrder]) -> str:
        raise ReplicaTooOld("gas@2027-01-01")

    shown = await page_of(older.shell.store, DECIDER.fields, unknown, PAGING, utility=UTILITY)
    assert (shown.items, shown.incomplete) == ([], True)


async def test_an_older_replica_waits_with_a_ticket_of_a_newer_schema_and_the_newer_one_goes_on(
    file: SqliteFile,
) -> None:
    older, newer = replica(DECIDER, file), replica(next_release(schema=2), file)
    await newer.shell.hear([OPENED])
    with pytest.raises(ReplicaTooOld, match=f"work_orders up to schema 1, {KEY} is of schema 2"):
        await older.shell.hear([urged(KEY, 2)])
    assert (await newer.order()).version == 1
    assert await newer.shell.hear([urged(KEY, 2)]) == 0
    assert (await newer.order()).version == 2


async def test_an_older_replica_wakes_its_own_and_leaves_those_of_a_newer_schema(file: SqliteFile) -> None:
    older, newer = replica(DECIDER, file), replica(next_release(schema=2), file)
    await newer.shell.hear([OPENED])
    await older.shell.hear([replace(OPENED, subject="tkt_own")])
    for owner, key in ((newer, KEY), (older, "tkt_own")):
        due = (await owner.order(key)).state.model_copy(update={"wake_at": NOON})
        await owner.shell.do(key, lambda _, __, due=due: (due, ()), utility=UTILITY, cause=Cause(f"due {key}"))
    assert await Ticker(older.shell).tick() == 1
    assert (await older.order("tkt_own")).state.wake_at is None
    assert (await newer.order()).state.wake_at == NOON
