"""Is every word that a file uses one that it introduces, or one that the program knows."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from contracts.vocabulary import ContactFailure
from procedures.faults import Fault
from procedures.model.clocks import CARRIES, Trigger
from procedures.model.limits import Limit
from procedures.model.part import Part
from procedures.model.procedure import Named, Procedure
from procedures.model.readings import CHOICES, choices
from procedures.model.types import ReplyPart, RequestField, TypeRules
from procedures.model.when import When
from procedures.yaml_lines import Path

MOST_WAYS = 3
"""Ways of counting repeats that tickets are indexed by."""


def faults(procedure: Procedure) -> Iterator[Fault]:
    """Every word that nothing introduces, and every name given twice."""
    yield from _readings(procedure)
    yield from _rank(procedure)
    yield from _scripts(procedure)
    yield from _acceptance(procedure)
    for name, rules in procedure.types.items():
        yield from _type(("types", name), rules, procedure)
    yield from _settings(procedure)
    yield from _counting(procedure)
    for path, when in _conditions((), procedure):
        yield from _when(path, when, procedure)
    for path, clock in _clocks_named((), procedure):
        yield from unknown(path, [clock], procedure.clocks)
    for path, trigger in _triggers(procedure):
        yield from _only(path, trigger, procedure)


def unknown(path: Path, words: Iterable[str], known: Collection[str]) -> Iterator[Fault]:
    """A fault for each word that is not known, naming those that are."""
    for word in words:
        if word not in known:
            yield Fault(path, "unknown_word", tuple(sorted(known)), {"value": repr(word)})


def repeated(named: Iterable[tuple[Path, object]], code: str) -> Iterator[Fault]:
    """A fault for each name that came before."""
    seen: set[object] = set()
    for path, name in named:
        if name in seen:
            yield Fault(path, code, params={"name": name[0] if isinstance(name, tuple) else name})
        seen.add(name)


def _readings(procedure: Procedure) -> Iterator[Fault]:
    for name, reading in procedure.readings.items():
        here: Path = ("readings", name)
        if name in CHOICES and reading.others:
            yield Fault((*here, "others"), "reading_of_the_program", CHOICES[name])
        if name not in CHOICES and not reading.others:
            yield Fault(here, "unknown_word", (*sorted(CHOICES), "others: …"), {"value": repr(name)})
        yield from unknown((*here, "value"), [reading.value], choices(name, procedure.readings))


def _rank(procedure: Procedure) -> Iterator[Fault]:
    if procedure.rank is None:
        return
    here: Path = ("rank", "value")
    known = {name for each, rules in procedure.types.items() for name in _ranked(each, rules)}
    for place, name in enumerate(procedure.rank.value):
        yield from unknown((*here, place), [name], known)
    for name in sorted(known - set(procedure.rank.value)):
        yield Fault(here, "unranked", (name,), {"name": name})
    yield from repeated((((*here, place), name) for place, name in enumerate(procedure.rank.value)), "named_twice")


def _ranked(name: str, rules: TypeRules) -> Iterator[str]:
    """A type with grades is ranked by each of them."""
    if not rules.grades:
        yield name
    yield from (f"{name}/{grade}" for grade in range(1, len(rules.grades) + 1))


def _scripts(procedure: Procedure) -> Iterator[Fault]:
    named = ((("scripts", place, "id"), script.id) for place, script in enumerate(procedure.scripts))
    yield from repeated(named, "named_twice")


def _acceptance(procedure: Procedure) -> Iterator[Fault]:
    asked = procedure.acceptance.every_request
    if asked is not None:
        known = (*RequestField, *procedure.fields)
        yield from unknown(("acceptance", "every_request", "value"), asked.value, known)


def _type(here: Path, rules: TypeRules, procedure: Procedure) -> Iterator[Fault]:
    scripts = [script.id for script in procedure.scripts]
    yield from unknown((*here, "required", "value"), rules.required.value, (*RequestField, *procedure.fields))
    for place, row in enumerate(rules.required_when):
        yield from unknown((*here, "required_when", place, "fields"), row.fields, (*RequestField, *procedure.fields))
    if rules.appeals:
        yield from unknown((*here, "appeals", "against"), rules.appeals.against, procedure.types)
    if rules.precautions:
        yield from unknown((*here, "precautions", "value"), [rules.precautions.value], scripts)
    for place, each in enumerate(rules.guidance):
        yield from unknown((*here, "guidance", place, "script"), [each.script], scripts)
        yield from unknown((*here, "guidance", place, "subtype"), [each.subtype], rules.subtypes)
    if rules.reply:
        yield from unknown((*here, "reply", "parts", "value"), rules.reply.parts.value, (*ReplyPart, *_told(procedure)))
        for place, asked in enumerate(rules.reply.attachments):
            yield from unknown((*here, "reply", "attachments", place, "subtypes"), asked.subtypes, rules.subtypes)
    if rules.identity and rules.identity.at_least > len(rules.identity.items):
        most = len(rules.identity.items)
        yield Fault((*here, "identity", "at_least"), "too_many_items", (f"1-{most}",), {"most": most})


def _settings(procedure: Procedure) -> Iterator[Fault]:
    private = procedure.work_orders.private_reply_for
    if private:
        yield from unknown(("work_orders", "private_reply_for", "value"), private.value, procedure.flags)
    yield from unknown(("grading",), procedure.grading, procedure.types)
    if procedure.returns:
        yield from unknown(("returns", "window", "value"), [procedure.returns.window.value], procedure.clocks)
    if procedure.extension:
        yield from unknown(("extension", "clocks", "value"), procedure.extension.clocks.value, procedure.clocks)
    for name, rules in procedure.grading.items():
        yield from _grades(("grading", name), name, [rules.default.value], procedure)
        yield from _grades(("grading", name), name, [rule.grade for rule in rules.rules], procedure)


def _counting(procedure: Procedure) -> Iterator[Fault]:
    """Ways of counting that can be counted: few enough, and by fields that there are."""
    own = (f"field.{name}" for name in procedure.fields)
    known = ("customer", "matter", "type", "subtype", "area", "region", *own)
    for path, same in _sames(procedure):
        yield from unknown(path, same, known)
    if len(procedure.ways_of_counting) > MOST_WAYS:
        yield Fault(("grading",), "too_many_ways", (f"<= {MOST_WAYS}",), {"most": MOST_WAYS})


def _sames(procedure: Procedure) -> Iterator[tuple[Path, tuple[str, ...]]]:
    for name, grading in procedure.grading.items():
        for place, rule in enumerate(grading.rules):
            here: Path = ("grading", name, "rules", place)
            yield from (
                ((*here, kind, "same"), found.same)
                for kind, found in (("repeats", rule.repeats), ("complainants", rule.complainants))
                if found is not None
            )
    yield from ((("groups", place, "same"), rule.same) for place, rule in enumerate(procedure.groups))


def _grades(path: Path, ticket_type: str, grades: Iterable[int], procedure: Procedure) -> Iterator[Fault]:
    rules = procedure.types.get(ticket_type)
    most = len(rules.grades) if rules else 0
    for grade in grades:
        if grade > most:
            yield Fault(path, "unknown_grade", (f"1-{most}",) if most else (), {"grade": grade})


def _triggers(procedure: Procedure) -> Iterator[tuple[Path, Trigger]]:
    for name, clock in procedure.clocks.items():
        for word, rows in _within(clock):
            for place, row in enumerate(rows if isinstance(rows, tuple) else ()):
                if isinstance(row, Trigger):
                    yield ("clocks", name, word, place), row


def _only(path: Path, trigger: Trigger, procedure: Procedure) -> Iterator[Fault]:
    """Words by which one such event is told from another: the file's own, or how reaching the customer can fail."""
    if not trigger.only:
        return
    if trigger.on not in CARRIES:
        yield Fault((*path, "only"), "carries_no_word", tuple(sorted(CARRIES)), {"on": trigger.on})
        return
    kinds = _KINDS[CARRIES[trigger.on]]
    known = {word for kind in kinds for word in procedure.words(kind)} if kinds else set(ContactFailure)
    yield from unknown((*path, "only"), trigger.only, known)


