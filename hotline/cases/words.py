"""The words of a case file: moments, labels, events, and those that the case's procedure has to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from mimetypes import MimeTypes
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from contracts.catalogue import FACTS
from contracts.ticket import Attachment
from contracts.vocabulary import Role
from hotline.cases.moments import moment, seconds
from procedures.faults import wrong
from procedures.model import RequestField
from procedures.model.procedure import Named

_OF_THE_SWITCH = ("call.", "agent.", "queue.")

EVENT_NAMES = frozenset(name for fact in FACTS.values() if not (name := fact.short_type()).startswith(_OF_THE_SWITCH))
"""What a case can expect: all that happens to tickets and articles; the phone switch has no part in cases."""

_ANY_MOMENT = moment("2000-01-01T00:00:00+00:00", None)


@dataclass(frozen=True, slots=True)
class Of:
    """Marks words that the case's procedure must know, and their kind."""

    kind: Named


KINDS_BY_FIELD: Mapping[str, Named] = {
    "unit": "place",
    "division": "place",
    "ground": "ground",
    "mismatch": "mismatch",
    "solved": "solved",
    "step": "progress",
    "template": "template",
    "destination": "destination",
    "payment": "payment",
    "warning": "warning",
}
"""The kind of the procedure's word that a field of a fact or command holds."""


class Unsaid(StrEnum):
    """What a clerk tells, rather than asks: why there is no answer at once (第十三条(三))."""

    REASON = "reason"


_OTHER_WORDS = {
    "phone": "contact",
    "text": "description",
    "situation_on_site": "situation",
    "precautions_given": "precautions",
    "callback_requirement": "callback",
    "reason_explained": "reason",
}


def _is_moment(text: str) -> str:
    moment(text, _ANY_MOMENT)
    return text


def _is_event(name: str) -> str:
    if name not in EVENT_NAMES:
        raise wrong("unknown_word", name, sorted(EVENT_NAMES))
    return name


def _is_lateness(written: str | int | None) -> str | int | None:
    if written is not None:
        seconds(written)
    return written


def _is_missing(word: object) -> RequestField | Unsaid:
    meant = _OTHER_WORDS.get(str(word), str(word))
    if meant in tuple(Unsaid):
        return Unsaid(meant)
    if meant not in tuple(RequestField):
        raise wrong("unknown_word", word, (*RequestField, *Unsaid, *_OTHER_WORDS))
    return RequestField(meant)


def _yes_or_no(value: object) -> object:
    """A bare true or false where the word is yes or no."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def _is_somebody(text: str) -> str:
    role, _, scope = text.partition(":")
    if role not in tuple(Role) or (role in _SCOPED) != bool(scope):
        raise wrong("unknown_word", text, [f"{each}:…" if each in _SCOPED else each.value for each in Role])
    return text


def written_attachment(name: str) -> Attachment:
    """An enclosure that a case only names; without a suffix that says otherwise it is a photo."""
    media_type = _SUFFIXES.guess_type(name)[0] or "image/jpeg"
    return Attachment(sha256=sha256(name.encode()).hexdigest(), name=name, media_type=media_type, size=0)


def _is_enclosed(value: object) -> object:
    return written_attachment(value) if isinstance(value, str) else value


_SUFFIXES = MimeTypes()
"""Python's own table, the same on every machine."""

_SCOPED = (Role.UNIT, Role.DIVISION)

When = Annotated[str, AfterValidator(_is_moment)]
Enclosed = Annotated[Attachment, BeforeValidator(_is_enclosed)]
EventName = Annotated[str, AfterValidator(_is_event)]
Lateness = Annotated[str | int | None, AfterValidator(_is_lateness)]
Label = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
Missing = Annotated[RequestField | Unsaid, BeforeValidator(_is_missing)]
Somebody = Annotated[str, AfterValidator(_is_somebody)]
Word = Annotated[str, BeforeValidator(_yes_or_no)]
