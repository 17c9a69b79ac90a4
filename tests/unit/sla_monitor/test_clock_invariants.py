"""Whatever happens to a ticket in whatever order, its clocks stay what clocks are."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.callback import CallbackAttempted
from contracts.clock import ClockMet, ClockMissed, ClockStarted
from contracts.fact import SYSTEM, Fact
from contracts.ticket import (
    GovernmentOrder,
    TicketAnswered,
    TicketAppointed,
    TicketArrived,
    TicketClosed,
    TicketCompleted,
    TicketContacted,
    TicketDeclined,
    TicketExtensionGranted,
    TicketPhoneNotified,
    TicketRegraded,
    TicketReplyRejected,
    TicketReturnAccepted,
    TicketReturned,
    TicketSentBack,
    TicketUrged,
    TicketWithdrawn,
)
from contracts.vocabulary import (
    CallOutcome,
    Closure,
    ExtensionDecider,
    Reviewer,
)
from tests.unit.sla_monitor.journey import GAS, UNIT, Journey, at, dispatched, opened, replied, signed

START = at("11-20 10:00")
BY_UNIT = {"at": START, "by": UNIT, "unit": "jinan"}
BY_CENTRE = {"at": START, "by": SYSTEM}
POOL: tuple[Fact, ...] = (
    TicketAnswered(**BY_CENTRE),
    TicketWithdrawn(**BY_CENTRE),
    TicketClosed(**BY_CENTRE, closure=Closure.SATISFIED),
    TicketPhoneNotified(**BY_CENTRE, unit="jinan"),
    dispatched(START),
    dispatched(START, unit="penglai", advisory=True, round=2),
    signed(START),
    TicketContacted(**BY_UNIT),
    TicketAppointed(**BY_UNIT, appointed_for=START + timedelta(days=12)),
    TicketArrived(**BY_UNIT),
    TicketCompleted(**BY_UNIT),
    TicketDeclined(**BY_UNIT, reason="no main"),
    TicketReturned(**BY_UNIT, ground="not_ours", reason="not ours"),
    TicketReturnAccepted(**BY_CENTRE, unit="jinan"),
    replied(START),
    TicketReplyRejected(**BY_CENTRE, reviewer=Reviewer.CENTRE, unit="jinan", grounds="thin"),
    TicketSentBack(**BY_CENTRE, unit="jinan", ground="irregular", basis="no date"),
    CallbackAttempted(**BY_CENTRE, outcome=CallOutcome.BUSY, attempt=1),
    TicketExtensionGranted(**BY_CENTRE, until=START + timedelta(days=9), decider=ExtensionDecider.DIVISION),
    TicketRegraded(**BY_CENTRE, grade=1, reason="media"),
    TicketRegraded(**BY_CENTRE, grade=2, reason="five of them", approved_by="boss"),
    TicketUrged(**BY_CENTRE, count=1),
)
TYPES = ("alarm", "fault", "complaint", "service_application", "praise")
PAUSING = GAS.with_readings(appointment_beyond_limit="pauses", declined_from="contact")
STEPS = st.lists(st.tuples(st.sampled_from(POOL), st.integers(0, 60 * 48)), max_size=14)


def played(steps: list[tuple[Fact, int]], ticket_type: str, pausing: bool, gov: bool) -> Journey:
    order = GovernmentOrder(platform="jinan-12345", order_no="1", due=START + timedelta(days=3)) if gov else None
    journey = Journey(PAUSING if pausing else GAS).hear(opened(START, ticket_type, gov=order))
    now = START
    for fact, minutes in steps:
        now += timedelta(minutes=minutes)
        journey.hear(fact.model_copy(update={"at": now}))
    return journey


@given(STEPS, st.sampled_from(TYPES), st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_a_clock_is_started_once_missed_at_most_once_and_open_at_most_once(
    steps: list[tuple[Fact, int]], ticket_type: str, pausing: bool, gov: bool
) -> None:
    journey = played(steps, ticket_type, pausing, gov)
    first = Counter((s.clock, s.round) for s in journey.all_said(ClockStarted) if not s.restated)
    told = {(s.clock, s.round) for s in journey.all_said(ClockStarted)}
    missed = Counter((m.clock, m.round) for m in journey.all_said(ClockMissed))
    met = Counter((m.clock, m.round) for m in journey.all_said(ClockMet))
    assert {*first.values(), *missed.values(), *met.values()} <= {1}
    assert {(clock.name, clock.round) for clock in journey.state.clocks} == told
    assert not set(missed) & set(met)
    open_ones = Counter(clock.name for clock in journey.state.clocks if clock.is_open)
    assert set(open_ones.values()) <= {1}


@given(STEPS, st.sampled_from(TYPES), st.booleans(), st.booleans())
@settings(max_examples=100, deadline=None)
def test_left_alone_every_ticket_comes_to_rest(
    steps: list[tuple[Fact, int]], ticket_type: str, pausing: bool, gov: bool
) -> None:
    journey = played(steps, ticket_type, pausing, gov).wait(START + timedelta(days=400))
    assert journey.state.wake_at is None
    assert not any(clock.is_live for clock in journey.state.clocks)


@given(STEPS, st.sampled_from(TYPES))
@settings(max_examples=60, deadline=None)
def test_after_the_close_nothing_is_owed_any_more(steps: list[tuple[Fact, int]], ticket_type: str) -> None:
    journey = played(steps, ticket_type, pausing=False, gov=True)
    end = START + timedelta(days=60)
    journey.hear(TicketClosed(at=end, by=SYSTEM, closure=Closure.SATISFIED))
    assert not any(clock.is_open for clock in journey.state.clocks)
    assert journey.decider.fields(journey.state)["overdue_since"] is None
    assert {clock.name for clock in journey.state.clocks} <= set(GAS.clocks)
