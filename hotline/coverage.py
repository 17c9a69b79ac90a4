"""How every rule of the regulation is held, where and by which case: `python -m hotline.coverage` writes the page.

With `--check` nothing is written; either way it ends with status 1 and a line for each fault when a rule is unaccounted
for, when something named does not exist, or when an enforced rule has no case.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from hotline.cases.model import Case
from hotline.cases.reading import files_under, read_cases
from procedures import yaml_lines
from procedures.loader import DATA, load_all

ROOT = Path(__file__).parent.parent
UTILITY = "kunlun-gas-956100"
STATED = ROOT / "procedures" / "coverage" / f"{UTILITY}.yaml"
CASES = ROOT / "tests" / "procedures" / UTILITY
PAGE = ROOT / "docs" / "coverage-956100.md"

RULES = tuple(f"R004-{number:03d}" for number in range(1, 158))
"""Every rule of the regulation has a number."""

_RULE_ID = re.compile(r"R004-\d{3}")


class Rule(BaseModel):
    """One rule in our own words, how it is held and where."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    clause: str
    en: str
    zh: str
    how: Literal["enforced", "supported", "outside"]
    where: tuple[str, ...] = ()
    reason: str | None = None


class Stated(BaseModel):
    """The whole list."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    utility: str
    rules: tuple[Rule, ...] = Field(min_length=1)


class Shown(NamedTuple):
    """A case that cites a rule, and its file."""

    file: Path
    case: Case


Cases = Mapping[str, list[Shown]]
"""The cases by each rule id they cite."""


def stated(path: Path = STATED) -> Stated:
    """The list as written; ValidationError for an unknown word."""
    return Stated.model_validate(yaml_lines.read(path.read_text("utf-8")).value)


def shown(folder: Path = CASES) -> dict[str, list[Shown]]:
    """Every case of the folder under each rule it cites."""
    found: dict[str, list[Shown]] = {}
    for file in files_under([folder]):
        for case in read_cases(file):
            for rule in case.rules:
                found.setdefault(rule, []).append(Shown(file, case))
    return found


def procedure_file() -> Path:
    """The newest file of the utility."""
    newest = load_all().of(UTILITY)[-1]
    return DATA / UTILITY / f"{newest.effective}.yaml"


def faults(listed: Stated, cases: Cases, procedure: str) -> Iterator[str]:
    """Everything that is wrong with the list, the cases or the procedure's text, one line each."""
    yield from _unaccounted(listed)
    yield from _unknown(cases, procedure)
    written = yaml_lines.read(procedure).value
    for rule in listed.rules:
        yield from _without_proof(rule, cases)
        yield from (f"{rule.id}: {where} does not exist" for where in rule.where if not exists(where, written))


def _unaccounted(listed: Stated) -> Iterator[str]:
    ids = [rule.id for rule in listed.rules]
    yield from (f"{rule}: unaccounted for" for rule in RULES if rule not in ids)
    yield from (f"{rule}: no such rule" for rule in ids if rule not in RULES)
    yield from (f"{rule}: listed {ids.count(rule)} times" for rule in dict.fromkeys(ids) if ids.count(rule) > 1)


def _unknown(cases: Cases, procedure: str) -> Iterator[str]:
    for rule in cases.keys() - set(RULES):
        yield from (f"{rule}: no such rule, but cited by “{each.case.case}”" for each in cases[rule])
    cited = rule_ids(procedure) - set(RULES)
    yield from (f"{rule}: no such rule, but cited in the procedure file" for rule in sorted(cited))


def rule_ids(text: str) -> set[str]:
    """Every rule id that a text cites."""
    return set(_RULE_ID.findall(text))


def _without_proof(rule: Rule, cases: Cases) -> Iterator[str]:
    if rule.how == "enforced" and rule.id not in cases:
        yield f"{rule.id}: enforced, but no case cites it"
    if rule.how == "outside" and rule.id in cases:
        yield f"{rule.id}: not software's, but a case cites it"
    if rule.how == "outside" and not rule.reason:
        yield f"{rule.id}: not software's, but no reason is given"
    if rule.how != "outside" and not rule.where:
        yield f"{rule.id}: {rule.how}, but nowhere"


