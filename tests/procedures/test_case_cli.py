"""`hotline case`: what it says of cases that hold, that fail and that cannot be read; and the page of the format."""

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from hotline import case_cli
from hotline.cases.model import Case, Expectation
from hotline.cases.play import Played
from hotline.cases.steps import BODIES, NewRequest
from hotline.cases.words import EVENT_NAMES
from hotline.cli import app
from procedures.model import Procedure

PAGES = [Path(__file__).parents[2] / "docs" / name for name in ("case-format.md", "case-format.zh.md")]

STORY = """\
- case: A complaint is returned, sent to another unit, replied late and called about in vain
  rules: [R004-125]
  procedure: kunlun-gas-956100
  steps:
    - {at: "2026-11-18T10:00:00+08:00", request: {ticket: t1, type: complaint, area: jinan, matter: m, agent: a7}}
    - {at: "+1s", request: {ticket: t2, type: complaint, area: jinan, matter: m}}
    - {at: "+1m", dispatch: {ticket: t1, unit: jinan}}
    - {at: "+1h", return: {ticket: t1, ground: not_ours, reason: "zibo's"}}
    - {at: "2026-11-18T12:00:00+08:00", dispatch: {ticket: t1, unit: zibo}}
    - {at: "+1h", urge: {ticket: t1}}
    - {at: "+1m", return: {ticket: t1, ground: not_ours}, refused: "第十五条（三）1"}
    - {at: "2026-11-20T12:00:01+08:00", reply: {ticket: t1, opinion: "apologised", result: settled}}
    - {at: "+1h", review: {ticket: t1, approved: true}}
    - {at: "+1h", call_back: {ticket: t1, outcome: no_answer}}
  expect:
    - %s
"""

HOLDS = [
    "{ticket: t1, stage: callback}",
    "{ticket: t2, stage: accepted, grade: 3, type: complaint, unit: jinan}",
    "{ticket: t1, unit: zibo, round: 2, first_owner: a7, public: true, linked_to: t2}",
    '{ticket: t1, at: "2026-11-18T11:30:00+08:00", stage: returned, round: 1}',
    '{ticket: t1, clocks: {reply: {due: "2026-11-20T12:00:00+08:00", state: missed, late_by: 1}}}',
    '{ticket: t1, clocks: {handle: {warned_at: "2026-11-18T14:24:00+08:00"}}}',
    "{ticket: t1, events: [ticket.opened, ticket.returned, ticket.dispatched], never: [ticket.closed]}",
    "{ticket: t1, count: {ticket.dispatched: 2, callback.attempted: 1}}",
    '{ticket: t1, next_call_not_before: "2026-11-20T16:00:01+08:00"}',
    "{ticket: t1, message: 尚未过半}",
    "{ticket: t1, message: 须写明理由}",
]

FAILS = [
    ("{ticket: t1, stage: replied}", "stage", "replied", "callback"),
    ("{ticket: t1, closure: satisfied}", "closure", "satisfied", "-"),
    ("{ticket: t1, grade: 2}", "grade", "2", "3"),
    ("{ticket: t1, type: report}", "type", "report", "complaint"),
    ("{ticket: t1, unit: jinan}", "unit", "jinan", "zibo"),
    ("{ticket: t1, round: 1}", "round", "1", "2"),
    ("{ticket: t1, first_owner: a8}", "first_owner", "a8", "a7"),
    ("{ticket: t1, public: false}", "public", "False", "True"),
    ("{ticket: t1, linked_to: t1}", "linked_to", "t1", "t2"),
    ('{ticket: t1, clocks: {reply: {due: "2026-11-20T12:00:01+08:00"}}}', "clock reply due", "12:00:01", "12:00:00"),
    ("{ticket: t1, clocks: {reply: {state: met}}}", "clock reply state", "met", "missed"),
    ("{ticket: t1, clocks: {reply: {late_by: 2s}}}", "clock reply late_by", "2s", "1"),
    ("{ticket: t1, clocks: {on_site: {state: met}}}", "clock on_site", "there", "never started"),
    ('{ticket: t1, clocks: {urge: {warned_at: "+1s"}}}', "clock urge", "there", "never started"),
    ("{ticket: t1, events: [ticket.replied, ticket.returned]}", "events", "ticket.returned", "no ticket.returned"),
    ("{ticket: t1, never: [ticket.returned]}", "never", "no ticket.returned", "ticket.returned"),
    ("{ticket: t1, count: {ticket.dispatched: 1}}", "count of ticket.dispatched", "1", "2"),
    ('{ticket: t1, next_call_not_before: "2026-11-20T16:00:00+08:00"}', "next_call_not_before", "00:00", "00:01"),
    ('{ticket: t1, next_call_not_after: "2026-11-23T12:00:01+08:00"}', "next_call_not_after", "12:00:01", "-"),
    ("{ticket: t1, message: 督办}", "message", "督办", "尚未过半"),
]


