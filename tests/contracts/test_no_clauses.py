"""Clauses and rule ids belong to a procedure's file: what readers of the API see cites those of no utility."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.security.whole import whole_app

CONTRACTS = Path(__file__).parents[2] / "contracts"
CITED = re.compile(r"第[一二三四五六七八九十]+条|R\d{3}-\d{3}")


def told(document: Any) -> Iterator[str]:
    """Every description and summary, wherever it stands."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name in ("description", "summary") and isinstance(value, str):
                yield value
            else:
                yield from told(value)
    elif isinstance(document, list):
        for each in document:
            yield from told(each)


@pytest.mark.parametrize("file", [*(CONTRACTS / "schemas").glob("*.json"), CONTRACTS / "asyncapi.json"], ids=str)
def test_what_is_said_of_an_event_cites_no_clause(file: Path) -> None:
    assert [text for text in told(json.loads(file.read_text("utf-8"))) if CITED.search(text)] == []


def test_what_is_said_of_an_endpoint_cites_no_clause(tmp_path: Path) -> None:
    texts = list(told(whole_app(tmp_path).openapi()))
    assert len(texts) > 300
    assert [text for text in texts if CITED.search(text)] == []
