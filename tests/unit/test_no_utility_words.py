"""Services, kit and contracts know no utility: no word of any procedure file stands in their behaviour.

Docstrings may cite rules as the thread from the text to the code; what a program decides or says may not.
"""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from contracts import vocabulary
from contracts.catalogue import FACTS
from hotline.cases.steps import BODIES
from procedures.model import Level, Moment, Names, Origin, Procedure, ReplyPart, RequestField
from procedures.model.readings import CHOICES
from tests.utilities import EVERY

ROOT = Path(__file__).parents[2]
FILES = [file for room in ("services", "kit", "contracts") for file in sorted((ROOT / room).rglob("*.py"))]

EXEMPT = {
    "contracts/samples.py": "recorded messages: what one utility's services say",
    "services/intake/matters/places.py": "places of China by their kind, for telling addresses from words",
}

EVERYDAY = {
    "answer": "a first answer, and answers of the customer, whatever a file calls its clocks",
    "no": "an answer of the program's readings, and everyday English",
    "yes": "an answer of the program's readings, and everyday English",
    "notice": "an emergency notice is a document of the knowledge service",
    "task": "a collection task is a document of the knowledge service",
    "gov": "the field of a request that holds a platform's order",
    "overdue": "the text on a clock that was missed",
    "verification": "the path of an identity check",
    "connection": "of networks",
    "pauses": "of waiting between tries",
    "office": "the front office",
    "billing": "the billing file, where identity may be checked",
    "urgent": "of lists: the most urgent first",
    "supervision": "the centre's supervision of an order",
    "query": "of databases and addresses",
    "report": "of failures, in logs",
    "fault": "of failures, in logs",
}
"""Words that some file has, too, and that mean something else here."""


def _loop() -> Iterator[str]:
    """The loop's own vocabulary: closed words, steps, events and their fields, services."""
    for words in (*vars(vocabulary).values(), Level, Moment, Origin, RequestField, ReplyPart):
        if isinstance(words, type) and issubclass(words, StrEnum):
            yield from (word.value for word in words)
    yield from BODIES
    yield from (folder.name for folder in (ROOT / "services").iterdir())
    yield from (word for name, words in CHOICES.items() for word in (name, *words))
    for fact in FACTS.values():
        yield from fact.short_type().split(".")
        yield from fact.model_fields


LOOP = frozenset(_loop())


def _named(procedure: Procedure) -> Iterator[tuple[str, Names]]:
    """What people chose: the id and the names of each word."""
    for kind in ("type", "clock", "flag", "field", "ground", "mismatch", "solved", "hold", "progress", "area_class"):
        yield from procedure.words(kind).items()
    yield from procedure.words("place").items()
    for name, rules in procedure.types.items():
        yield from ((f"{name}/{grade}", names) for grade, names in enumerate(rules.grades, 1))
        yield from rules.subtypes.items()
        yield from (rules.material.value.items() if rules.material else ())
    yield from ((script.id, script.names) for script in procedure.scripts)
    yield from ((group.cause, group.names) for group in procedure.groups)


def _ids(procedure: Procedure) -> Iterator[str]:
    yield from (word for word, _ in _named(procedure))
    yield from (rule.cause for rule in procedure.escalation)
    yield from (area for unit in procedure.organisation.targets() for area in unit.areas)
    for name, reading in procedure.readings.items():
        yield from (name, reading.value, *reading.others)


IDS = frozenset(word for procedure in EVERY for word in _ids(procedure)) - LOOP - set(EVERYDAY)
TELLING = (
    frozenset(
        word
        for procedure in EVERY
        for word in (
            *procedure.types,
            *(subtype for rules in procedure.types.values() for subtype in rules.subtypes),
            *(unit.id for unit in procedure.organisation.targets()),
            *(word for kind in ("flag", "field", "ground", "mismatch", "hold") for word in procedure.words(kind)),
        )
    )
    & IDS
)
CLAUSE = re.compile(r"第[一二三四五六七八九十]+条")


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What stands between quotes and is no docstring."""
    bodies = (body for node in ast.walk(tree) if isinstance(body := getattr(node, "body", None), list))
    said = {id(each.value) for body in bodies for each in body if isinstance(each, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def constants(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Names that stand for a word: constants and members of enumerations, in the spelling of ids."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name.isupper():
                yield node.lineno, name.strip("_").lower()


def words_in(text: str) -> set[str]:
    """The words of a file in a string: ids and paths of ids whole, in prose only what is telling."""
    parts = {text, *re.findall(r"[a-z0-9_/-]+", text), *re.findall(r"[a-z0-9_-]+", text)}
    return parts & (TELLING if " " in text else IDS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_word_of_a_procedure_stands_in_the_code(file: Path) -> None:
    if str(file.relative_to(ROOT)) in EXEMPT:
        return
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = [(line, word) for line, text in strings(tree) for word in words_in(text)]
    found += [(line, word) for line, word in constants(tree) if word in IDS]
    found += [(line, text) for line, text in strings(tree) if CLAUSE.search(text)]
    assert not found


def test_the_words_that_are_let_through_are_still_words_of_some_file() -> None:
    """So that the list does not outlive its reasons."""
    assert set(EVERYDAY) <= {word for procedure in EVERY for word in _ids(procedure)}
    assert all((ROOT / file).exists() for file in EXEMPT)


def test_a_word_of_a_procedure_would_be_found() -> None:
    tree = ast.parse('"""Says 第一条 and complaint."""\nALARM = 1\nsay("complaint", "第十五条")\n')
    assert [text for _, text in strings(tree)] == ["complaint", "第十五条"]
    assert {"complaint", "alarm", "meter_test", "jinan"} <= IDS
    assert [name for _, name in constants(tree)] == ["alarm"]
