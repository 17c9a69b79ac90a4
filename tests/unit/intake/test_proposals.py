"""Types, subtypes and places are proposed from the words, and how often rightly is known."""

import json
from pathlib import Path

import pytest

from procedures.loader import load_all
from services.intake.requests.proposals import propose, word_lists

SENTENCES = Path(__file__).parents[2] / "data" / "proposals.jsonl"
PROCEDURE = load_all().of("kunlun-gas-956100")[-1]
LISTS = word_lists("kunlun-gas-956100")


def _sentences(split: str) -> list[dict[str, str]]:
    rows = [json.loads(line) for line in SENTENCES.read_text("utf-8").splitlines()]
    return [row for row in rows if row["split"] == split]


def _right(split: str, field: str) -> float:
    assert LISTS is not None
    rows = _sentences(split)
    return sum(getattr(propose(LISTS, "", row["text"], PROCEDURE), field) == row[field] for row in rows) / len(rows)


@pytest.mark.parametrize(("split", "least"), [("dev", 0.9), ("held_out", 0.75)])
def test_the_type_is_proposed_rightly_as_often_as_the_page_says(split: str, least: float) -> None:
    assert _right(split, "type") >= least


def test_a_smell_of_gas_is_an_alarm_at_the_place_named() -> None:
    assert LISTS is not None
    found = propose(LISTS, "", "章丘明水街道厨房闻到很浓的煤气味", PROCEDURE)
    assert (found.type, found.subtype, found.area, found.unit) == (
        "alarm",
        "leak",
        "jinan/zhangqiu",
        "zhangqiu",
    )
    assert "煤气味" in found.because


def test_words_that_say_nothing_are_a_consultation_without_a_place() -> None:
    assert LISTS is not None
    found = propose(LISTS, "", "你好", PROCEDURE)
    assert (found.type, found.unit) == ("consultation", None)


def test_a_utility_without_lists_gets_no_proposal() -> None:
    assert word_lists("telecom") is None
