"""Proposes type, subtype and unit from the words, as an agent's screen does; the words and their weights are data."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from procedures.model import Procedure
from procedures.yaml_lines import read

Weight = Annotated[int, Field(ge=-10, le=10)]
Weights = Mapping[str, Weight]

_COMPANY = ("公司", "（参股）")
_SUBJECT_COUNTS = 2
"""What stands in the subject was thought worth saying twice."""


class WordLists(BaseModel):
    """The words of one utility; `least` points are needed for anything but `otherwise`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least: int
    otherwise: str
    types: Mapping[str, Weights]
    subtypes: Mapping[str, Mapping[str, Weights]] = {}


class Proposal(NamedTuple):
    """What the words suggest, and which of them did; the clerk decides."""

    type: str
    subtype: str | None
    area: str | None
    unit: str | None
    because: tuple[str, ...]


@cache
def word_lists(utility: str) -> WordLists | None:
    """The lists of `procedures/words/<utility>.yaml`; None for a utility that has none."""
    file = files("procedures") / "words" / f"{utility}.yaml"
    return WordLists.model_validate(read(file.read_text("utf-8")).value) if file.is_file() else None


def propose(lists: WordLists, subject: str, text: str, procedure: Procedure) -> Proposal:
    """The type with most points (on a tie the higher in rank, R004-109), its subtype, who serves the place named."""
    points = {kind: _points(weights, subject, text) for kind, weights in lists.types.items()}
    best = min(points, key=lambda kind: (-points[kind], procedure.rank_of(kind)))
    kind = best if points[best] >= lists.least else lists.otherwise
    subtype = _best(lists.subtypes.get(kind, {}), subject, text)
    area = area_in(subject + text, procedure)
    unit = procedure.unit_for(area, kind, subtype)
    because = tuple(word for word, weight in lists.types[kind].items() if weight > 0 and word in subject + text)
    return Proposal(kind, subtype, area, unit.id if unit else None, because)


def _points(weights: Weights, subject: str, text: str) -> int:
    in_subject = sum(weight * _SUBJECT_COUNTS for word, weight in weights.items() if word in subject)
    return in_subject + sum(weight for word, weight in weights.items() if word in text and word not in subject)


def _best(choices: Mapping[str, Weights], subject: str, text: str) -> str | None:
    points = {name: _points(weights, subject, text) for name, weights in choices.items()}
    best = max(points, key=lambda name: points[name], default=None)
    return best if best is not None and points[best] > 0 else None


def area_in(text: str, procedure: Procedure) -> str | None:
    """The most particular area of the organisation whose place is named in the text (第四条, R004-002)."""
    named = [area for place, area in _places(procedure) if place in text]
    return max(named, key=lambda area: area.count("/"), default=None)


def _places(procedure: Procedure) -> list[tuple[str, str]]:
    units = (unit for division in procedure.organisation.divisions for unit in division.units)
    return [(_place(unit.names.zh), area) for unit in units for area in unit.areas[:1]]


def _place(name: str) -> str:
    for ending in reversed(_COMPANY):
        name = name.replace(ending, "")
    return name
