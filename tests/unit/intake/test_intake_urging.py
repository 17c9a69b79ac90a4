"""Urging (催办): explained up to half of the period, urged past it, at most twice, then supervised (第十五条(四))."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.clock import ClockCancelled, ClockMet, ClockMissed, ClockPaused, ClockResumed, ClockStarted
from contracts.envelope import Event
from contracts.fact import SYSTEM, Fact
from contracts.refusal import Refusal
from contracts.ticket import (
    TicketClosed,
    TicketDispatched,
    TicketReplied,
    TicketUrged,
    TicketUrgeExplained,
)
from contracts.vocabulary import Closure
from kit.decide.shell import Done
from procedures.model import Procedure
from services.intake.rules.explaining import explain
from services.intake.rules.ticket import Ticket
from tests.unit.intake.desk import NOON, UTILITY, Desk, asked, gas

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MS = timedelta(milliseconds=1)
CLAUSE = "第十四条(四)"


class Story:
    """One ticket and what intake hears of it."""

    def __init__(self, procedure: Procedure | None = None, ticket_type: str = "fault") -> None:
        self.desk = Desk(procedure)
        self._type = ticket_type
        self._sequence = 0
        self.ticket = ""

    async def open(self) -> "Story":
        self.ticket = await self.desk.open(asked(self._type))
        return self

    async def hear(self, fact: Fact) -> None:
        self._sequence += 1
        event = Event(f"e{self._sequence}", "/hotline/other", self.ticket, self._sequence, UTILITY, fact)
        await self.desk.tickets.hear([event])
        await self.desk.tickets.hear([event])

    async def dispatched(self, limit: str = "8 hours", due: datetime = NOON + 8 * HOUR) -> "Story":
        await self.open()
        await self.hear(TicketDispatched(at=NOON, by=SYSTEM, unit="jinan", round=1))
        await self.hear(clock_started(due=due, limit=limit))
        return self

    async def urge(self, after: timedelta, **said: Any) -> Done[Ticket] | Refusal:
        return await self.desk.do(self.ticket, "urge", after, **said)

    async def said_to(self, after: timedelta, **said: Any) -> list[str]:
        outcome = await self.urge(after, **said)
        assert isinstance(outcome, Done), outcome
        return [event.data.short_type() for event in outcome.events]

    async def told(self, after: timedelta, language: Any = "zh", **said: Any) -> str:
        outcome = await self.urge(after, **said)
        assert isinstance(outcome, Done), outcome
        facts = [event.data for event in outcome.events]
        return explain(outcome.document.state, facts, NOON + after, self.desk.procedure).text(language)


def clock_started(**said: Any) -> ClockStarted:
    given: dict[str, Any] = {"at": NOON, "clock": "reply", "source": CLAUSE, "limit": "8 hours"}
    return ClockStarted.model_validate(given | said)


EXPLAINED, URGED, SUPERVISED = ["ticket.urge_explained"], ["ticket.urged"], ["ticket.supervised"]


async def test_exactly_half_is_explained_and_a_millisecond_later_is_urged() -> None:
    story = await Story().dispatched()
    assert await story.said_to(4 * HOUR) == EXPLAINED
    assert await story.said_to(4 * HOUR + MS) == URGED
    assert story.desk.facts(story.ticket, TicketUrged)[0].count == 1


async def test_under_the_other_reading_exactly_half_is_urged() -> None:
    story = await Story(gas().with_readings(exactly_half="urge")).dispatched()
    assert await story.said_to(4 * HOUR) == URGED


async def test_half_of_working_days_is_counted_in_working_time() -> None:
    """Friday noon and three working days: half of 27 working hours ends on Monday 16:30, not on Sunday."""
    wednesday = datetime.fromisoformat("2026-11-25T12:00:00+08:00")
    story = await Story().dispatched("3 working days", wednesday)
    monday = datetime.fromisoformat("2026-11-23T16:30:00+08:00")
    assert await story.said_to(monday - NOON) == EXPLAINED
    assert await story.said_to(monday + MINUTE - NOON) == URGED


async def test_half_of_clock_time_is_another_reading() -> None:
    wednesday = datetime.fromisoformat("2026-11-25T12:00:00+08:00")
    story = await Story(gas().with_readings(half_of="clock_time")).dispatched("3 working days", wednesday)
    assert await story.said_to(timedelta(days=2.5) + MINUTE) == URGED


async def test_two_urging_orders_then_supervision_then_an_explanation() -> None:
    story = await Story().dispatched()
    assert [await story.said_to(hours * HOUR) for hours in (5, 6, 7, 8)] == [URGED, URGED, SUPERVISED, EXPLAINED]
    assert "督办" in await story.told(9 * HOUR)


async def test_a_strongly_dissatisfied_customer_is_urged_at_any_time_and_never_refused() -> None:
    story = await Story().dispatched()
    said = [await story.said_to(minutes * MINUTE, strong=True) for minutes in (1, 2, 3)]
    assert said == [URGED, URGED, SUPERVISED]


async def test_an_overdue_clock_is_past_its_half() -> None:
    story = await Story().dispatched()
    await story.hear(ClockMissed(at=NOON + 8 * HOUR, clock="reply", due=NOON + 8 * HOUR))
    assert await story.said_to(30 * HOUR) == URGED


async def test_the_period_is_the_running_clock_that_ends_first() -> None:
    story = await Story(ticket_type="complaint").dispatched("2 working days", NOON + 96 * HOUR)
    await story.hear(clock_started(clock="handle", limit="3 hours", due=NOON + 3 * HOUR))
    await story.hear(clock_started(clock="contact", limit="2 hours", due=NOON + 2 * HOUR))
    assert await story.said_to(90 * MINUTE) == EXPLAINED
    (explained,) = story.desk.facts(story.ticket, TicketUrgeExplained)
    assert (explained.clock, explained.due) == ("handle", NOON + 3 * HOUR)
    assert await story.said_to(91 * MINUTE) == URGED


async def test_when_the_handling_is_done_the_reply_clock_is_the_period() -> None:
    story = await Story().dispatched()
    await story.hear(clock_started(clock="handle", limit="3 hours", due=NOON + 3 * HOUR))
    await story.hear(ClockMet(at=NOON + HOUR, clock="handle", due=NOON + 3 * HOUR))
    assert await story.said_to(2 * HOUR) == EXPLAINED


@pytest.mark.parametrize(
    "ended",
    [
        ClockMet(at=NOON, clock="reply", due=NOON),
        ClockCancelled(at=NOON, clock="reply", reason="r"),
        ClockMissed(at=NOON, clock="reply", due=NOON, late_by_s=9),
    ],
)
async def test_without_a_running_clock_it_is_explained(ended: Fact) -> None:
    story = await Story().dispatched()
    await story.hear(ended)
    assert await story.said_to(7 * HOUR) == EXPLAINED


async def test_a_longer_limit_moves_the_half_and_a_new_round_starts_anew() -> None:
    story = await Story().dispatched()
    await story.hear(clock_started(at=NOON + 3 * HOUR, due=NOON + 16 * HOUR, limit="8 hours", restated=True))
    assert await story.said_to(8 * HOUR) == EXPLAINED
    await story.hear(clock_started(at=NOON + 10 * HOUR, due=NOON + 18 * HOUR, round=2))
    assert await story.said_to(14 * HOUR) == EXPLAINED
    await story.hear(ClockCancelled(at=NOON + 10 * HOUR, clock="reply", round=1, reason="late message"))
    assert await story.said_to(14 * HOUR + MINUTE) == URGED


async def test_a_pause_does_not_count_towards_the_half() -> None:
    story = await Story().dispatched()
    await story.hear(ClockPaused(at=NOON + 2 * HOUR, clock="reply", reason="appointment"))
    assert await story.said_to(7 * HOUR) == EXPLAINED
    await story.hear(ClockResumed(at=NOON + 12 * HOUR, clock="reply", due=NOON + 18 * HOUR))
    assert await story.said_to(14 * HOUR) == EXPLAINED
    assert await story.said_to(14 * HOUR + MINUTE) == URGED


async def test_a_pause_in_working_time_is_cut_out_exactly() -> None:
    """Three working days from Friday 08:30 are 27 hours; paused all Monday, half (13.5 h) comes on Tuesday 13:00."""
    friday = datetime.fromisoformat("2026-11-20T08:30:00+08:00")
    story = await Story().dispatched()
    due = friday + timedelta(days=5)
    await story.hear(clock_started(at=friday, limit="3 working days", due=due))
    await story.hear(ClockPaused(at=friday + timedelta(days=3), clock="reply", reason="appointment"))
    await story.hear(ClockResumed(at=friday + timedelta(days=4), clock="reply", due=due + timedelta(days=1)))
    half = friday + timedelta(days=4, hours=4, minutes=30)
    assert await story.said_to(half - NOON) == EXPLAINED
    assert await story.said_to(half + MINUTE - NOON) == URGED


async def test_before_dispatch_and_after_the_reply_it_is_explained_in_other_words() -> None:
    story = await Story().open()
    assert "随派单一并送达" in await story.told(MINUTE)
    await story.hear(TicketDispatched(at=NOON, by=SYSTEM, unit="jinan", round=1))
    assert "正在办理" in await story.told(MINUTE)
    await story.hear(clock_started(due=NOON + 8 * HOUR))
    await story.hear(TicketReplied(at=NOON + HOUR, by=SYSTEM, unit="jinan", opinion="o", result="r"))
    assert "已经回单" in await story.told(7 * HOUR)


async def test_the_explanation_says_when_it_is_due_and_how_long_that_is() -> None:
    story = await Story().dispatched()
    assert "办理时限至 2026-11-20 20:00，还有6小时30分钟" in await story.told(90 * MINUTE)
    assert "due 2026-11-20 20:00, in 4 h" in await story.told(4 * HOUR, "en")


async def test_after_the_end_a_new_request_is_needed() -> None:
    story = await Story().dispatched()
    await story.hear(TicketClosed(at=NOON + HOUR, by=SYSTEM, closure=Closure.SATISFIED))
    refused = await story.urge(2 * HOUR)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.rule) == ("ticket_over", "R004-140")


async def test_supplements_never_count() -> None:
    story = await Story().dispatched()
    for _ in range(3):
        await story.desk.do(story.ticket, "supplement", 5 * HOUR)
    assert await story.said_to(6 * HOUR) == URGED
    assert story.desk.facts(story.ticket, TicketUrged)[0].count == 1


async def test_supplements_count_under_the_other_reading() -> None:
    story = await Story(gas().with_readings(supplement_counts_as_urge="yes")).dispatched()
    await story.desk.do(story.ticket, "supplement", 5 * HOUR)
    assert await story.said_to(6 * HOUR) == URGED
    assert await story.said_to(7 * HOUR) == SUPERVISED
