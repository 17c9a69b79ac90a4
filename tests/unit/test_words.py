"""One word for one thing: what the glossary says is not used stands in nothing that a clerk reads."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.test_docs import ROOT, page, rows

SECTION = "## Chinese words that are not used"
READ = (
    "README.zh-CN.md",
    "docs/*.md",
    "texts/**/*.toml",
    "procedures/data/**/*.yaml",
    "procedures/coverage/*.yaml",
    "hotline/**/*.py",
    "hotline/starter/*.yaml",
    "services/**/*.py",
    "kit/**/*.py",
    "procedures/**/*.py",
    "tests/procedures/**/*.yaml",
)
"""What people read, or what prints it; requests and articles of the demonstration are citizens' prose."""


def not_used() -> dict[str, str]:
    """Each word of the glossary's list with the one to use."""
    listed = page("docs/glossary.md").partition(SECTION)[2].partition("\n## ")[0]
    return {cells[0]: cells[1] for cells in rows(listed)[2:]}


def texts_read() -> Iterator[tuple[str, str]]:
    files = {file for pattern in READ for file in ROOT.glob(pattern)}
    for file in sorted(files):
        text = file.read_text("utf-8")
        if file.name == "glossary.md":
            before, _, after = text.partition(SECTION)
            text = before + after.partition("\n## ")[2]
        yield str(file.relative_to(ROOT)), text


def found(word: str, texts: Iterator[tuple[str, str]]) -> list[str]:
    return [
        f"{name}:{number}: {word}"
        for name, text in texts
        for number, line in enumerate(text.splitlines(), 1)
        if word in line
    ]


@pytest.mark.parametrize(("word", "instead"), not_used().items())
def test_a_word_that_is_not_used_stands_in_nothing_that_a_clerk_reads(word: str, instead: str) -> None:
    assert instead
    assert found(word, texts_read()) == [], f"write {instead}"


def test_the_list_is_there_and_is_read_to_its_end() -> None:
    listed = not_used()
    assert len(listed) >= 15
    assert listed["撤诉"] == "撤回诉求"
    assert found("撤诉", iter([("a", "客户\n客户撤诉")])) == ["a:2: 撤诉"]


def test_what_clerks_read_is_looked_through() -> None:
    names = {Path(name).name for name, _ in texts_read()}
    assert {"routing.toml", "2011-01-01.yaml", "README.zh-CN.md", "case-format.zh.md", "readings.yaml"} <= names
