"""Durations, moments and decided values in the reader's language."""

from datetime import date, datetime
from enum import StrEnum

from contracts.vocabulary import ClockName, TicketType
from procedures.compare import written
from procedures.duration import Duration
from procedures.model import Procedure, QuietHours
from texts import Language, catalogue, label, text


def duration_text(duration: Duration, language: Language) -> str:
    """`3 个工作日`, `3 working days`."""
    many = "one" if duration.amount == 1 else "many"
    return text(f"duration.{many}.{duration.unit.value}", language, n=duration.amount)


def local_text(moment: datetime, procedure: Procedure) -> str:
    """A moment in the utility's own time, the same in every language."""
    local = moment.astimezone(procedure.calendar.zone)
    return f"{local:%Y-%m-%d} {_time_text(local)}"


def moment_text(local: datetime, language: Language) -> str:
    """A local moment with its weekday."""
    return f"{day_text(local, language)} {_time_text(local)}"


def _time_text(local: datetime) -> str:
    """To the minute, or to the second where there are seconds."""
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def day_text(day: date, language: Language) -> str:
    """A local day with its weekday."""
    return f"{day:%Y-%m-%d} {text(f'weekday.{day.weekday()}', language)}"


def value_text(value: object, language: Language) -> str:
    """A decided value: vocabulary words by their labels, durations and yes or no in words, the rest as written."""
    match value:
        case Duration():
            return duration_text(value, language)
        case bool():
            return text("show.yes" if value else "show.no", language)
        case tuple():
            joint = "、" if language == "zh" else ", "
            return joint.join(value_text(each, language) for each in value)
        case StrEnum():
            return label(value, language)
        case QuietHours():
            return f"{value.begins.isoformat('minutes')}-{value.ends.isoformat('minutes')}"
        case _:
            return written(value)


def rank_text(names: tuple[str, ...], language: Language) -> str:
    """The order of types in words: 报警 > 投诉 1 级 > …"""
    return " > ".join(_ranked(name, language) for name in names)


def _ranked(name: str, language: Language) -> str:
    type_, _, grade = name.partition("/")
    said = label(TicketType(type_), language)
    return f"{said} {text('explain.grade', language, grade=grade)}" if grade else said


def setting_text(path: str, language: Language) -> str:
    """What a dotted path of the file is about: `故障报修: 回单`, `催办: 次数`; the path itself where it has no name."""
    texts = catalogue(language)
    match path.split("."):
        case ["types", type_, "limits", row]:
            clock, _, circumstances = row.partition("/")
            said = f"{label(TicketType(type_), language)}: {label(ClockName(clock), language)}"
            return f"{said} {circumstances}" if circumstances else said
        case ["readings", name]:
            return texts[f"reading.{name}.about"]
        case [section, _] if f"setting.{path}" in texts:
            return f"{texts[f'section.{section}']}: {texts[f'setting.{path}']}"
        case _:
            return texts.get(f"section.{path}", path)
