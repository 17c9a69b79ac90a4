"""What the office and its clerks see on the command line."""

import json
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from hotline.explain_cli import app as explain_app
from hotline.procedure_cli import app as procedure_app
from procedures import compare
from procedures.loader import DATA, load_all, released_digests
from procedures.model import Procedure, When
from procedures.model.readings import CHOICES
from texts import LANGUAGES, Language, catalogue

GAS = DATA / "kunlun-gas-956100" / "2011-01-01.yaml"
WIDE = {"COLUMNS": "220"}
run = CliRunner().invoke


def draft(tmp_path: Path, replace: str, by: str, effective: str = "2999-01-01") -> Path:
    """A copy for a later date with one thing changed."""
    text = GAS.read_text(encoding="utf-8")
    assert replace in text
    path = tmp_path / "data" / "kunlun-gas-956100" / f"{effective}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    changed = text.replace(replace, by, 1).replace("effective: 2011-01-01", f"effective: {effective}")
    path.write_text(changed, encoding="utf-8")
    return path


def test_check_says_that_a_good_file_holds() -> None:
    answer = run(procedure_app, ["check", str(GAS)])
    assert answer.exit_code == 0
    assert "kunlun-gas-956100@2011-01-01" in answer.output


@pytest.mark.parametrize(("language", "said"), [("zh", "不认识的词 'contct'"), ("en", "unknown word 'contct'")])
def test_check_tells_file_line_and_accepted_words_in_the_readers_language(
    tmp_path: Path, language: str, said: str
) -> None:
    path = draft(tmp_path, "{clock: contact,", "{clock: contct,")
    line = next(n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if "contct" in text)
    answer = run(procedure_app, ["check", str(path), "--lang", language])
    assert answer.exit_code == 1
    assert f"{path}:{line}: " in answer.output
    assert said in answer.output
    assert "on_site" in answer.output


def test_show_prints_limits_rules_and_readings_in_both_languages() -> None:
    zh = run(procedure_app, ["show"], env=WIDE).output
    assert all(word in zh for word in ("故障报修", "3 个工作日", "第十四条(四)，R004-062", "21:00-08:00", "滚动 30 日"))
    en = run(procedure_app, ["show", "kunlun-gas-956100@2011-01-01", "--lang", "en"], env=WIDE).output
    assert all(word in en for word in ("Fault repair", "3 working days", "R004-062", "quiet hours", "rolling 30 days"))


def test_show_of_an_unknown_procedure_names_the_known_ones() -> None:
    answer = run(procedure_app, ["show", "kunlun-gas-956100@1999-01-01"], env=WIDE)
    assert answer.exit_code == 2
    assert "kunlun-gas-956100@2011-01-01" in answer.output


def test_diff_says_what_was_changed_and_nothing_else(tmp_path: Path) -> None:
    path = draft(
        tmp_path, "within: 3 working days, source: 第十四条(四)", "within: 2 working days, source: 第十四条(四)"
    )
    answer = run(procedure_app, ["diff", "kunlun-gas-956100@2011-01-01", str(path)], env=WIDE).output
    assert "故障报修 · 时限 · 回单" in answer
    assert "3 个工作日" in answer
    assert "2 个工作日" in answer
    assert "投诉" not in answer


def test_a_moved_line_is_no_difference(tmp_path: Path) -> None:
    row = "        - {id: zibo, names: {zh: 淄博公司, en: Zibo}, areas: [zibo]}\n"
    moved = draft(tmp_path, row, "", "2011-01-01")
    text = moved.read_text("utf-8")
    after = "        - {id: taian,"
    moved.write_text(text.replace(after, row + after), encoding="utf-8")
    assert "没有差别" in run(procedure_app, ["diff", str(GAS), str(moved)]).output


def test_added_and_removed_entries_are_told_as_such() -> None:
    before = load_all().get("kunlun-gas-956100@2011-01-01")
    organisation = before.organisation
    fewer = organisation.model_copy(update={"departments": organisation.departments[1:]})
    after = before.model_copy(update={"organisation": fewer})
    assert [(each.change, each.row.path) for each in compare.differences(before, after)] == [
        ("removed", "organisation.departments.hq-finance")
    ]
    assert [each.change for each in compare.differences(after, before)] == ["added"]


