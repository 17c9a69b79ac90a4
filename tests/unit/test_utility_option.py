"""Whose people the embedded mode's commands speak for: the utility that is named, else the one that comes with it."""

from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner

from hotline.cli import app
from tests.utilities import OURS


def run(*arguments: str) -> tuple[int, str]:
    """The status and what is printed: on the error stream where it fails."""
    found = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    return found.exit_code, found.stderr if found.exit_code else found.stdout


@pytest.mark.parametrize("utility", OURS.utilities())
def test_a_token_is_of_the_utility_that_is_named(utility: str, tmp_path: Path) -> None:
    status, token = run("token", "--as", "agent", "--utility", utility, "--var", str(tmp_path))
    assert status == 0
    assert jwt.decode(token.strip(), options={"verify_signature": False})["utility"] == utility


def test_without_a_name_it_is_the_one_that_is_set_or_comes_with_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = run("token", "--as", "agent", "--var", str(tmp_path))
    assert jwt.decode(token.strip(), options={"verify_signature": False})["utility"] == "kunlun-gas-956100"
    monkeypatch.setenv("HOTLINE_EMBEDDED__UTILITY", "cable-gulin")
    _, token = run("token", "--as", "agent", "--var", str(tmp_path))
    assert jwt.decode(token.strip(), options={"verify_signature": False})["utility"] == "cable-gulin"
    assert run("explain", "--type", "restoration")[0] == 0, "explains by the same utility"


@pytest.mark.parametrize("command", [("token", "--as", "agent"), ("up", "--demo"), ("ticket", "tkt_1")])
def test_a_utility_that_is_not_installed_is_refused_with_those_that_are(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    status, said = run(*command, "--utility", "nowhere", "--var", str(tmp_path))
    assert status == 2
    assert "'nowhere'" in said
    assert all(utility in said for utility in OURS.utilities())
