"""The hand-written pages keep up with the code: words, settings, metrics, links."""

import inspect
import os
import re
import shlex
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase
from typer.testing import CliRunner

from contracts import vocabulary
from contracts.topics import TOPICS
from hotline.cli import app
from kit.settings import PREFIX, Settings
from kit.telemetry import metrics
from procedures.loader import load_all
from procedures.model.part import stated
from services.sla_monitor.decider import CLOCKS_MISSED
from texts import label

ROOT = Path(__file__).parents[2]
GENERATED = ("events.md", *(page.name for page in (ROOT / "docs").glob("coverage-*.md")))
"""Held to the code elsewhere."""

PAGES = [page for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")) if page.name not in GENERATED]
"""Everything written by hand."""

OWN = ("README.md", "README.zh-CN.md", "docs/follow-a-ticket.md", "docs/glossary.md", "docs/operations.md")
READMES = ("README.md", "README.zh-CN.md")
LONGEST_LINE = 120

ENUMS = [kind for _, kind in inspect.getmembers(vocabulary, inspect.isclass) if kind.__module__ == vocabulary.__name__]

GAS = load_all().get("kunlun-gas-956100@2011-01-01")
GAS_WORDS: dict[str, Iterable[str]] = {
    "type": GAS.types,
    "flag": GAS.flags,
    "clock": GAS.clocks,
    "ground": stated(GAS.returns).grounds.value,
    "solved": stated(GAS.callback).solved.value,
    "mismatch": stated(GAS.callback).send_back_grounds.value,
}


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def rows(text: str) -> list[list[str]]:
    """The cells of every table row of a page."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_every_word_of_the_vocabulary_is_in_the_glossary_beside_its_chinese_label(kind: type[StrEnum]) -> None:
    known = {(cells[0], cells[1]) for cells in rows(page("docs/glossary.md"))}
    missing = [(label(word), word.value) for word in kind if (label(word), f"`{word.value}`") not in known]
    assert not missing


@pytest.mark.parametrize("kind", GAS_WORDS)
def test_every_word_of_the_gas_procedure_is_in_the_glossary_beside_its_chinese_name(kind: str) -> None:
    known = {(cells[0], cells[1]) for cells in rows(page("docs/glossary.md"))}
    names = {word: GAS.name_of(kind, word).zh for word in GAS_WORDS[kind]}  # type: ignore[arg-type]
    assert [(name, word) for word, name in names.items() if (name, f"`{word}`") not in known] == []


def test_the_glossary_gives_every_word_a_meaning() -> None:
    assert [cells for cells in rows(page("docs/glossary.md")) if not cells[2]] == []


def settings_by_variable() -> dict[str, object]:
    """Every variable there is with its default."""
    return {f"{PREFIX}{group}__{name}".upper(): value for group, settings in Settings() for name, value in settings}


def written(value: object) -> str:
    """A default as the page writes it."""
    if value is None or value == ():
        return "—"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_setting_is_in_the_operations_page_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(variable)
    told = {cells[0].strip("`"): cells[1].strip("`") for cells in rows(page("docs/operations.md")) if "__" in cells[0]}
    known = {name: written(value) for name, value in settings_by_variable().items()}
    in_words = {"HOTLINE_ATTACHMENTS__TYPES": "images, PDF, audio, video, text"}
    assert told == {**known, **in_words}


def test_every_metric_is_in_the_operations_page_with_its_labels() -> None:
    told = {cells[0].strip("`"): cells[1].replace("`", "").split() for cells in rows(page("docs/operations.md"))}
    declared = [found for found in (*vars(metrics).values(), CLOCKS_MISSED) if isinstance(found, MetricWrapperBase)]
    families = {family.name: list(metric._labelnames) for metric in declared for family in metric.describe()}
    assert {name: labels for name, labels in told.items() if re.fullmatch(r"hotline_\w+", name)} == families


def test_every_topic_is_in_the_operations_page() -> None:
    told = {cells[0].strip("`") for cells in rows(page("docs/operations.md"))}
    assert set(TOPICS) <= told


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_of_a_page_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text("utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("name", OWN)
def test_no_line_is_longer_than_the_house_allows(name: str) -> None:
    assert [line for line in page(name).splitlines() if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("name", OWN)
def test_every_command_that_a_page_names_exists(name: str) -> None:
    named = set(re.findall(r"(?:^|[`$] ?)hotline ([a-z]+)", page(name), re.M))
    assert {command for command in named if CliRunner().invoke(app, [command, "--help"]).exit_code} == set()


@pytest.mark.parametrize("name", READMES)
def test_what_a_readme_shows_of_explain_is_what_it_prints(name: str) -> None:
    [(command, shown)] = re.findall(r"^\$ hotline (explain .*)\n(.*?)^```$", page(name), re.M | re.S)
    told = CliRunner().invoke(app, shlex.split(command), env={"COLUMNS": "110"}).stdout
    printed = [line.rstrip() for line in told.splitlines()]
    assert [line for line in shown.splitlines() if line not in (*printed, "…")] == []


def test_why_a_ticket_was_late_is_answered_by_four_files() -> None:
    steps = re.findall(r"^\d\. (.*?)(?=^\d\. |^$)", page("docs/why-late.md"), re.M | re.S)
    read = [re.findall(r"\]\(\.\./([^)]+)\)", step) for step in steps]
    assert [len(files) for files in read] == [1, 1, 1, 1]
    assert all((ROOT / file).is_file() for [file] in read)
