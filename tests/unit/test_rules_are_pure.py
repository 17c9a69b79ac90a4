"""No rule reads a clock or throws dice: time and ids come in with the message."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = sorted(path for path in (ROOT / "services").rglob("*.py") if "rules" in path.relative_to(ROOT).parts)
PURE = [*RULES, ROOT / "procedures" / "calendar.py"]
REFUSED = {"now", "today", "utcnow", "uuid1", "uuid4", "random", "machine_now"}


def _calls(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            names.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    return names


def test_there_are_rules_to_look_at() -> None:
    assert len(RULES) > 20


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_rule_reads_no_clock(path: Path) -> None:
    assert _calls(path) & REFUSED == set()


def test_no_service_saves_past_its_shell() -> None:
    """What follows for another document is a follow-up; the index of matters alone keeps rows of its own."""
    services = (path for path in (ROOT / "services").rglob("*.py") if "save" in _calls(path))
    assert [path.relative_to(ROOT).as_posix() for path in services] == ["services/intake/matters/remembering.py"]