def exists(where: str, procedure: Any) -> bool:
    """Whether `procedure:PATH` leads somewhere in the file, or `code:NAME` can be imported."""
    kind, _, name = where.partition(":")
    if kind == "procedure":
        return _leads_somewhere(procedure, name.split("."))
    return kind == "code" and _can_be_imported(name)


def _leads_somewhere(node: Any, path: list[str]) -> bool:
    """Keys of mappings; in a list the entry whose id, clock, cause or script is so called."""
    for part in path:
        if isinstance(node, list):
            node = next((each for each in node if part in (each.get(name) for name in _NAMES)), None)
        elif isinstance(node, dict) and part in node:
            node = node[part]
        else:
            return False
        if node is None:
            return False
    return True


_NAMES = ("id", "clock", "cause", "script")


def _can_be_imported(name: str) -> bool:
    """A module, or a name in one: a class's attributes and a model's fields as well."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        return _has(found, parts[length:])
    return False


def _has(found: Any, names: list[str]) -> bool:
    for name in names:
        fields = getattr(found, "model_fields", {})
        if name in fields:
            found = fields[name].annotation
        elif hasattr(found, name):
            found = getattr(found, name)
        else:
            return False
    return True


def page(listed: Stated, cases: Cases) -> str:
    """The page for the office and for whoever checks."""
    return "\n".join((*_head(listed, cases), *_table(listed, cases), *_by_rule(listed, cases), ""))


def _head(listed: Stated, cases: Cases) -> Iterator[str]:
    count = {how: sum(rule.how == how for rule in listed.rules) for how in ("enforced", "supported", "outside")}
    stories = {each.case.case for shown_ in cases.values() for each in shown_}
    yield "# 客服热线管理办法（试行）：every rule and how it is held"
    yield ""
    yield (
        f"Generated by `python -m hotline.coverage` from `procedures/coverage/{UTILITY}.yaml` and the cases in "
        f"`tests/procedures/{UTILITY}/`; do not edit."
    )
    yield ""
    yield (
        f"Of {len(listed.rules)} rules {count['enforced']} are *enforced* (the software refuses, counts or does it, "
        f"and a case shows it), {count['supported']} *supported* (it offers, records or shows what people need), "
        f"{count['outside']} are not software's. {len(stories)} cases cite them."
    )
    yield ""


def _table(listed: Stated, cases: Cases) -> Iterator[str]:
    yield "| rule | clause | what it says | held | where, or why not | cases |"
    yield "|---|---|---|---|---|---|"
    for rule in listed.rules:
        where = "<br>".join(f"`{_shortly(each)}`" for each in rule.where) or rule.reason or ""
        known = cases.get(rule.id, [])
        link = f"[{len(known)}](#{rule.id.lower()})" if known else ""
        held = "not software's" if rule.how == "outside" else rule.how
        yield f"| {rule.id} | {rule.clause} | {rule.en}<br>{rule.zh} | {held} | {where} | {link} |"


def _shortly(where: str) -> str:
    kind, _, name = where.partition(":")
    return f"{name} (file)" if kind == "procedure" else name


def _by_rule(listed: Stated, cases: Cases) -> Iterator[str]:
    yield ""
    yield "## Cases by rule"
    for rule in listed.rules:
        if rule.id not in cases:
            continue
        yield ""
        yield f"### {rule.id}"
        yield ""
        for each in cases[rule.id]:
            yield f"- [{each.file.stem}]({_from_docs(each.file)}): {each.case.case}. {each.case.zh or ''}".rstrip()


def _from_docs(file: Path) -> str:
    return f"../{file.relative_to(ROOT).as_posix()}"


def main() -> int:
    """Check, and write the page unless only checking; the number of faults as status, at most 1."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; also fail when the page is out of date")
    only_check = parser.parse_args().check
    listed, cases = stated(), shown()
    wrong = list(faults(listed, cases, procedure_file().read_text("utf-8")))
    text = page(listed, cases)
    if only_check and (not PAGE.exists() or PAGE.read_text("utf-8") != text):
        wrong.append(f"{PAGE.relative_to(ROOT)} is out of date: python -m hotline.coverage")
    for fault in wrong:
        sys.stderr.write(f"{fault}\n")
    if not only_check and not wrong:
        PAGE.write_text(text, "utf-8")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
