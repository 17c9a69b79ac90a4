"""No moment that anybody states stops a clock, a list or a document: what cannot be meant is refused at the edge."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from contracts.fact import EARLIEST, LATEST, Ahead, Instant, Past
from contracts.ticket import CallWish, GovernmentOrder
from contracts.windows import misplaced
from kit.http.steps import body_of
from procedures.model import Procedure
from services.routing.rules import STEPS
from tests.handlers.bench_of_one import FRIDAY_10
from tests.handlers.intake_desk import FAULT, FrontDesk
from tests.security.sizes import bare

ENDS = ("0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59Z")


@pytest.fixture
def desk(tmp_path: Path) -> FrontDesk:
    return FrontDesk(tmp_path)


class Said(BaseModel):
    happened: Past | None = None
    planned: Ahead | None = None
    wish: CallWish | None = None


def test_what_happened_lies_behind_but_for_the_difference_of_two_clocks() -> None:
    assert misplaced(Said(happened=FRIDAY_10 + timedelta(minutes=1)), FRIDAY_10) is None
    refusal = misplaced(Said(happened=FRIDAY_10 + timedelta(minutes=2)), FRIDAY_10)
    assert refusal is not None
    assert refusal.params == {"field": "happened"}


def test_what_is_planned_lies_within_ten_years_also_inside_of_a_part() -> None:
    assert misplaced(Said(planned=FRIDAY_10 + timedelta(days=3650)), FRIDAY_10) is None
    wish = CallWish(at=FRIDAY_10 - timedelta(days=2))
    for wrong in (Said(planned=FRIDAY_10 + timedelta(days=3700)), Said(wish=wish)):
        refusal = misplaced(wrong, FRIDAY_10)
        assert refusal is not None
        assert refusal.accepts == (">= 2026-11-19T10:00:00+08:00", "<= 2036-11-27T10:00:00+08:00")


def test_a_window_at_the_end_of_the_calendar_ends_with_it() -> None:
    assert misplaced(Said(planned=LATEST), LATEST - timedelta(hours=1)) is None
    assert misplaced(Said(planned=EARLIEST), EARLIEST) is None


@pytest.mark.parametrize("end", ENDS)
def test_the_first_or_last_date_of_a_platform_means_no_deadline(end: str) -> None:
    assert GovernmentOrder(platform="p", order_no="1", due=datetime.fromisoformat(end)).due is None
    due = datetime(2026, 11, 25, tzinfo=UTC)
    assert GovernmentOrder(platform="p", order_no="1", due=due).due == due


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("stated", ["ended_at", "at", "call_wish"])
async def test_a_request_that_tells_of_the_end_of_time_is_refused(desk: FrontDesk, end: str, stated: str) -> None:
    value: Any = {"preference": "appointed", "at": end} if stated == "call_wish" else end
    answer = await desk.post("integration", "/intake/requests", FAULT | {stated: value})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert desk.said() == []


async def test_a_call_that_ends_tomorrow_or_a_call_wished_for_ten_years_ago_is_refused(desk: FrontDesk) -> None:
    for wrong in (
        {"ended_at": (FRIDAY_10 + timedelta(days=1)).isoformat()},
        {"call_wish": {"preference": "appointed", "at": (FRIDAY_10 - timedelta(days=3650)).isoformat()}},
    ):
        answer = await desk.post("agent", "/intake/requests", FAULT | wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "moment_misplaced")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("step", "field"), [("appoint", "for"), ("hold", "until"), ("request_extension", "until")])
def test_a_step_that_tells_of_the_end_of_time_is_refused(end: str, step: str, field: str) -> None:
    with pytest.raises(ValueError, match=f"(?s){field}.*(greater|less) than or equal to"):
        body_of(STEPS[step]).model_validate({field: end, "reason": "part"})


def test_a_reply_with_a_name_of_any_length_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 255"):
        body_of(STEPS["reply"]).model_validate({"opinion": "o", "result": "r", "parts": {"k" * 1_048_480: "x"}})


def test_a_procedure_file_states_no_moment_without_an_end() -> None:
    schema = Procedure.model_json_schema(mode="validation")
    assert [place for place in bare(schema, schema, "procedure") if place.endswith(": moment")] == []


def test_every_moment_has_its_offset() -> None:
    class Naive(BaseModel):
        at: Instant

    with pytest.raises(ValueError, match="timezone"):
        Naive(at=datetime(2026, 11, 20))  # noqa: DTZ001
