"""A procedure's places and values as its owners read them: names of the file, words of the format, conditions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from fractions import Fraction
from typing import Any

from procedures.compare import Entry, Key, Place, Row, Word
from procedures.duration import Duration
from procedures.model import Basis, Limit, Names, Procedure, QuietHours, Sourced, When
from procedures.model.part import Part, Text
from procedures.model.procedure import Named
from procedures.wording import duration_text, field_text, grade_text
from texts import Language, catalogue, label, text

_KINDS: Mapping[str, tuple[Named, ...]] = {
    "type": ("type",),
    "types": ("type",),
    "grading": ("type",),
    "clock": ("clock",),
    "clocks": ("clock",),
    "window": ("clock",),
    "flag": ("flag",),
    "flags": ("flag",),
    "private_reply_for": ("flag",),
    "fields": ("field",),
    "holds": ("hold",),
    "only": ("hold", "progress", "ground", "mismatch", "template", "destination", "payment", "warning"),
    "progress": ("progress",),
    "codes": ("call_code",),
    "templates": ("template",),
    "forwarding": ("destination",),
    "early_warnings": ("warning",),
    "warning": ("warning",),
    "against": ("type",),
    "area_class": ("area_class",),
    "area_classes": ("area_class",),
    "to": ("place",),
}
"""The kinds of the file's words that stand at or under a word of the format."""

_CITATION = frozenset(Sourced.model_fields)
_FIELDS = ("required", "every_request", "every_reply", "parts", "items", "protected_fields", "field")
_PARTICULAR = {
    "parts": ("reply_part",),
    "every_reply": ("reply_part",),
    "cause": ("escalation_cause",),
    "only": ("contact_failure",),
} | dict.fromkeys(("required", "every_request", "items", "protected_fields"), ("request_field",))
"""Where the texts of some words stand, by the word of the format that they follow."""


