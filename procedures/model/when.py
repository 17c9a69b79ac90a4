"""The one form of a condition, and the circumstances of a ticket that it is held against."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import NamedTuple

from pydantic import Field

from contracts.fact import Grade
from contracts.vocabulary import Channel
from procedures.model.part import Area, Part, Slug, Some


class Circumstances(NamedTuple):
    """What a ticket is at one moment, as far as a procedure can ask.

    `platform` is the government platform whose order it is; `again` says that the reply is being made anew, `phoned`
    that the unit was told by phone ahead of its order, `call_wanted` that the customer wants to be called back.
    """

    type: str
    subtype: str | None = None
    grade: int | None = None
    flags: tuple[str, ...] = ()
    channel: str | None = None
    area: str | None = None
    area_class: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    people: int = 1
    platform: str | None = None
    declined: bool = False
    again: bool = False
    phoned: bool = False
    call_wanted: bool = True


class When(Part):
    """Conditions that must all hold; of a list one suffices; what is not stated is no condition."""

    type: Some[Slug] = ()
    subtype: Some[Slug] = ()
    grade: Some[Grade] = ()
    flag: Some[Slug] = ()
    channel: Some[Channel] = ()
    area: Some[Area] = ()
    area_class: Some[Slug] = ()
    field: Mapping[Slug, Some[Slug]] = {}
    people_at_least: int | None = Field(default=None, ge=2, le=10_000)
    platform: bool | None = None
    declined: bool | None = None
    again: bool | None = None
    phoned: bool | None = None
    call_wanted: bool | None = None
    reading: Mapping[Slug, Some[Slug]] = {}

    @cached_property
    def stated(self) -> tuple[str, ...]:
        """The conditions that are stated, readings aside: these are settled when the file is read."""
        return tuple(name for name in self.model_fields_set if name != "reading")

    @cached_property
    def weight(self) -> tuple[int, ...]:
        """How particular it is: by how many conditions, then by which, the first of `_ORDER` most (design §6)."""
        return (len(self.stated), *(int(name in self.model_fields_set) for name in _ORDER))

    def is_about(self, ticket_type: str) -> bool:
        """Whether it can hold for a ticket of this type."""
        return not self.type or ticket_type in self.type

    def holds(self, of: Circumstances) -> bool:
        """Whether every stated condition is met by these circumstances."""
        return all(_HOLDS[name](self, of) for name in self.stated)


def within(areas: tuple[str, ...], area: str | None) -> bool:
    """Whether the area lies in one of these: `jinan/lixia` in `jinan`, `jinan-east` not."""
    return area is not None and any(area == each or area.startswith(f"{each}/") for each in areas)


_ORDER = (
    "declined", "again", "field", "subtype", "grade", "area", "area_class", "flag", "channel", "platform",
    "people_at_least", "phoned", "call_wanted", "type",
)  # fmt: skip

_HOLDS: Mapping[str, Callable[[When, Circumstances], bool]] = {
    "type": lambda when, of: of.type in when.type,
    "subtype": lambda when, of: of.subtype in when.subtype,
    "grade": lambda when, of: of.grade in when.grade,
    "flag": lambda when, of: any(flag in when.flag for flag in of.flags),
    "channel": lambda when, of: of.channel in when.channel,
    "area": lambda when, of: within(when.area, of.area),
    "area_class": lambda when, of: of.area_class in when.area_class,
    "field": lambda when, of: all(dict(of.fields).get(name) in words for name, words in when.field.items()),
    "people_at_least": lambda when, of: when.people_at_least is None or of.people >= when.people_at_least,
    "platform": lambda when, of: (of.platform is not None) is when.platform,
    "declined": lambda when, of: of.declined is when.declined,
    "again": lambda when, of: of.again is when.again,
    "phoned": lambda when, of: of.phoned is when.phoned,
    "call_wanted": lambda when, of: of.call_wanted is when.call_wanted,
}
