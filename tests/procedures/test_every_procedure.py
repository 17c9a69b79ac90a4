"""What holds of every procedure, whatever its trade: it is whole, explains itself, and no order of steps breaks it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.vocabulary import CallOutcome, Channel, ContactFailure
from hotline.cases.model import Step
from hotline.cases.saying import RefusalWords
from hotline.cases.stage import Stage
from hotline.cases.steps import BODIES, NewRequest
from procedures import checks
from procedures.compare import differences, rows
from procedures.explain import Question, explain
from procedures.model import Procedure
from procedures.model.readings import CHOICES, choices
from procedures.tables import Reader
from tests.utilities import EVERY, written
from texts import LANGUAGES

START = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
TYPES = [pytest.param(each, name, id=f"{each.utility}-{name}") for each in EVERY for name in each.types]
STANDS_ALONE = [each for each in TYPES if each.values[0].types[each.values[1]].appeals is None]
"""Types of which a first request can be; an appeal needs an earlier one."""
CLOCKS = [pytest.param(each, name, id=f"{each.utility}-{name}") for each in EVERY for name in each.clocks]

per_procedure = pytest.mark.parametrize("procedure", EVERY, ids=[each.utility for each in EVERY])
per_type = pytest.mark.parametrize(("procedure", "ticket_type"), TYPES)


@per_procedure
def test_it_is_complete_and_no_part_contradicts_another(procedure: Procedure) -> None:
    assert not list(checks.faults(procedure))


@per_procedure
def test_it_can_be_read_in_both_languages(procedure: Procedure) -> None:
    for language in LANGUAGES:
        reader = Reader(procedure, language)
        for row in rows(procedure):
            assert reader.place(row.place)
            assert isinstance(reader.row(row), str)


@per_procedure
def test_it_differs_from_every_other_and_not_from_itself(procedure: Procedure) -> None:
    assert not differences(procedure, procedure)
    assert all(differences(procedure, other) for other in EVERY if other is not procedure)


@per_procedure
def test_it_stays_whole_under_every_reading(procedure: Procedure) -> None:
    for name in {*CHOICES, *procedure.readings}:
        for word in choices(name, procedure.readings):
            other = procedure.with_readings(**{name: word})
            for ticket_type in other.types:
                assert explain(other, Question(ticket_type, START)).readings


@per_type
@pytest.mark.parametrize("channel", Channel)
def test_each_type_is_explained_with_the_clocks_it_owes(
    procedure: Procedure, ticket_type: str, channel: Channel
) -> None:
    area = next((area for unit in procedure.organisation.targets() for area in unit.areas), None)
    found = explain(procedure, Question(ticket_type, START, channel, area=area))
    told = {clock.clock for clock in found.clocks} | {clock.clock for clock in found.open_clocks}
    owed = {name for name, row in procedure.clocks.items() if row.every_type}
    assert told >= {
        name for name in owed if any(start.when.call_wanted is not True for start in procedure.clocks[name].starts)
    }
    assert all(clock.due >= clock.start and clock.limits[0].source for clock in found.clocks)


@pytest.mark.parametrize(("procedure", "clock"), CLOCKS)
def test_every_clock_of_the_table_can_run_and_can_be_met(procedure: Procedure, clock: str) -> None:
    """Something limits it, and both its beginning and its end are events that can happen."""
    own = (limit.clock for rules in procedure.types.values() for limit in (*rules.limits, *procedure.limits_for_all))
    outside = (limit.clock for limit in (*procedure.promises, *procedure.government_standards))
    of_knowledge = (limit.clock for limit in procedure.knowledge.limits) if procedure.knowledge else ()
    assert procedure.clocks[clock].ends == "platform" or clock in {*own, *outside, *of_knowledge}
    met = {event for event, told in procedure.reactions.items() if any(name == clock for name, _ in told.meets)}
    started = {event for event, told in procedure.reactions.items() if any(name == clock for name, _ in told.starts)}
    assert met
    assert started


MOMENTS = st.sampled_from(["+0s", "+7m", "+3h", "+1d", "+9d"])
CHANNELS = st.sampled_from(Channel)
UNTIL = st.sampled_from(["+1h", "+5d", "+60d"])


def words(procedure: Procedure, kind: Any) -> st.SearchStrategy[str]:
    """A word of the file, or one that it does not know."""
    return st.sampled_from([*procedure.words(kind), "unheard_of"])


def bodies(procedure: Procedure, ticket_type: str) -> dict[str, st.SearchStrategy[dict[str, Any]]]:
    """What each step may say; a step that is not named says nothing."""
    units = st.sampled_from([*(unit.id for unit in procedure.organisation.targets()), None])
    material = procedure.types[ticket_type].material
    items = st.lists(st.sampled_from([*(material.value if material else ()), "unheard_of"]), max_size=2)
    said, may = st.sampled_from(["", "有原因"]), st.booleans()
    return {
        "dispatch": st.fixed_dictionaries({"unit": units}),
        "notify_by_phone": st.fixed_dictionaries({"unit": units}),
        "appoint": st.fixed_dictionaries({"for": UNTIL}),
        "ask_material": st.fixed_dictionaries({"items": items}),
        "fail_contact": st.fixed_dictionaries({"outcome": st.sampled_from(ContactFailure)}),
        "hold": st.fixed_dictionaries({"reason": words(procedure, "hold"), "until": st.none() | UNTIL}),
        "progress": st.fixed_dictionaries({"step": words(procedure, "progress")}),
        "forward": st.fixed_dictionaries({"destination": words(procedure, "destination")}),
        "tell": st.fixed_dictionaries({"template": words(procedure, "template"), "channel": st.none() | CHANNELS}),
        "compensate": st.fixed_dictionaries(
            {
                "payment": words(procedure, "payment"),
                "amount_fen": st.integers(1, 10**7),
                "basis": words(procedure, "basis"),
            }
        ),
        "mediate": st.fixed_dictionaries({"outcome": words(procedure, "mediation"), "paper": may}),
        "raise_warning": st.fixed_dictionaries({"warning": words(procedure, "warning"), "reason": said}),
        "decline": st.fixed_dictionaries({"reason": said}),
        "invalid": st.fixed_dictionaries({"reason": said}),
        "return": st.fixed_dictionaries({"ground": words(procedure, "ground"), "reason": said}),
        "request_extension": st.fixed_dictionaries({"until": UNTIL, "reason": said}),
        "decide_extension": st.fixed_dictionaries({"granted": may, "until": st.none() | UNTIL}),
        "reply": st.fixed_dictionaries({"opinion": said, "result": said}),
        "review": st.fixed_dictionaries({"approved": may, "by": st.sampled_from(["centre", "division"])}),
        "urge": st.fixed_dictionaries({"strong": may}),
        "regrade": st.fixed_dictionaries({"grade": st.integers(1, 3), "reason": said, "approved_by": st.none() | said}),
        "call_back": st.fixed_dictionaries(
            {
                "outcome": st.sampled_from(CallOutcome),
                "solved": st.none() | words(procedure, "solved"),
                "satisfaction": st.none() | st.integers(0, 6),
                "mismatch": st.none() | words(procedure, "mismatch"),
                "recheck": may,
                "appointment": st.none() | UNTIL,
            }
        ),
        "look": st.fixed_dictionaries({"as": st.sampled_from(["agent", "supervisor"]), "reason": st.just("call_back")}),
    }


OF_TICKETS = sorted(set(BODIES) - {"request", "article", "task", "notice", "wait"})


@st.composite
def walks(draw: st.DrawFn, procedure: Procedure, ticket_type: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Some steps at some moments, mostly ones that come in this order in life."""
    said = bodies(procedure, ticket_type)
    usual = ["notify_by_phone", "dispatch", "reply", "review", "call_back"]
    kinds = draw(st.lists(st.sampled_from(OF_TICKETS) | st.sampled_from(usual), min_size=1, max_size=14))
    return [(draw(MOMENTS), kind, draw(said.get(kind, st.just({})))) for kind in kinds]


