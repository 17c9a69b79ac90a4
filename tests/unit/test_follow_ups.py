"""What a document names is done elsewhere after its save, and by the tick until it is done, each for itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from contracts.fact import SYSTEM
from contracts.refusal import Outcome
from contracts.ticket import TicketContacted
from kit.clock import SteppedClock
from kit.decide.decider import Decider
from kit.decide.fold import Cause, Draft
from kit.decide.followups import AGAIN_AFTER, command_on
from kit.decide.shell import Done, Shell
from kit.run.ticker import Ticker
from kit.store.memory import MemoryStore
from kit.store.port import Collection, Document
from tests.outbox import Outbox

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
UTILITY, PROCEDURE = "kunlun", "p@2026-01-01"


class Letter(BaseModel):
    model_config = ConfigDict(frozen=True)
    procedure: str = PROCEDURE
    to: tuple[str, ...] = ()
    wake_at: datetime | None = None


class Box(BaseModel):
    model_config = ConfigDict(frozen=True)
    procedure: str = PROCEDURE
    letters: tuple[str, ...] = ()


def named(letter: Letter) -> Sequence[str]:
    return letter.to


def delivered(letter: Letter, box: str) -> Letter:
    return letter.model_copy(update={"to": tuple(other for other in letter.to if other != box)})


def deliver(letter: Document[Letter], _: str) -> Any:
    def into(box: Box | None, __: object) -> Outcome[Box]:
        assert box is not None
        if letter.key in box.letters:
            return box, ()
        said = TicketContacted(at=NOON, by=SYSTEM, unit=letter.key)
        return box.model_copy(update={"letters": (*box.letters, letter.key)}), (said,)

    return into


class Office:
    """Letters name boxes; a box that burns takes none."""

    def __init__(self, *, learns_with_tick: bool = False) -> None:
        self.clock, self.outbox = SteppedClock(NOON), Outbox()
        letters = Decider("routing", Collection("letters", Letter), follow_ups=named, learns_with_tick=learns_with_tick)
        self.letters: Shell[Letter] = self._shell(letters)
        self.boxes: Shell[Box] = self._shell(Decider("routing", Collection("boxes", Box)))
        self.burning: dict[str, Exception] = {}
        whole = command_on(self.boxes, deliver, delivered)

        async def carry(letter: Document[Letter], box: str, cause: Cause) -> Any:
            if box in self.burning:
                raise self.burning[box]
            return await whole(letter, box, cause)

        self.letters.follow_ups.carried_out_by(carry)
        self.ticker = Ticker(self.letters)

    def _shell(self, decider: Any) -> Any:
        store = MemoryStore(decider.collection)
        return Shell(decider, store, self.outbox, self.clock, lambda ref: ref, timedelta(0))

    async def has_boxes(self, *keys: str) -> None:
        for key in keys:
            await self._do(self.boxes, key, Box())

    async def write(self, *to: str, key: str = "letter") -> Done[Letter]:
        done: Done[Letter] = await self._do(self.letters, key, Letter(to=to))
        return done

    async def _do(self, shell: Any, key: str, state: Any) -> Any:
        done = await shell.do(
            key, lambda _, __: (state, ()), utility=UTILITY, cause=Cause(key, "00-trace"), creates=PROCEDURE
        )
        assert isinstance(done, Done)
        return done

    async def box(self, key: str) -> tuple[str, ...]:
        document = await self.boxes.get(key, UTILITY)
        assert document is not None
        return document.state.letters

    async def left(self) -> tuple[str, ...]:
        document = await self.letters.get("letter", UTILITY)
        assert document is not None
        return document.state.to


@pytest.fixture
def office() -> Office:
    return Office()


async def test_what_a_document_names_is_done_after_its_save_and_then_it_names_it_no_more(office: Office) -> None:
    await office.has_boxes("a", "b")
    done = await office.write("a", "b")
    assert (await office.box("a"), await office.box("b")) == (("letter",), ("letter",))
    assert (done.document.state.to, done.document.version) == ((), 2)
    assert await office.letters.get("letter", UTILITY) == done.document
    assert await office.letters.next_wake() is None


async def test_it_is_caused_by_the_document_that_names_it_and_belongs_to_the_trace_of_the_command(
    office: Office,
) -> None:
    await office.has_boxes("a")
    await office.write("a")
    (event,) = office.outbox.events
    assert event.traceparent == "00-trace"
    other = Office()
    await other.has_boxes("a")
    await other.write("a")
    assert other.outbox.events[0].id == event.id


async def test_what_fails_spoils_neither_the_command_nor_the_other_follow_ups(office: Office) -> None:
    await office.has_boxes("a", "b")
    office.burning["a"] = ValueError("fire")
    done = await office.write("a", "b")
    assert done.document.state.to == ("a",)
    assert await office.box("b") == ("letter",)
    assert await office.letters.next_wake() == NOON + AGAIN_AFTER


async def test_the_tick_tries_again_until_it_is_done_and_does_not_try_in_vain_at_every_tick(office: Office) -> None:
    await office.has_boxes("a", "b")
    office.burning["a"] = ValueError("fire")
    await office.write("a")
    assert await office.ticker.tick() == 0
    office.clock.advance(AGAIN_AFTER)
    await office.write("b", key="other")
    assert await office.ticker.tick() == 1
    assert await office.ticker.tick() == 0
    office.burning.clear()
    assert await Ticker(office.letters).tick() == 1
    assert (await office.left(), await office.box("a")) == ((), ("letter",))
    assert await office.letters.next_wake() is None


async def test_an_outage_is_told_to_whoever_commands_and_made_good_by_the_tick(office: Office) -> None:
    await office.has_boxes("a", "b")
    office.burning["b"] = ConnectionError("the store went away")
    with pytest.raises(ConnectionError):
        await office.write("a", "b")
    office.burning.clear()
    office.clock.advance(AGAIN_AFTER)
    assert await office.ticker.tick() == 1
    assert (await office.box("a"), await office.box("b"), await office.left()) == (("letter",), ("letter",), ())
    assert len(office.outbox.events) == 2


async def test_a_refused_follow_up_is_done(office: Office) -> None:
    done = await office.write("nowhere")
    assert done.document.state.to == ()


async def test_a_document_may_learn_of_it_with_the_next_tick_and_is_not_asked_again_meanwhile() -> None:
    office = Office(learns_with_tick=True)
    await office.has_boxes("a")
    done = await office.write("a")
    assert done.document.state.to == ()
    assert await office.left() == ("a",)
    office.burning["a"] = ValueError("asked again")
    again = await office.letters.do(
        "letter", lambda state, _: (state or Letter(), ()), utility=UTILITY, cause=Cause("again")
    )
    assert isinstance(again, Done)
    assert again.document == done.document
    assert await office.ticker.tick() == 0
    assert await office.left() == ()
    assert await office.letters.store.next_wake() is None


async def test_what_a_crash_kept_a_document_from_learning_has_no_second_effect() -> None:
    office = Office(learns_with_tick=True)
    await office.has_boxes("a")
    await office.write("a")
    survivor = Shell(
        office.letters.decider, office.letters.store, office.outbox, office.clock, lambda ref: ref, timedelta(0)
    )
    survivor.follow_ups.carried_out_by(command_on(office.boxes, deliver, delivered))
    office.clock.advance(AGAIN_AFTER)
    assert await Ticker(survivor).tick() == 1
    assert (await office.left(), await office.box("a")) == ((), ("letter",))
    assert len(office.outbox.events) == 1


async def test_a_document_changed_while_its_follow_up_ran_learns_of_it_from_the_tick(office: Office) -> None:
    await office.has_boxes("a")
    whole = office.boxes.do

    async def meanwhile(*given: Any, **named: Any) -> Any:
        document = (await office.letters.store.load(["letter"]))["letter"]
        await office.letters.store.save([_touched(office, document)])
        return await whole(*given, **named)

    office.boxes.do = meanwhile  # type: ignore[method-assign]
    done = await office.write("a")
    office.boxes.do = whole  # type: ignore[method-assign]
    assert done.document.state.to == ("a",)
    office.clock.advance(AGAIN_AFTER)
    assert await office.ticker.tick() == 1
    assert await office.left() == ()


def _touched(office: Office, document: Document[Letter]) -> Any:
    draft = Draft.of(office.letters.decider, document.key, UTILITY, document)
    draft.state = document.state.model_copy()
    return draft.change(NOON, again_at=NOON + AGAIN_AFTER)