def run(tmp_path: Path, text: str, *options: str) -> Result:
    file = tmp_path / "case.yaml"
    file.write_text(text, "utf-8")
    return CliRunner().invoke(app, ["case", str(file), "--lang", "en", *options])


def hotline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.mark.parametrize("expected", HOLDS)
def test_what_happened_may_be_expected(tmp_path: Path, expected: str) -> None:
    result = run(tmp_path, STORY % expected)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(("expected", "what", "wanted", "actual"), FAILS)
def test_what_did_not_happen_fails_with_both_values(
    tmp_path: Path, expected: str, what: str, wanted: str, actual: str
) -> None:
    result = run(tmp_path, STORY % expected, "--json")
    assert result.exit_code == 1
    (failure,) = json.loads(result.stdout)["failures"]
    assert failure["what"] == what
    assert wanted in failure["expected"]
    assert actual in failure["actual"]


def test_a_failed_limit_is_shown_with_its_clause(tmp_path: Path) -> None:
    result = run(tmp_path, STORY % "{ticket: t1, clocks: {reply: {state: met}}}")
    assert "第十四条(六) R004-083" in result.output
    assert "expectation 1 (t1)" in result.output


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ('refused: "第十五条（三）1"', 'refused: "第十四条(九)"', "refused"),
        (', refused: "第十五条（三）1"', "", "accepted"),
        ("urge: {ticket: t1}}", 'urge: {ticket: t1}, refused: "第十五条(四)1"}', "refused"),
    ],
)
def test_a_step_that_goes_otherwise_than_written_fails(tmp_path: Path, before: str, after: str, what: str) -> None:
    result = run(tmp_path, STORY.replace(before, after) % HOLDS[1], "--json")
    assert result.exit_code == 1
    assert [failure["what"] for failure in json.loads(result.stdout)["failures"]] == [what]


@pytest.mark.parametrize(
    ("before", "after", "line", "says"),
    [
        ("urge:", "press:", 10, "accepted: request, answer"),
        ("ground: not_ours}", "ground: lazy}", 11, "accepted: not_ours, wrong_information"),
        ("area: jinan, matter: m}", "region: jinan}", 6, "accepted: accused, agent, appeals, area"),
        ("dispatch: {ticket: t1, unit: zibo}", "dispatch: {ticket: t9, unit: zibo}", 9, "accepted: t1, t2"),
        ('"+1h", urge', '"1h", urge', 10, "2026-11-20T16:50:00+08:00"),
        ('"2026-11-18T10:00:00+08:00"', '"2026-11-18T10:00:00"', 5, "no offset"),
        ("procedure: kunlun-gas-956100", "procedure: kunlun-gas-956101", 3, "kunlun-gas-956100@2011-01-01"),
        ("rules: [R004-125]", "rules: [R004-125]\n  readings: {half_of: month}", 3, "budget, clock_time"),
        ("{ticket: t1, stage: callback}", "{ticket: t1, stage: done}", 16, "returned, closed"),
        ("{ticket: t1, stage: callback}", "{ticket: t1, never: [ticket.eaten]}", 16, "ticket.escalated"),
        ("  steps:", "  steps: []\n  stages:", 5, "accepted: case, expect, government_standards, procedure"),
    ],
)
def test_what_cannot_be_read_is_said_with_file_line_and_the_words_accepted(
    tmp_path: Path, before: str, after: str, line: int, says: str
) -> None:
    result = run(tmp_path, (STORY % HOLDS[0]).replace(before, after, 1))
    assert result.exit_code == 2
    assert f"case.yaml:{line}: " in result.stderr
    assert says in result.stderr


def test_a_file_that_is_not_there_or_no_list_or_no_yaml_cannot_be_read(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["case", str(tmp_path / "none.yaml")]).exit_code == 2
    assert run(tmp_path, "case: one").exit_code == 2
    assert "case is given twice" in run(tmp_path, "- case: one\n  case: two").stderr
    assert run(tmp_path, "- {").exit_code == 2


