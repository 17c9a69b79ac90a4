"""A utility's whole procedure from one effective date, and the questions rules ask of it."""

from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from contracts.vocabulary import CallKind, ClockName, TicketType
from procedures.calendar import Calendar
from procedures.hours import Hours, Period
from procedures.model import choice
from procedures.model.acceptance import AcceptanceRules
from procedures.model.handling import (
    WEEKDAYS,
    CallbackRules,
    ClockRules,
    Confidentiality,
    EscalationCause,
    EscalationRule,
    ExtensionRules,
    GradingRules,
    KnowledgeRules,
    MatterRules,
    PersonalDataAccess,
    ReturnRules,
    Script,
    UrgingRules,
    WorkingTime,
)
from procedures.model.limits import Deadline, Enforcement, GovernmentStandard, Limit, PlatformOrder, Promise
from procedures.model.organisation import Division, Organisation, Unit
from procedures.model.part import CODE, RANK, Names, Part, Setting, Slug
from procedures.model.readings import Readings
from procedures.model.types import TypeRules
from procedures.model.work_orders import WorkOrderRules

Rank = Annotated[str, Field(pattern=RANK)]
"""A type, or a complaint of one grade: `alarm`, `complaint/1`."""


class Procedure(Part):
    """One procedure file; a ticket pins the `ref` under which it was opened and keeps it."""

    utility: Slug
    code: Annotated[str, Field(pattern=CODE)]
    effective: date
    names: Names
    document: Names
    hotline: str
    readings: Readings
    working_time: WorkingTime
    clocks: ClockRules
    limits_for_all: tuple[Limit, ...]
    types: Mapping[TicketType, TypeRules]
    rank: Setting[tuple[Rank, ...]]
    promises: tuple[Promise, ...] = ()
    government_standards: tuple[GovernmentStandard, ...] = ()
    platform_orders: PlatformOrder
    acceptance: AcceptanceRules
    work_orders: WorkOrderRules
    urging: UrgingRules
    returns: ReturnRules
    extension: ExtensionRules
    callback: CallbackRules
    grading: GradingRules
    escalation: tuple[EscalationRule, ...]
    knowledge: KnowledgeRules
    confidentiality: Confidentiality
    personal_data: tuple[PersonalDataAccess, ...]
    matters: MatterRules
    scripts: tuple[Script, ...]
    organisation: Organisation

    @cached_property
    def ref(self) -> str:
        """`utility@effective-date`, the name a ticket pins."""
        return f"{self.utility}@{self.effective.isoformat()}"

    @cached_property
    def calendar(self) -> Calendar:
        """The working-time calendar, counting as the reading in force says."""
        set_ = self.working_time
        return Calendar(
            timezone=set_.timezone,
            country=set_.country,
            hours=Hours(
                frozenset(WEEKDAYS.index(day) for day in set_.weekdays),
                (Period.parse(f"{set_.opening:%H:%M}-{set_.closing:%H:%M}"),),
            ),
            closed=frozenset(set_.closed),
            open=frozenset(set_.open),
            counting=self.readings.working_days,
        )

    @property
    def grace(self) -> int:
        """Seconds by which a clock is judged late, for facts in flight (reading 13)."""
        return self.clocks.grace_seconds.value

    def warn_share(self, clock: ClockName) -> Fraction:
        """The share of the budget at which the clock warns."""
        return self.clocks.warn_at_by_clock.get(clock, self.clocks.warn_at.value)

    def limits(
        self,
        ticket_type: TicketType,
        clock: ClockName,
        *,
        grade: int | None = None,
        subtype: str | None = None,
        area: str | None = None,
        declined: bool = False,
    ) -> tuple[Limit, ...]:
        """Every limit that could bind this clock: the procedure's own (most specific), promises, local governments'."""
        of = choice.Circumstances(
            grade,
            subtype if subtype in self._stated.subtypes else None,
            choice.nearest(area, self._stated.areas),
            declined,
        )
        key = (ticket_type, clock, of)
        found = self._limits_found.get(key)
        if found is None:
            found = self._limits_found[key] = choice.limits(self, ticket_type, clock, of)
        return found

    def limit(
        self,
        ticket_type: TicketType,
        clock: ClockName,
        *,
        grade: int | None = None,
        subtype: str | None = None,
        area: str | None = None,
        declined: bool = False,
    ) -> Limit | None:
        """The procedure's own limit, or the first outside one where it has none."""
        found = self.limits(ticket_type, clock, grade=grade, subtype=subtype, area=area, declined=declined)
        return found[0] if found else None

    def deadline(
        self,
        clock: ClockName,
        ticket_type: TicketType,
        start: datetime,
        *,
        grade: int | None = None,
        subtype: str | None = None,
        area: str | None = None,
        declined: bool = False,
        gov_due: datetime | None = None,
        enforcement: Enforcement = "mandatory",
    ) -> Deadline | None:
        """When the clock started at `start` ends, with every candidate (reading 4); None where nothing limits it."""
        limits = self.limits(ticket_type, clock, grade=grade, subtype=subtype, area=area, declined=declined)
        candidates = choice.candidates(self, clock, limits, start, gov_due, enforcement)
        return Deadline(clock, ticket_type, start, candidates) if candidates else None

    def knowledge_limit(self, clock: ClockName) -> Limit:
        """The limit of a knowledge `task`, `review` or `notice` (第十八条)."""
        return self._knowledge_limits[clock]

    def past_urging_share(self, start: datetime, due: datetime, now: datetime, *, working: bool) -> bool:
        """Whether a running period is far enough for an urging order (第十五条(四)1, reading 7)."""
        by_clock = self.readings.half_of == "clock_time"
        used = self.calendar.elapsed_share(start, due, now, working=working and not by_clock)
        share = self.urging.past_share.value
        return used > share or (used == share and self.readings.exactly_half == "urge")

    def callback_kind(self, ticket_type: TicketType) -> CallKind:
        """Who is owed a satisfaction call, an answer, or nothing (第十四条(九), reading 3)."""
        kind = self.types[ticket_type].callback.value
        if kind is CallKind.ANSWER and self.readings.excluded_types_get == "nothing":
            return CallKind.NONE
        return kind

    def callback_deadline(
        self,
        ticket_type: TicketType,
        replied_at: datetime,
        *,
        grade: int | None = None,
        subtype: str | None = None,
        area: str | None = None,
        appointed: datetime | None = None,
    ) -> Deadline | None:
        """When the first call is due after a reply; a later time agreed with the customer replaces it (R004-092)."""
        found = self.deadline(ClockName.CALLBACK, ticket_type, replied_at, grade=grade, subtype=subtype, area=area)
        if found is None or appointed is None or not self.callback.appointment_overrides_window.value:
            return found
        return choice.by_appointment(found, appointed, self.callback.appointment_overrides_window)

    def rank_of(self, ticket_type: TicketType, grade: int | None = None) -> int:
        """Place in the order of types, 0 the highest (第十五条(一)3, reading 9)."""
        ranks = self._ranks
        return ranks.get(f"{ticket_type.value}/{grade}", ranks.get(ticket_type.value, len(ranks)))

    def escalations(self, cause: EscalationCause, clock: ClockName | None = None) -> tuple[EscalationRule, ...]:
        """Who hears of it."""
        fitting = (each for each in self.escalation if each.when is cause)
        return tuple(each for each in fitting if not each.clocks or clock in each.clocks)

    def script(self, script_id: str) -> Script | None:
        """The words to read to a customer."""
        return next((each for each in self.scripts if each.id == script_id), None)

    def unit(self, unit_id: str) -> Unit | None:
        """The unit or department with this id."""
        return self._targets.get(unit_id)

    def unit_for(self, area: str | None, ticket_type: TicketType, subtype: str | None = None) -> Unit | None:
        """Who is responsible: a department by category first, else the unit with the longest area prefix (R004-002)."""
        return choice.unit_for(self.organisation, self._serving, area, ticket_type, subtype)

    def division_of(self, unit_id: str) -> Division | None:
        """The division of a unit; None for a department or an unknown id."""
        return self._divisions.get(unit_id)

    def with_readings(self, **chosen: str) -> "Procedure":
        """The same procedure under other readings, to compare or to test; ValidationError for an unknown one."""
        readings = Readings.model_validate(self.readings.model_dump() | chosen)
        fields: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        return Procedure.model_construct(**(fields | {"readings": readings}))

    @cached_property
    def _limits_found(self) -> dict[tuple[object, ...], tuple[Limit, ...]]:
        """Kept by what rows can tell apart, so that any number of areas and subtypes makes few entries."""
        return {}

    @cached_property
    def _stated(self) -> choice.Stated:
        return choice.stated(self)

    @cached_property
    def _knowledge_limits(self) -> dict[ClockName, Limit]:
        return {limit.clock: limit for limit in self.knowledge.limits}

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.rank.value)}

    @cached_property
    def _serving(self) -> dict[str, tuple[Unit, ...]]:
        return self.organisation.serving()

    @cached_property
    def _targets(self) -> dict[str, Unit]:
        return {unit.id: unit for unit in self.organisation.targets()}

    @cached_property
    def _divisions(self) -> dict[str, Division]:
        return {unit.id: division for division in self.organisation.divisions for unit in division.units}
