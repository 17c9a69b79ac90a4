"""How work orders are urged, returned, extended, called back, graded, escalated and kept confidential."""

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool

from contracts.fact import Grade
from contracts.vocabulary import ClockName, ExtensionDecider, Flag, Mismatch, ReturnGround, Role, TicketType
from procedures.duration import Duration
from procedures.model.limits import Limit
from procedures.model.part import Names, Part, Setting, Slug, Sourced


def _exact(value: object) -> object:
    """A share as written: 0.8 is four fifths, not the nearest float."""
    return Fraction(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


Share = Annotated[Fraction, BeforeValidator(_exact), Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class WorkingTime(Sourced):
    """When the organisation works (reading 15); `closed` and `open` are days the holiday library does not know."""

    timezone: str
    country: Literal["CN"] | None
    weekdays: tuple[Weekday, ...] = Field(min_length=1)
    opening: time
    closing: time
    announced_through: int
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()


class ClockRules(Part):
    """How clocks are judged and when they warn (reading 13)."""

    grace_seconds: Setting[Annotated[int, Field(ge=0, le=300)]]
    warn_at: Setting[Share]
    warn_at_by_clock: Mapping[ClockName, Share] = {}


class UrgingRules(Part):
    """Urging (催办), 第十五条(四); the `urge` clock's limit stands with the limits for all types."""

    past_share: Setting[Share]
    at_most: Setting[Count]
    then: Setting[Literal["supervise", "refuse"]]
    strong_any_time: Setting[StrictBool]


class ReturnRules(Part):
    """Returns (退单), 第十五条(三)1; the window is the `sign` clock's limit."""

    grounds: Setting[tuple[ReturnGround, ...]]
    reason_required: Setting[StrictBool]
    fixed_after_dispatches: Setting[Count]


class ExtensionRules(Part):
    """Extensions (延期), 第十五条(二)2 (reading 11)."""

    clocks: Setting[tuple[ClockName, ...]]
    decided_by: Setting[ExtensionDecider]
    government_order_decided_by: Setting[ExtensionDecider]
    times: Setting[Count]
    at_most_share_of_original: Setting[Share]
    reason_required: Setting[StrictBool]


class QuietHours(Part):
    """Local hours [begins, ends), over midnight, in which nobody is called."""

    begins: time
    ends: time

    def include(self, local: datetime) -> bool:
        """Whether a local moment is quiet: 21:00:00 is, 08:00:00 is not (reading 17)."""
        moment = local.time()
        if self.begins <= self.ends:
            return self.begins <= moment < self.ends
        return moment >= self.begins or moment < self.ends


class CallbackRules(Part):
    """Calls back (回复/回访), 第十四条(九); how soon the first one is owed stands with each type's limits.

    What has no setting of its own is named with its clause, to be cited.
    """

    not_wanted: Sourced
    next_time_agreed: Sourced
    reason_when_exhausted: Sourced
    quiet: Setting[QuietHours]
    attempts: Setting[Count]
    spacing: Setting[Duration]
    appointment_overrides_window: Setting[StrictBool]
    satisfied_from: Setting[Annotated[int, Field(ge=1, le=5)]]
    send_back_grounds: Setting[tuple[Mismatch, ...]]
    basis_required: Setting[StrictBool]


class GradingRules(Part):
    """Complaint grades, 第十四条(六) (reading 10)."""

    default: Setting[Grade]
    cluster_window: Setting[Duration]
    cluster_complainants: Setting[Count]
    collective_people: Setting[Count]
    repeats_by_one_customer: Setting[Count]
    major_flags: Setting[tuple[Flag, ...]]


class EscalationCause(StrEnum):
    """What is brought to the next level's notice."""

    GRADE_1 = "grade_1"
    URGENT = "urgent"
    CLOCK_MISSED = "clock_missed"


class EscalationLevel(StrEnum):
    """Who hears of it."""

    UNIT = "unit"
    DIVISION = "division"
    CENTRE = "centre"


class EscalationRule(Sourced):
    """Who hears of it; with `clocks`, only for those."""

    when: EscalationCause
    to: EscalationLevel
    clocks: tuple[ClockName, ...] = ()


class KnowledgeRules(Part):
    """Knowledge work, 第十六条 to 第十九条."""

    limits: tuple[Limit, ...]
    review_every: Setting[Duration]
    two_level_review: Setting[StrictBool]
    notice_skips_review: Setting[StrictBool]
    channels: Setting[tuple[Slug, ...]]


class Confidentiality(Part):
    """第十三条(四): what the party complained about never sees, and the fields nobody publishes."""

    caller_hidden_from_accused: Setting[tuple[TicketType, ...]]
    protected_fields: Setting[tuple[Slug, ...]]


class PersonalDataAccess(Sourced):
    """A role that may see who called, and for which reasons (第十三条(四), R004-040)."""

    role: Role
    reasons: tuple[Slug, ...] = Field(min_length=1)


class MatterRules(Part):
    """When two requests are about the same matter (R004-078, R004-140)."""

    compare: Setting[tuple[Literal["type", "subtype", "area", "text"], ...]]
    likeness: Setting[Share]
    window: Setting[Duration]


class Script(Sourced):
    """Words an agent reads to the customer."""

    id: Slug
    names: Names
    text: Names