def test_release_records_a_draft_again_until_its_day_comes(tmp_path: Path) -> None:
    recorded = tmp_path / "released.toml"
    path = draft(tmp_path, "attempts: {value: 3", "attempts: {value: 4")
    assert run(procedure_app, ["release", str(path), "--record", str(recorded)]).exit_code == 0
    first = released_digests(recorded)
    draft(tmp_path, "attempts: {value: 3", "attempts: {value: 5")
    assert run(procedure_app, ["release", str(path), "--record", str(recorded)]).exit_code == 0
    assert released_digests(recorded) != first


def test_release_refuses_a_file_that_was_edited_in_force(tmp_path: Path) -> None:
    recorded = tmp_path / "released.toml"
    path = draft(tmp_path, "attempts: {value: 3", "attempts: {value: 3", "2011-01-01")
    assert run(procedure_app, ["release", str(path), "--record", str(recorded)]).exit_code == 0
    before = recorded.read_bytes()
    draft(tmp_path, "attempts: {value: 3", "attempts: {value: 4", "2011-01-01")
    answer = run(procedure_app, ["release", str(path), "--record", str(recorded)])
    assert answer.exit_code == 1
    assert "不能再改" in answer.output
    assert recorded.read_bytes() == before


def test_release_refuses_a_file_that_does_not_hold(tmp_path: Path) -> None:
    path = draft(tmp_path, "within: 2 hours", "within: 2h")
    assert run(procedure_app, ["release", str(path), "--record", str(tmp_path / "r.toml")]).exit_code == 1
    assert not (tmp_path / "r.toml").exists()


EVE = ["--at", "2026-09-30T16:00", "--area", "jinan/zhangqiu"]


def test_explain_names_clause_candidates_skipped_days_and_readings() -> None:
    asked = ["--type", "service_application", "--channel", "gov_12345", "--gov-due", "2026-10-10T12:00:00+08:00"]
    answer = run(explain_app, [*asked, *EVE], env=WIDE)
    assert answer.exit_code == 0
    for said in ("章丘公司", "2026-10-08 周四 16:00", "第十四条(五)，R004-066", "国庆节", "以此为准", "恰好一半"):
        assert said in answer.output


def test_explain_for_a_program_gives_every_clock_with_its_offset() -> None:
    answer = run(explain_app, ["--type", "complaint", "--grade", "2", *EVE, "--json"])
    found = json.loads(answer.output)
    due = {clock["clock"]: clock["due"] for clock in found["clocks"]}
    assert due["handle"] == "2026-10-01T16:00:00+08:00"
    assert due["reply"] == "2026-10-09T16:00:00+08:00"
    assert found["clocks"][1]["limits"][0]["skipped"][0]["date"] == "2026-10-01"


def test_explain_says_when_a_deadline_rests_on_holidays_not_announced_yet() -> None:
    answer = run(explain_app, ["--type", "fault", "--at", "2027-02-04T10:00", "--lang", "en"], env=WIDE)
    assert "The holidays of 2027 are not announced yet" in answer.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--type", "fire"], "alarm"),
        (["--type", "fault", "--at", "tomorrow"], "2026-11-20T16:50+08:00"),
        (["--type", "fault", "--procedure", "nobody"], "nobody"),
        (["--type", "complaint", "--grade", "4"], "1, 2, 3"),
    ],
)
def test_explain_refuses_what_it_does_not_know_and_says_what_it_does(options: list[str], said: str) -> None:
    answer = run(explain_app, options, env=WIDE)
    assert answer.exit_code == 2
    assert said in answer.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_choice_and_condition_of_the_format_is_called_something(language: Language) -> None:
    keys, words = format_words(Procedure)
    texts = catalogue(language)
    assert sorted(key for key in keys if f"key.{key}" not in texts) == []
    assert sorted(word for word in words if f"word.{word.lower()}" not in texts and f"event.{word}" not in texts) == []
    conditions = When.model_fields
    assert [name for name in conditions if f"when.{name}" not in texts] == []
    readings = [f"{name}.{word}" for name, choices in CHOICES.items() for word in ("about", *choices)]
    assert [each for each in readings if f"reading.{each}" not in texts] == []


def format_words(model: type[BaseModel]) -> tuple[set[str], set[str]]:
    """Every key of a procedure file, and every choice that the format itself names."""
    keys: set[str] = set()
    words: set[str] = set()
    seen: set[object] = set()

    def walk(annotation: object) -> None:
        if get_origin(annotation) is Literal:
            words.update(word for word in get_args(annotation) if isinstance(word, str))
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
            seen.add(annotation)
            for name, field in annotation.model_fields.items():
                keys.add(field.alias or name)
                walk(field.annotation)
        for inner in get_args(annotation):
            walk(inner)

    walk(model)
    return keys, words
