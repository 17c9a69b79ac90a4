"""The page on the format of procedures says everything there is, nothing that there is not, and its examples hold."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from procedures.duration import ACCEPTED
from procedures.loader import load
from procedures.model import Procedure, Setting, Sourced
from procedures.model.clocks import FACT_NAMES
from procedures.model.readings import CHOICES
from procedures.model.when import _ORDER, When
from procedures.yaml_lines import read

PAGE = (Path(__file__).parents[2] / "docs" / "procedure-format.md").read_text(encoding="utf-8")
FENCED = re.compile(r"```(?:yaml)?\n(.*?)```", re.DOTALL)
SMALLEST, *EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
CITATION = frozenset(Sourced.model_fields)
QUOTED = re.compile(r"`([^`]+)`")
SAID = frozenset(QUOTED.findall(FENCED.sub("", PAGE)))


def merged(whole: Any, piece: Any) -> Any:
    """As the page tells people: a section goes beside what is there, a key that is there already is replaced."""
    if not isinstance(whole, Mapping) or not isinstance(piece, Mapping):
        return piece
    return {**whole, **{key: merged(whole.get(key), value) for key, value in piece.items()}}


def test_the_smallest_file_holds(tmp_path: Path) -> None:
    file = tmp_path / "2026-01-01.yaml"
    file.write_text(SMALLEST, encoding="utf-8")
    assert load(file, None).ref == "example@2026-01-01"


@pytest.mark.parametrize("example", EXAMPLES, ids=[piece.partition(":")[0] for piece in EXAMPLES])
def test_each_example_holds_in_the_smallest_file_and_changes_it(example: str, tmp_path: Path) -> None:
    smallest, piece = read(SMALLEST).value, read(example).value
    whole = merged(smallest, piece)
    file = tmp_path / "2026-01-01.yaml"
    file.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
    assert load(file, None).ref == "example@2026-01-01"
    assert whole != smallest


def parts(of: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every section of a file with the path under which the page has it; a name that people choose is NAME."""
    yield path, of
    for name, field in of.model_fields.items():
        here = f"{path}.{field.alias or name}".lstrip(".")
        for below, part in _models(field.annotation):
            yield from parts(part, f"{here}{below}")


def _models(annotation: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield "", annotation
        return
    origin = get_origin(annotation)
    named = ".NAME" if isinstance(origin, type) and issubclass(origin, Mapping) else ""
    for each in get_args(annotation):
        for below, part in _models(each):
            yield f"{named}{below}", part


SECTIONS = {
    path: match[2]
    for match in re.finditer(r"^##+ ((?:`[^`]+` )+)[^\n]*\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    for path in QUOTED.findall(match[1])
}


def rows(section: str) -> dict[str, list[str]]:
    """The rows of the tables of keys, by key."""
    table = section.partition("| 键 Key |")[2]
    cells = (
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in table.split("\n\n")[0].splitlines()[2:]
    )
    return {QUOTED.findall(row[0])[0]: row for row in cells}


PLACES: dict[type[BaseModel], set[str]] = {}
for _path, _part in parts(Procedure):
    PLACES.setdefault(_part, set()).add(_path or "procedure")

WORTH_A_TABLE = {
    part: places
    for part, places in PLACES.items()
    if part is not Sourced and not (issubclass(part, Setting) and set(part.model_fields) == set(Setting.model_fields))
}


def _told_at(part: type[BaseModel], places: set[str]) -> list[str]:
    by_name = {"Names": {"names"}, "When": {"when"}}
    return sorted((by_name.get(part.__name__) or places) & set(SECTIONS))


@pytest.mark.parametrize("part", WORTH_A_TABLE, ids=lambda part: part.__name__)
def test_the_page_has_exactly_the_keys_of_each_section(part: type[BaseModel]) -> None:
    told = _told_at(part, WORTH_A_TABLE[part])
    assert told, f"no heading for any of {sorted(WORTH_A_TABLE[part])}"
    fields = {field.alias or name for name, field in part.model_fields.items()}
    own = fields - (CITATION if issubclass(part, Sourced) else set())
    for path in told:
        assert set(rows(SECTIONS[path])) == own, path


def _fields() -> list[Any]:
    return [
        pytest.param(path, name, field, id=f"{path}.{field.alias or name}")
        for part, places in WORTH_A_TABLE.items()
        for path in _told_at(part, places)[:1]
        for name, field in part.model_fields.items()
        if not (issubclass(part, Sourced) and name in CITATION)
    ]


@pytest.mark.parametrize(("path", "name", "field"), _fields())
def test_the_page_says_what_must_be_written_and_what_holds_otherwise(path: str, name: str, field: FieldInfo) -> None:
    row = rows(SECTIONS[path])[field.alias or name]
    default = row[-1]
    assert ("必写" in default) is field.is_required()
    if isinstance(field.default, bool | int | str):
        assert f"`{str(field.default).lower()}`" in default, default


@pytest.mark.parametrize(("path", "name", "field"), _fields())
def test_every_word_that_may_be_written_is_on_the_page(path: str, name: str, field: FieldInfo) -> None:
    assert set(_words(field.annotation)) <= SAID, f"{path}.{name}"


def _words(annotation: Any) -> Iterator[str]:
    """The words of a closed choice."""
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        yield from (each.value for each in annotation)
    elif isinstance(annotation, type) and issubclass(annotation, Setting):
        yield from _words(annotation.model_fields["value"].annotation)
    elif get_origin(annotation) is Literal:
        yield from (str(each) for each in get_args(annotation))
    elif get_origin(annotation) is not None:
        for each in get_args(annotation):
            yield from _words(each) if not isinstance(each, FieldInfo) else ()


def test_every_event_has_a_row_and_no_other() -> None:
    table = PAGE.partition("## 事件 Events")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `([a-z_.]+)` \|", table, re.MULTILINE)
    assert sorted(named) == sorted(FACT_NAMES)


@pytest.mark.parametrize("reading", CHOICES)
def test_every_reading_has_a_row_with_its_choices_in_their_order(reading: str) -> None:
    found = re.search(rf"^\| `{reading}` \| (.*)", PAGE, re.MULTILINE)
    assert found
    places = [found[1].index(f"`{word}`") for word in CHOICES[reading]]
    assert places == sorted(places)


def test_the_order_in_which_conditions_weigh_is_that_of_the_page() -> None:
    line = next(line for line in PAGE.splitlines() if " → " in line)
    assert tuple(QUOTED.findall(line)) == _ORDER
    assert set(_ORDER) | {"reading"} == set(When.model_fields)


def test_every_spelling_of_a_duration_is_there() -> None:
    assert set(ACCEPTED) <= SAID