@dataclass(frozen=True)
class Reader:
    """Whoever reads a procedure, and in which language."""

    procedure: Procedure
    language: Language

    def place(self, place: Place) -> str:
        """What a place is about: `业务类型 · 故障报修 · 时限 · 回单`."""
        return " · ".join(filter(None, self._steps(place)))

    def value(self, value: Any, field: str = "", of_type: str | None = None) -> str:
        """A value as people say it; `field` is the word of the format at which it stands."""
        match value:
            case When():
                return self.when(value, of_type)
            case Part():
                return self._part(value, of_type)
            case tuple() if field == "rank":
                return " > ".join(self._ranked(name) for name in value)
            case tuple():
                return self._joined(self.value(each, field, of_type) for each in value)
            case Mapping():
                return self._joined(self._entry(name, each, field) for name, each in value.items())
            case int() if field == "grade" and not isinstance(value, bool):
                return self._grade(value, of_type)
            case str() if field in ("subtype", "subtypes") and of_type:
                return self.procedure.subtype_name(of_type, value).of(self.language)
            case _:
                return self._single(value, field)

    def _single(self, value: Any, field: str) -> str:
        match value:
            case Duration():
                return duration_text(value, self.language)
            case bool():
                return text("show.yes" if value else "show.no", self.language)
            case StrEnum():
                return self._enumerated(value)
            case str():
                return self._word(value, field)
            case time():
                return value.isoformat("minutes")
            case Fraction() if value < 1:
                return f"{float(value * 100):g} %"
            case _:
                return str(value)

    def _grade(self, grade: int, of_type: str | None) -> str:
        if of_type is None:
            return text("explain.grade", self.language, grade=grade)
        return grade_text(self.procedure, of_type, grade, self.language)

    def row(self, row: Row) -> str:
        """What a row decides."""
        match row.place:
            case (Key(name="readings"), Word(name=name)):
                return self.choice(name, row.content.value)  # type: ignore[attr-defined]
            case _:
                of_type = next((step.name for step in row.place if _names_a_type(step)), None)
                return self.value(row.content, row.place[-1].name, of_type)

    def when(self, when: When, of_type: str | None = None) -> str:
        """Conditions that must all hold, in words: `重大，标明媒体的`."""
        named = when.type[0] if len(when.type) == 1 else of_type
        said = when.model_dump(exclude_defaults=True)
        return text("when.and", self.language).join(self._condition(name, getattr(when, name), named) for name in said)

    def how_long(self, limit: Limit) -> str:
        """A limit's duration, or its share of the first."""
        if limit.within is not None:
            return duration_text(limit.within, self.language)
        return text("show.share", self.language, share=limit.share)

    def reading(self, name: str) -> str:
        """What a reading is about; of one that only its file knows, what the file notes on it."""
        known = catalogue(self.language).get(f"reading.{name}.about")
        own = self.procedure.readings.get(name)
        return known or self.note(own.note if own else None) or name

    def choice(self, reading: str, word: str) -> str:
        """One way to read a text."""
        return catalogue(self.language).get(f"reading.{reading}.{word}", word)

    def key(self, name: str, section: str = "") -> str:
        """A word of the format, as it is meant in a section."""
        texts = catalogue(self.language)
        return texts.get(f"setting.{section}.{name}") or texts.get(f"key.{name}") or name

    def basis(self, basis: Basis | None) -> str:
        """Who decided it."""
        return label(basis, self.language) if basis else ""

    def note(self, note: str | None) -> str:
        """Notes are the office's own words, in Chinese."""
        return note or "" if self.language == "zh" else ""

    def _steps(self, place: Place) -> Iterator[str]:
        section, of_type = place[0].name, None
        for step in place:
            match step:
                case Key(name=name):
                    yield self.key(name, section)
                case Word(under=under, name=name):
                    of_type = name if _names_a_type(step) else of_type
                    yield self._called(under, name, of_type)
                case Entry(part=part):
                    yield self._known_by(part, of_type)

    def _called(self, under: str, name: str, of_type: str | None) -> str:
        if under == "readings":
            return self.reading(name)
        if under == "subtypes" and of_type:
            return self.procedure.subtype_name(of_type, name).of(self.language)
        return self._word(name, under)

    def _known_by(self, part: Part, of_type: str | None) -> str:
        """The name of an entry, or which limit it is; what else stands in a list says so itself."""
        names = getattr(part, "names", None)
        if isinstance(names, Names):
            return names.of(self.language)
        if not isinstance(part, Limit):
            return ""
        said = (self._word(part.clock, "clock"), self.when(part.when, of_type))
        return text("when.and", self.language).join(filter(None, said))

    def _condition(self, name: str, value: Any, of_type: str | None) -> str:
        if isinstance(value, bool):
            return text(f"when.{name}" if value else f"when.{name}_not", self.language)
        if isinstance(value, Mapping):
            named = (f"{self._about(name, key)}: {self._chosen(name, key, words)}" for key, words in value.items())
            return text(f"when.{name}", self.language, value=self._joined(named))
        return text(f"when.{name}", self.language, value=self._either(name, value, of_type))

    def _either(self, name: str, value: Any, of_type: str | None) -> str:
        if not isinstance(value, tuple):
            return self.value(value, name, of_type)
        return text("show.either", self.language).join(self.value(each, name, of_type) for each in value)

    def _about(self, condition: str, key: str) -> str:
        return self.reading(key) if condition == "reading" else field_text(key, self.procedure, self.language)

    def _chosen(self, condition: str, key: str, words: Iterable[str]) -> str:
        said = (self.choice(key, word) if condition == "reading" else word for word in words)
        return text("show.either", self.language).join(said)

    def _part(self, part: Part, of_type: str | None) -> str:
        """What an entry says beside its citation: `话术: 燃气表无显示；类别: 燃气表`."""
        match part:
            case Limit():
                return self.how_long(part)
            case Names() | Text():
                return part.of(self.language)
            case QuietHours():
                return f"{part.begins.isoformat('minutes')}-{part.ends.isoformat('minutes')}"
        own = [(field.alias or name, getattr(part, name)) for name, field in type(part).model_fields.items()]
        told = [(name, value) for name, value in own if name not in _CITATION and _is_said(value)]
        if [name for name, _ in told] == ["on"]:
            return self.value(told[0][1], "on")
        return text("show.semicolon", self.language).join(
            f"{self.key(name)}: {self.value(value, name, of_type)}" for name, value in told
        )

    def _entry(self, name: str, value: Any, field: str) -> str:
        """One of several words with what stands under it: `已解决`."""
        if isinstance(value, Names):
            return value.of(self.language)
        names = getattr(value, "names", None)
        called = names.of(self.language) if isinstance(names, Names) else self._called(field, name, None)
        rest = self._part(value.model_copy(update={"names": None}), None) if isinstance(value, Part) else str(value)
        return f"{called} ({rest})" if rest else called

    def _word(self, word: str, field: str) -> str:
        script = self.procedure.script(word) if field in ("script", "precautions") else None
        if script is not None:
            return script.names.of(self.language)
        kinds = ("field",) if field in _FIELDS else _KINDS.get(field, ())
        for kind in kinds:
            if word in self.procedure.words(kind):
                return self.procedure.name_of(kind, word).of(self.language)
        texts = catalogue(self.language)
        keys = (*_PARTICULAR.get(field, ()), "event", "word")
        return next((texts[f"{key}.{word.lower()}"] for key in keys if f"{key}.{word.lower()}" in texts), word)

    def _ranked(self, name: str) -> str:
        type_, _, grade = name.partition("/")
        said = self.procedure.name_of("type", type_).of(self.language)
        return f"{said} {grade_text(self.procedure, type_, int(grade), self.language)}" if grade else said

    def _enumerated(self, word: StrEnum) -> str:
        texts = catalogue(self.language)
        section = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(word).__name__).lstrip("_")
        return texts.get(f"{section}.{word.value}") or texts.get(f"word.{word.value}") or word.value

    def _joined(self, said: Iterable[str]) -> str:
        return text("show.joint", self.language).join(said)


def _names_a_type(step: Key | Word | Entry) -> bool:
    return isinstance(step, Word) and step.under in ("types", "grading")


def _is_said(value: object) -> bool:
    """Whether an entry says it at all, rather than leave it out."""
    return not (value is None or value is False or value == () or value == {} or value == When())
