"""A row for another reading than the one in force is no row, whatever section of the file it stands in."""

from collections.abc import Callable
from typing import Any

import pytest

from hotline.mutate import changed
from procedures.files import read_yaml
from procedures.loader import DATA
from procedures.model import Circumstances, Procedure
from services.intake.rules.answering import not_at_once
from services.routing.rules.dispatching import may_be_phoned
from services.routing.rules.reviewing import division_review
from tests.unit.routing.story import Story

GAS = read_yaml(DATA / "kunlun-gas-956100" / "2011-01-01.yaml").value
ORDER = Story("complaint", grade=1).order
ASKED = Circumstances("complaint", grade=1, flags=("lawsuit",))

Asked = Callable[[Procedure], object]

ROWS: dict[str, tuple[tuple[str | int, ...], Asked]] = {
    "escalation": (("escalation", 0, "when"), lambda file: len(file.escalations("ticket.opened", "complaint")) == 2),
    "grading": (("grading", "complaint", "rules", 0, "when"), lambda file: len(file.grade_rules("complaint")) == 5),
    "phone notice": (("work_orders", "phone_notice", "when", 1), lambda file: may_be_phoned(ORDER, file)),
    "review": (("types", "complaint", "reviewed_by", 0, "when"), lambda file: division_review(ORDER, file)),
    "answer": (("types", "complaint", "may_be_answered_at_once", "when"), lambda file: not_at_once(ASKED, file)),
}


def read_otherwise(place: tuple[str | int, ...], word: str) -> Procedure:
    """The gas procedure with one row for a reading only."""
    here: Any = GAS
    for step in place:
        here = here[step]
    return Procedure.model_validate(changed(GAS, place, {**here, "reading": {"half_of": word}}))


@pytest.mark.parametrize("row", ROWS)
def test_a_row_counts_under_its_reading_and_under_no_other(row: str) -> None:
    place, counts = ROWS[row]
    assert counts(read_otherwise(place, "budget"))
    assert not counts(read_otherwise(place, "clock_time"))
