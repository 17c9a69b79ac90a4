"""What is asked of whoever writes the first file of a utility, and what is understood of the answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from procedures.duration import ACCEPTED, Duration
from procedures.hours import Period, overlapping
from procedures.model.part import AREA, HOTLINE, SLUG
from procedures.spelling import SpellingError, half_width
from texts import Language, text


class NotUnderstood(ValueError):
    """An answer that does not do; the text says what would."""


@dataclass(frozen=True)
class Named:
    """An id and what people call it in Chinese and English."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True)
class Question:
    """What is asked, what stands for no answer, and what is understood; `key` keys its text (`starter.<key>`)."""

    key: str
    understood: Callable[[str], object]
    default: str | None = None


def _plain(answer: str) -> str:
    if not answer.strip():
        raise NotUnderstood("starter.empty")
    return answer.strip()


def _like(pattern: str) -> Callable[[str], str]:
    def understood(answer: str) -> str:
        if not re.fullmatch(pattern, answer.strip()):
            raise NotUnderstood("starter.form")
        return answer.strip()

    return understood


def _date(answer: str) -> date:
    try:
        return date.fromisoformat(answer.strip())
    except ValueError:
        raise NotUnderstood("starter.form") from None


def named(answer: str) -> Named:
    """`fault 故障报修`, `fault 故障报修 Fault repair`: the id, the Chinese name and, where given, the English one."""
    word, _, names = answer.strip().partition(" ")
    zh, _, en = names.strip().partition(" ")
    if not re.fullmatch(SLUG, word) or not zh:
        raise NotUnderstood("starter.form")
    return Named(word, zh, en.strip() or word.replace("_", " ").replace("-", " ").capitalize())


def _several(answer: str) -> tuple[Named, ...]:
    found = tuple(named(each) for each in re.split("[,，、;；]", answer) if each.strip())
    if not found or len({each.id for each in found}) < len(found):
        raise NotUnderstood("starter.form")
    return found


def duration(answer: str) -> Duration:
    """`3 working days`, `3 个工作日`: as a procedure writes it, or with its unit in Chinese."""
    try:
        return Duration.parse(answer.strip())
    except SpellingError as fault:
        if "write" not in fault.params:
            raise NotUnderstood("starter.form") from None
        return Duration.parse(fault.params["write"])


def _periods(answer: str) -> tuple[Period, ...]:
    written = (each.strip() for each in re.split("[,，、]", answer) if each.strip())
    try:
        found = tuple(Period.parse(half_width(each)) for each in written)
    except SpellingError:
        raise NotUnderstood("starter.form") from None
    if not found or overlapping(found):
        raise NotUnderstood("starter.form")
    return found


QUESTIONS = (
    Question("utility", _like(SLUG)),
    Question("name_zh", _plain),
    Question("name_en", _plain),
    Question("document", _plain),
    Question("hotline", _like(HOTLINE)),
    Question("effective", _date),
    Question("clause", _plain, "第一条"),
    Question("types", _several),
    Question("dispatch", duration, ACCEPTED[0]),
    Question("reply", duration, ACCEPTED[3]),
    Question("callback", duration, "1 working day"),
    Question("periods", _periods, "08:30-12:00, 13:30-17:30"),
    Question("unit", named),
    Question("area", _like(AREA)),
)
"""A dozen and two."""


def understood(question: Question, answer: str, language: Language) -> object:
    """What an answer means. NotUnderstood, in the reader's language, where it does not do."""
    try:
        return question.understood(answer)
    except NotUnderstood as why:
        raise NotUnderstood(
            text(str(why), language, example=text(f"starter.example.{question.key}", language))
        ) from None