def test_only_chooses_by_name_or_rule(tmp_path: Path) -> None:
    assert run(tmp_path, STORY % HOLDS[0], "--only", "R004-125").exit_code == 0
    nothing = run(tmp_path, STORY % HOLDS[0], "--only", "R004-001")
    assert (nothing.exit_code, "no case found" in nothing.stderr) == (2, True)


def test_explained_every_event_stands_on_a_line_with_its_chinese_name_and_every_clock_at_the_end(
    tmp_path: Path,
) -> None:
    lines = run(tmp_path, STORY % HOLDS[0], "--explain", "--lang", "zh").output.splitlines()
    assert any(
        re.search(r"2026-11-18 周三 12:00 .* t1 .* ticket.dispatched .* 派单 .* unit zibo 淄博公司", one)
        for one in lines
    )
    assert any(re.search(r"refused return .* 拒绝 .* 第十五条\(三\)1 R004-123", one) for one in lines)
    missed = next(one for one in lines if re.search(r"t1 +reply 2 +回单 +missed 超时 .*12:00", one))
    assert "2 个工作日" in missed
    assert "late_by 1s" in missed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_example_of_the_page_can_be_played(tmp_path: Path, page: Path) -> None:
    example = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)[0]
    assert yaml.safe_load(example)
    result = run(tmp_path, example)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_names_every_step_field_expectation_and_event(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", prose))))
    fields = {field.alias or name for body in BODIES.values() for name, field in body.model_fields.items()}
    fields |= set(NewRequest.model_fields) | set(Expectation.model_fields) | set(BODIES)
    events = {part for event in EVENT_NAMES for part in event.split(".")}
    assert sorted((fields | events) - named) == []


@pytest.mark.parametrize(("given", "code"), [("", 0), ("cases/cable.yaml", 2)])
def test_a_procedure_that_lies_among_its_cases_is_the_one_they_name(given: str, code: int) -> None:
    small = Path(__file__).parent / "small" / "cable"
    played = CliRunner().invoke(app, ["case", str(small / given)])
    assert played.exit_code == code, played.output


LOOK_EARLY = """\
- case: A look at the ticket an hour before anything happened
  rules: [R004-048]
  procedure: kunlun-gas-956100
  steps:
    - {at: "2026-11-20T10:00:00+08:00", request: {ticket: t, type: fault, area: jinan}}
  expect:
    - {ticket: t, at: "2026-11-20T09:00:00+08:00", never: [ticket.opened]}
    - {ticket: t, stage: accepted}
"""


def test_a_look_before_the_first_step_sees_that_nothing_happened_yet(tmp_path: Path) -> None:
    (tmp_path / "early.yaml").write_text(LOOK_EARLY, "utf-8")
    assert hotline("case", tmp_path / "early.yaml").exit_code == 0


def test_a_case_that_breaks_a_rule_of_ours_is_told_and_the_others_are_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.yaml").write_text(LOOK_EARLY.replace("an hour before", "well before"), "utf-8")
    (tmp_path / "b.yaml").write_text(LOOK_EARLY, "utf-8")
    real = case_cli.play

    async def play(case: Case, procedure: Procedure) -> Played:
        if "well before" in case.case:
            raise OverflowError("date value out of range")
        return await real(case, procedure)

    monkeypatch.setattr(case_cli, "play", play)
    answer = hotline("case", tmp_path)
    assert answer.exit_code == 1
    assert "OverflowError: date value out of range (test_case_cli.py:" in answer.output
    assert "1 个成立，1 个不成立" in answer.output
    broken, held = (json.loads(line) for line in hotline("case", "--json", tmp_path).output.splitlines())
    assert (broken["holds"], held["holds"]) == (False, True)


def test_a_procedure_beside_the_cases_that_cannot_be_read_does_not_end_the_cases_of_others(tmp_path: Path) -> None:
    (tmp_path / "2026-01-01.yaml").write_text("schema: 1\n", "utf-8")
    (tmp_path / "early.yaml").write_text(LOOK_EARLY, "utf-8")
    answer = hotline("case", tmp_path)
    assert answer.exit_code == 2
    assert "2026-01-01.yaml" in answer.output
    assert "1 个成立，0 个不成立，1 个文件读不了" in answer.output