_KINDS: Mapping[str, tuple[Named, ...]] = {
    "reason": ("hold",),
    "step": ("progress",),
    "ground": ("ground", "mismatch"),
    "outcome": (),
    "destination": ("destination",),
    "template": ("template",),
    "payment": ("payment",),
    "warning": ("warning",),
}
"""The kinds of the file's words that a field of an event holds; an outcome is a word of the program."""


def _when(path: Path, when: When, procedure: Procedure) -> Iterator[Fault]:
    yield from unknown((*path, "type"), when.type, procedure.types)
    yield from unknown((*path, "flag"), when.flag, procedure.flags)
    yield from unknown((*path, "field"), when.field, _told(procedure))
    for name, words in when.field.items():
        if name in procedure.fields and (known := procedure.fields[name].words):
            yield from unknown((*path, "field", name), words, known)
    yield from unknown((*path, "area_class"), when.area_class, procedure.area_classes)
    yield from unknown((*path, "subtype"), when.subtype, _subtypes(path, when, procedure))
    for ticket_type in _types(path, when):
        yield from _grades((*path, "grade"), ticket_type, when.grade, procedure)
    for name, words in when.reading.items():
        known = choices(name, procedure.readings)
        if not known:
            yield from unknown((*path, "reading"), [name], sorted({*CHOICES, *procedure.readings}))
        yield from unknown((*path, "reading", name), words if known else (), known)


def _told(procedure: Procedure) -> tuple[str, ...]:
    """The fields that events carry: a personal one is sealed, so no reply has it and no condition asks for it."""
    return tuple(name for name, field in procedure.fields.items() if not field.personal)


def _types(path: Path, when: When) -> tuple[str, ...]:
    """The types that a condition can be about: those it names, or the one under which it stands."""
    own = path[1] if path[0] in ("types", "grading") else None
    return when.type or ((own,) if isinstance(own, str) else ())


def _subtypes(path: Path, when: When, procedure: Procedure) -> set[str]:
    named = _types(path, when) or tuple(procedure.types)
    return {name for each in named if each in procedure.types for name in procedure.types[each].subtypes}


def _conditions(path: Path, value: Any) -> Iterator[tuple[Path, When]]:
    """Every condition of the file with its place."""
    if isinstance(value, When):
        yield path, value
    else:
        for word, each in _within(value):
            yield from _conditions((*path, word), each)


def _clocks_named(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    """Every clock that a row of the file is about."""
    if isinstance(value, Part) and (isinstance(value, Limit) or "clock" in type(value).model_fields):
        yield (*path, "clock"), value.clock  # type: ignore[attr-defined]
    for word, each in _within(value):
        if word == "clocks" and isinstance(each, tuple):
            yield from (((*path, "clocks", place), name) for place, name in enumerate(each))
        else:
            yield from _clocks_named((*path, word), each)


def _within(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, Part):
        yield from ((field.alias or name, getattr(value, name)) for name, field in type(value).model_fields.items())
    elif isinstance(value, tuple):
        yield from enumerate(value)
    elif hasattr(value, "items"):
        yield from value.items()
