"""`hotline matters`: one answer a line, in order, and a clear word about every line that is no request."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.cli import app

OUTAGE = {"id": "a", "at": "2026-03-01T08:00:00+08:00", "subject": "停气", "text": "泉景雅园停气两天，灶具打不着火"}
AGAIN = {"id": 7, "customer": 12, "at": "2026-03-02T08:00:00+08:00", "text": "泉景雅园小区停气，灶具打不着火", "x": 1}
runner = CliRunner()


def file_of(tmp_path: Path, *lines: object) -> str:
    path = tmp_path / "requests.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return str(path)


def test_each_request_is_answered_with_the_first_id_of_its_matter(tmp_path: Path) -> None:
    result = runner.invoke(app, ["matters", file_of(tmp_path, OUTAGE, "", AGAIN)])
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": "a", "matter": "a"},
        {"id": "7", "matter": "a"},
    ]


def test_what_is_piped_in_is_read_too() -> None:
    result = runner.invoke(app, ["matters", "-"], input=json.dumps(OUTAGE))
    assert json.loads(result.stdout) == {"id": "a", "matter": "a"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2: Invalid JSON"),
        ("[1]", "line 2: Input should be an object"),
        ({"id": "b", "text": "x"}, "line 2: at: Field required"),
        ({"id": "", "at": OUTAGE["at"], "text": "x"}, "line 2: id: String should have at least 1 character"),
        ({"id": "b", "at": "2026-03-02T08:00:00", "text": "x"}, "line 2: at: Input should have timezone info"),
        ({"id": "b", "at": "yesterday", "text": 1}, "line 2: at: Input should be a valid datetime"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_answered(tmp_path: Path, line: object, says: str) -> None:
    result = runner.invoke(app, ["matters", file_of(tmp_path, OUTAGE, line, AGAIN)])
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stdout.splitlines()) == 2


def test_a_file_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    result = runner.invoke(app, ["matters", str(tmp_path / "nothing.jsonl")])
    assert result.exit_code == 2
    assert "No such file" in result.stderr


def test_disorder_is_mentioned_once_and_does_no_harm(tmp_path: Path) -> None:
    result = runner.invoke(app, ["matters", file_of(tmp_path, AGAIN, OUTAGE, OUTAGE | {"id": "c"})])
    assert result.exit_code == 0
    assert result.stderr.count("stand after later ones") == 1
    assert {json.loads(line)["matter"] for line in result.stdout.splitlines()} == {"7"}


def test_window_and_likeness_are_the_named_procedures(tmp_path: Path) -> None:
    late = AGAIN | {"at": "2026-03-31T08:00:01+08:00"}
    result = runner.invoke(app, ["matters", file_of(tmp_path, OUTAGE, late), "--procedure", "kunlun-gas-956100"])
    assert [json.loads(line)["matter"] for line in result.stdout.splitlines()] == ["a", "7"]
    unknown = runner.invoke(app, ["matters", file_of(tmp_path, OUTAGE), "--procedure", "nobody"])
    assert unknown.exit_code == 2
