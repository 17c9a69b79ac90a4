"""Which reading of an ambiguous text is in force: a closed set of settings, with clause and other choices.

The numbers by which code and documents cite readings:
 1 working_days; 2 complaint_limits; 3 excluded_types_get and each type's `callback`; 4 competing_limits;
 5 dispatch_from; 6 return_window and `returns`; 7 half_of, exactly_half, supplement_counts_as_urge and `urging`;
 8 appointment_in_quiet_hours, inconvenient_counts and `callback`; 9 `rank`; 10 within_a_month, earlier_members and
 `grading`; 11 appointment_beyond_limit and `extension`; 12 the alarm's `phone_first` and limits;
 13 `clocks.grace_seconds`; 14 declined_from, reply_again; 15 `working_time`; 16 urge_period; 17 at_the_instant;
 18 gov_caps_reply.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from procedures.calendar import Counting
from procedures.model.part import Part


@dataclass(frozen=True)
class Cited:
    """The number of a reading, the clause it reads and the rule id."""

    number: int
    clause: str
    rule: str


class Readings(Part):
    """The readings a file chooses; a field with one choice is a reading without a built alternative, said aloud."""

    working_days: Annotated[Counting, Cited(1, "第十四条", "R004-048")]
    complaint_limits: Annotated[
        Literal["both", "grade_only", "working_days_only"], Cited(2, "第十四条(六)", "R004-083")
    ]
    excluded_types_get: Annotated[Literal["answer", "nothing"], Cited(3, "第十四条(九)", "R004-090")]
    competing_limits: Annotated[Literal["earliest", "government_replaces"], Cited(4, "第十四条(六)", "R004-075")]
    dispatch_from: Annotated[Literal["hang_up", "receipt"], Cited(5, "第十四条(四)", "R004-059")]
    return_window: Annotated[Literal["clocks_run"], Cited(6, "第十五条(三)1", "R004-122")]
    half_of: Annotated[Literal["budget", "clock_time"], Cited(7, "第十五条(四)1", "R004-133")]
    exactly_half: Annotated[Literal["explain", "urge"], Cited(7, "第十五条(四)1", "R004-133")]
    supplement_counts_as_urge: Annotated[Literal["no", "yes"], Cited(7, "第十五条(四)1", "R004-135")]
    appointment_in_quiet_hours: Annotated[Literal["allowed", "refused"], Cited(8, "第十四条(九)", "R004-092")]
    inconvenient_counts: Annotated[Literal["no", "yes"], Cited(8, "第十四条(九)", "R004-098")]
    within_a_month: Annotated[Literal["rolling_30_days", "calendar_month"], Cited(10, "第十四条(六)", "R004-078")]
    earlier_members: Annotated[Literal["upgraded", "linked_only"], Cited(10, "第十四条(六)", "R004-078")]
    appointment_beyond_limit: Annotated[Literal["needs_extension", "pauses"], Cited(11, "第十四条(四)", "R004-062")]
    declined_from: Annotated[Literal["dispatch", "contact"], Cited(14, "第十四条(五)", "R004-067")]
    reply_again: Annotated[Literal["original_budget"], Cited(14, "第十五条(三)3", "R004-132")]
    urge_period: Annotated[Literal["earliest_of_handle_and_reply"], Cited(16, "第十五条(四)1", "R004-133")]
    at_the_instant: Annotated[Literal["met"], Cited(17, "第十五条(二)1", "R004-115")]
    gov_caps_reply: Annotated[Literal["yes", "no"], Cited(18, "第六条", "R004-006")]


@dataclass(frozen=True)
class Reading:
    """One reading in force, and its other choices."""

    name: str
    chosen: str
    others: tuple[str, ...]
    cited: Cited


def in_force(readings: Readings) -> Iterator[Reading]:
    """Every reading of a file, in the order of their numbers."""
    for name, field in Readings.model_fields.items():
        cited = next(each for each in field.metadata if isinstance(each, Cited))
        chosen = str(getattr(readings, name))
        yield Reading(name, chosen, tuple(word for word in get_args(field.annotation) if word != chosen), cited)