def first(procedure: Procedure, ticket_type: str) -> NewRequest:
    """A request of the type that brings whatever it must."""
    asked = [name for name in procedure.types[ticket_type].required.value if name in procedure.fields]
    area = next((area for unit in procedure.organisation.targets() for area in unit.areas), None)
    fields = {name: written(procedure.fields[name]) for name in asked}
    return NewRequest.model_validate(
        {"ticket": "t1", "type": ticket_type, "customer": "c1", "area": area, "fields": fields}
    )


async def walk(procedure: Procedure, ticket_type: str, steps: list[tuple[str, str, dict[str, Any]]]) -> Stage:
    stage = Stage(START, procedure)
    assert await stage.take(Step(at=START.isoformat(), kind="request", body=first(procedure, ticket_type))) is None
    await stage.virtual.settle()
    for at, kind, said in steps:
        await stage.virtual.advance_to(stage.virtual.clock.now() + PAUSES[at])
        body = BODIES[kind].model_validate(
            {"ticket": "t1", **{name: each for name, each in said.items() if each is not None}}
        )
        refusal = await stage.take(Step(at=at, kind=kind, body=body))
        await stage.virtual.settle()
        if refusal is not None:
            assert refusal.clause, f"{kind}: {refusal.code} cites nothing"
            assert all(RefusalWords(refusal).of(language) for language in LANGUAGES)
    await stage.virtual.advance_to(stage.virtual.clock.now() + timedelta(days=40))
    return stage


PAUSES = {
    "+0s": timedelta(0),
    "+7m": timedelta(minutes=7),
    "+3h": timedelta(hours=3),
    "+1d": timedelta(days=1),
    "+9d": timedelta(days=9),
}


@pytest.mark.parametrize(("procedure", "ticket_type"), STANDS_ALONE)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_order_of_steps_breaks_a_service(procedure: Procedure, ticket_type: str, data: st.DataObject) -> None:
    """Each step is accepted, or refused with a clause and in words; each clock tells why it stands as it does."""
    steps = data.draw(walks(procedure, ticket_type))
    stage = asyncio.run(walk(procedure, ticket_type, steps))
    seen = asyncio.run(stage.see("t1", explained=True))
    assert seen.stage
