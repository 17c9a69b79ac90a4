"""The shell folds, saves once, says once, and repeats answers."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel, ConfigDict

from contracts.envelope import Event, decode, encode
from contracts.fact import SYSTEM
from contracts.refusal import Outcome, Refusal
from contracts.ticket import TicketContacted, TicketSigned
from kit.clock import SteppedClock
from kit.decide.decider import Decider
from kit.decide.fold import Cause
from kit.decide.shell import CHANGED_MEANWHILE, KEY_REUSED, UNKNOWN, Done, Idempotency, Shell
from kit.store.memory import MemoryStore
from kit.store.port import Answer, Change, Collection, Document
from tests.outbox import Outbox

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


class Counter(BaseModel):
    model_config = ConfigDict(frozen=True)
    procedure: str = "p@2026-01-01"
    count: int = 0
    wake_at: datetime | None = None


def count(state: Counter | None, fact: TicketSigned, _: object) -> Outcome[Counter]:
    number = (state or Counter()).count + 1
    return Counter(count=number), (TicketContacted(at=fact.at, by=SYSTEM, unit=f"u{number}"),)


def ring(state: Counter, now: datetime, _: object) -> Outcome[Counter]:
    return state.model_copy(update={"wake_at": None}), (TicketContacted(at=now, by=SYSTEM, unit="bell"),)


DECIDER = Decider("routing", Collection("counters", Counter), {TicketSigned: count}, ring)


def build() -> tuple[Shell[Counter], Outbox]:
    outbox = Outbox()
    store = MemoryStore(DECIDER.collection)
    return Shell(DECIDER, store, outbox, SteppedClock(NOON), lambda ref: ref, timedelta(0)), outbox


def signed(sequence: int) -> Event:
    fact = TicketSigned(at=NOON, by=SYSTEM, unit="jinan")
    return Event(f"e{sequence}", "/hotline/other", "tkt_1", sequence, "kunlun", fact, "00-trace")


async def seeded(shell: Shell[Counter]) -> None:
    result = await shell.do(
        "tkt_1", lambda _, __: (Counter(), ()), utility="kunlun", cause=Cause("seed"), creates="p@2026-01-01"
    )
    assert isinstance(result, Done)


async def test_a_redelivered_event_has_its_effect_once() -> None:
    shell, outbox = build()
    await seeded(shell)
    assert await shell.hear([signed(1), signed(2)]) == 0
    assert await shell.hear([signed(1), signed(2)]) == 2
    document = await shell.get("tkt_1", "kunlun")
    assert document is not None
    assert document.state.count == 2
    assert [e.sequence for e in outbox.events] == [1, 2]
    assert {e.traceparent for e in outbox.events} == {"00-trace"}


async def test_a_repeat_counts_once_though_the_race_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    shell, _ = build()
    await seeded(shell)
    await shell.hear([signed(1)])
    save = shell.store.save

    async def beaten(changes: Sequence[Change[Counter]]) -> set[str]:
        """Another replica saves the same first."""
        monkeypatch.undo()
        await save(changes)
        return {change.key for change in changes}

    monkeypatch.setattr(shell.store, "save", beaten)
    assert await shell.hear([signed(1), signed(2)]) == 2


async def test_a_command_that_waits_for_an_event_goes_on_as_soon_as_it_is_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("kit.decide.shell._PAUSES", (60.0,))
    shell = Shell(DECIDER, MemoryStore(DECIDER.collection), Outbox(), SteppedClock(NOON), lambda ref: ref)
    waiting = asyncio.create_task(
        shell.do("tkt_1", lambda state, _: (state or Counter(), ()), utility="kunlun", cause=Cause("x"))
    )
    await asyncio.sleep(0)
    await seeded(shell)
    await shell.hear([signed(1)])
    assert isinstance(await asyncio.wait_for(waiting, 1), Done)


async def test_a_ticket_of_another_utility_is_unknown() -> None:
    shell, _ = build()
    await seeded(shell)
    assert await shell.get("tkt_1", "telecom") is None
    result = await shell.do("tkt_1", lambda s, _: (s or Counter(), ()), utility="telecom", cause=Cause("x"))
    assert result == UNKNOWN


async def test_a_repeated_command_gets_the_first_answer_and_a_changed_body_is_refused() -> None:
    shell, outbox = build()
    await seeded(shell)

    def step(state: Counter | None, _: object) -> Outcome[Counter]:
        return count(state, TicketSigned(at=NOON, by=SYSTEM, unit="jinan"), None)

    def key(fingerprint: str) -> Idempotency[Counter]:
        return Idempotency("k1", fingerprint, lambda d: str(d.version).encode())

    first = await shell.do("tkt_1", step, utility="kunlun", cause=Cause("k1"), idempotency=key("a"))
    again = await shell.do("tkt_1", step, utility="kunlun", cause=Cause("k1"), idempotency=key("a"))
    other = await shell.do("tkt_1", step, utility="kunlun", cause=Cause("k1"), idempotency=key("b"))
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert again.replayed is not None
    assert again.replayed.body == b"2"
    assert other == KEY_REUSED
    assert len(outbox.events) == 1


async def test_a_command_is_looked_up_only_when_it_was_refused() -> None:
    shell, _ = build()
    await seeded(shell)
    asked: list[str] = []
    answer = shell.store.answer

    async def watched(key: str, cause: str) -> Answer | None:
        asked.append(cause)
        return await answer(key, cause)

    shell.store.answer = watched  # type: ignore[method-assign]

    def once(state: Counter | None, _: object) -> Outcome[Counter]:
        return Refusal("no") if state is not None and state.count else (Counter(count=1), ())

    def key(name: str) -> Idempotency[Counter]:
        return Idempotency(name, "f", lambda d: str(d.version).encode())

    first = await shell.do("tkt_1", once, utility="kunlun", cause=Cause("k1"), idempotency=key("k1"))
    assert (isinstance(first, Done), asked) == (True, [])
    again = await shell.do("tkt_1", once, utility="kunlun", cause=Cause("k1"), idempotency=key("k1"))
    assert isinstance(again, Done)
    assert again.replayed is not None
    assert await shell.do("tkt_1", once, utility="kunlun", cause=Cause("k2"), idempotency=key("k2")) == Refusal("no")
    assert asked == ["k1", "k2"]


async def test_what_is_new_is_not_looked_for_first_and_is_never_made_twice() -> None:
    shell, outbox = build()
    asked: list[str] = []
    load = shell.store.load

    async def watched(keys: Sequence[str]) -> dict[str, Document[Counter]]:
        asked.extend(keys)
        return await load(keys)

    shell.store.load = watched  # type: ignore[method-assign]

    def begin(state: Counter | None, _: object) -> Outcome[Counter]:
        return (state or Counter(count=1)), ()

    for times, made in ((0, True), (1, False)):
        done = await shell.do("tkt_9", begin, utility="kunlun", cause=Cause("k"), creates="p@2026-01-01", is_new=True)
        assert isinstance(done, Done)
        assert (len(asked), done.created, done.document.version) == (times, made, 1)
    assert outbox.events == []


async def test_a_stale_version_is_refused_and_a_refusal_changes_nothing() -> None:
    shell, outbox = build()
    await seeded(shell)
    stale = await shell.do(
        "tkt_1", lambda _, __: (Counter(count=9), ()), utility="kunlun", cause=Cause("y"), expected_version=7
    )
    assert stale == CHANGED_MEANWHILE
    refused = await shell.do("tkt_1", lambda _, __: Refusal("no"), utility="kunlun", cause=Cause("z"))
    assert refused == Refusal("no")
    assert outbox.events == []


async def test_a_due_document_is_woken_once() -> None:
    shell, outbox = build()
    await shell.do(
        "tkt_1",
        lambda _, __: (Counter(wake_at=NOON), ()),
        utility="kunlun",
        cause=Cause("seed"),
        creates="p@2026-01-01",
    )
    assert await shell.tick() == 1
    assert await shell.tick() == 0
    assert len(outbox.events) == 1


def test_an_event_survives_the_wire() -> None:
    event = signed(3)
    assert decode(encode(event)) == event
