"""`make mutate`: every number of a procedure is changed a little, and what no case notices is printed."""

from pathlib import Path

import pytest
from rich.console import Console

from hotline.cases.reading import read_file
from hotline.mutate import Change, Trial, changed, changes, newest, survivors
from hotline.numbers import neighbours
from procedures.files import read_yaml
from procedures.loader import DATA

GAS = DATA / "kunlun-gas-956100" / "2011-01-01.yaml"
FAULTS = Path(__file__).parent / "kunlun-gas-956100" / "fault.yaml"
LINED = read_yaml(GAS)
CHANGES = {(change.where, change.after): change for change in changes(LINED)}


@pytest.mark.parametrize(
    ("number", "around"),
    [
        ("2 hours", ["1 hours", "3 hours"]),
        ("1 working day", ["2 working days"]),
        (5, [4, 6]),
        (0, [1]),
        (0.8, [0.7, 0.9]),
        ("1/2", ["2/5", "3/5"]),
        ("21:00", ["20:30", "21:30"]),
        ("08:30-17:30", ["08:00-17:30", "09:00-17:30", "08:30-17:00", "08:30-18:00"]),
        ("00:00-24:00", ["00:30-24:00", "00:00-23:30"]),
        (True, []),
        ("R004-062", []),
        ("jinan", []),
    ],
)
def test_a_number_is_made_a_step_smaller_and_a_step_larger(number: object, around: list[object]) -> None:
    assert list(neighbours(number)) == around


def test_durations_counts_shares_times_and_grades_are_changed_and_what_identifies_the_file_is_not() -> None:
    places = {where.split(".")[0] for where, _ in CHANGES}
    assert {"working_time", "types", "urging", "callback", "grading", "escalation", "knowledge", "matters"} <= places
    assert not places & {"schema", "effective", "hotline", "names"}
    assert CHANGES["types.fault.limits.1.within", "3 hours"].rule == "R004-060"


def test_only_the_number_itself_is_changed_and_only_in_memory() -> None:
    change = CHANGES["types.fault.limits.1.within", "3 hours"]
    other = changed(LINED.value, change.place, change.value)
    assert other["types"]["fault"]["limits"][1]["within"] == "3 hours"
    assert LINED.value["types"]["fault"]["limits"][1]["within"] == "2 hours"
    assert other["callback"] is LINED.value["callback"]


def test_a_changed_limit_is_noticed_by_a_case_and_by_nothing_where_there_is_none() -> None:
    change = CHANGES["types.fault.limits.1.within", "3 hours"]
    assert Trial(LINED, tuple(read_file(FAULTS))).notices(change)
    assert not Trial(LINED, ()).notices(change)


def test_a_file_that_is_refused_counts_as_noticed() -> None:
    refused = Change(("grading", "complaint", "default", "value"), 1, "3", "4", None, 4)
    assert Trial(LINED, ()).notices(refused)


def test_what_nothing_notices_survives() -> None:
    tried = [CHANGES["types.fault.limits.1.within", "3 hours"], CHANGES["types.praise.limits.0.within", "21 minutes"]]
    trial = Trial(LINED, tuple(read_file(FAULTS)))
    assert survivors(trial, tried, Console(quiet=True)) == tried[1:]


def test_the_newest_file_of_each_utility_is_tried() -> None:
    assert GAS in newest()
