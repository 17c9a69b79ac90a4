"""Which reading of an ambiguous text is in force: a closed set of settings, each with what else it could be."""

from dataclasses import dataclass
from typing import Literal

from procedures.calendar import Counting
from procedures.model.part import Names, Part


class Readings(Part):
    """The readings a file chooses; a field of one word is a reading without a built alternative, said aloud."""

    working_days: Counting
    complaint_limits: Literal["both", "grade_only", "working_days_only"]
    excluded_types_get: Literal["answer", "nothing"]
    competing_limits: Literal["earliest", "government_replaces"]
    dispatch_from: Literal["hang_up", "receipt"]
    return_window: Literal["clocks_run"]
    half_of: Literal["budget", "clock_time"]
    exactly_half: Literal["explain", "urge"]
    supplement_counts_as_urge: Literal["no", "yes"]
    appointment_in_quiet_hours: Literal["allowed", "refused"]
    inconvenient_counts: Literal["no", "yes"]
    within_a_month: Literal["rolling_30_days", "calendar_month"]
    earlier_members: Literal["upgraded", "linked_only"]
    appointment_beyond_limit: Literal["needs_extension", "pauses"]
    declined_from: Literal["dispatch", "contact"]
    reply_again: Literal["original_budget"]
    urge_period: Literal["earliest_of_handle_and_reply"]
    at_the_instant: Literal["met"]
    gov_caps_reply: Literal["yes", "no"]


@dataclass(frozen=True)
class ReadingText:
    """What a reading is about, for people: its clause, rule, and each choice in words."""

    clause: str
    rule: str
    about: Names
    choices: dict[str, Names]
