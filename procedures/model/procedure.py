"""A utility's whole procedure from one effective date, and the questions rules ask of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from contracts.vocabulary import CallKind
from procedures.calendar import Calendar
from procedures.model import choice
from procedures.model.beyond import (
    CompensationRules,
    Destination,
    MediationRules,
    RecheckRules,
    Template,
    WarningLevel,
)
from procedures.model.clauses import Clauses
from procedures.model.clocks import (
    NO_REACTIONS,
    Clock,
    ClockRules,
    ClockTable,
    ClockWarning,
    Reactions,
    reactions,
)
from procedures.model.grading import GradeRule, Grading, GroupRule
from procedures.model.handling import (
    AcceptanceRules,
    AreaClass,
    CallbackRules,
    Confidentiality,
    EscalationRule,
    ExtensionRules,
    Hold,
    KnowledgeRules,
    MatterRules,
    PersonalDataAccess,
    ReturnRules,
    Script,
    UrgingRules,
    WorkOrderRules,
)
from procedures.model.limits import Deadline, GovernmentStandard, Limit, Promise
from procedures.model.organisation import Centre, Division, Organisation, Unit
from procedures.model.part import HOTLINE, RANK, Names, Part, Setting, Slug, Sourced, Words
from procedures.model.readings import CHOICES, Reading, Readings
from procedures.model.telephony import TelephonyRules
from procedures.model.types import FieldTable, TypeRules
from procedures.model.when import Circumstances, When
from procedures.model.working_time import WorkingTime

Rank = Annotated[str, Field(pattern=RANK)]
"""A type, or one grade of it: `alarm`, `complaint/1`."""


class Procedure(Part):
    """One procedure file; a ticket pins the `ref` under which it was opened and keeps it.

    A section that is left out says that the utility has no such rules: the steps that need them are not offered.
    """

    schema_: Literal[1] = Field(alias="schema")
    utility: Slug
    effective: date
    names: Names
    document: Names
    hotline: Annotated[str, Field(pattern=HOTLINE)]
    clauses: Clauses
    readings: Readings = Field(default_factory=dict)
    working_time: WorkingTime
    judging: ClockRules
    clocks: ClockTable
    limits_for_all: tuple[Limit, ...] = ()
    flags: Words = Field(default_factory=dict)
    fields: FieldTable = Field(default_factory=dict)
    area_classes: Mapping[Slug, AreaClass] = {}
    types: Annotated[Mapping[Slug, TypeRules], Field(min_length=1)]
    rank: Setting[tuple[Rank, ...]] | None = None
    promises: tuple[Promise, ...] = ()
    government_standards: tuple[GovernmentStandard, ...] = ()
    acceptance: AcceptanceRules = AcceptanceRules()
    work_orders: WorkOrderRules = WorkOrderRules()
    urging: UrgingRules | None = None
    returns: ReturnRules | None = None
    holds: Mapping[Slug, Hold] = {}
    progress: Words = Field(default_factory=dict)
    extension: ExtensionRules | None = None
    callback: CallbackRules | None = None
    telephony: TelephonyRules | None = None
    recheck: RecheckRules | None = None
    templates: Mapping[Slug, Template] = {}
    forwarding: Mapping[Slug, Destination] = {}
    compensation: CompensationRules | None = None
    mediation: MediationRules | None = None
    early_warnings: Mapping[Slug, WarningLevel] = {}
    grading: Grading = Field(default_factory=dict)
    groups: tuple[GroupRule, ...] = ()
    escalation: tuple[EscalationRule, ...] = ()
    knowledge: KnowledgeRules | None = None
    confidentiality: Confidentiality | None = None
    personal_data: tuple[PersonalDataAccess, ...] = ()
    matters: MatterRules | None = None
    scripts: tuple[Script, ...] = ()
    organisation: Organisation

    @cached_property
    def ref(self) -> str:
        """`utility@effective-date`, the name a ticket pins."""
        return f"{self.utility}@{self.effective.isoformat()}"

    @cached_property
    def calendar(self) -> Calendar:
        """The organisation's working time, counting as the reading in force says."""
        return self.working_time.calendar(self.reading("working_days"))

    def calendar_of(self, clock: str, unit: str | None) -> Calendar:
        """The working time that a clock runs by: the unit's own for its own clocks, where it has one."""
        if unit is None or self.clocks[clock].owner != "unit":
            return self.calendar
        return self._calendars.get(unit, self.calendar)

    def clause(self, name: str) -> Sourced:
        """The clause about a step, or that of the whole loop."""
        found: Sourced | None = getattr(self.clauses, name)
        return found or self.clauses.loop

    def reading(self, name: str) -> str:
        """The reading in force."""
        own = self.readings.get(name)
        return own.value if own else CHOICES[name][0]

    def reads_so(self, when: When) -> bool:
        """Whether the readings in force are those that a row is for."""
        return all(self.reading(name) in words for name, words in when.reading.items())

    def is_so(self, when: When, of: Circumstances) -> bool:
        """Whether a row's condition is met, and the row is for the readings in force."""
        return self.reads_so(when) and when.holds(of)

    @cached_property
    def grace(self) -> timedelta:
        """By how much a clock is judged late, for facts in flight (design reading 13)."""
        return timedelta(seconds=self.judging.grace_seconds.value)

    @cached_property
    def reactions(self) -> Mapping[str, Reactions]:
        """What each event does to the clocks, under the readings in force."""
        return reactions(self.clocks, lambda _, when: self.reads_so(when))

    def told(self, event: str, ticket_type: str | None) -> Reactions:
        """What an event does to the clocks of a ticket of this type, or else of a piece of knowledge."""
        table = self._reactions_of.get(ticket_type, self.reactions) if ticket_type else self.reactions
        return table.get(event, NO_REACTIONS)

    def warnings_of(self, clock: str) -> tuple[ClockWarning, ...]:
        """The clock's own warnings, or the one that all clocks give; of an overdue one see its row."""
        own = self.clocks[clock].warns
        return self._warning if own is None else own

    def met_by(self, event: str) -> tuple[str, ...]:
        """The clocks that an event meets, in the order of the table."""
        found = self.reactions.get(event)
        return tuple(dict.fromkeys(name for name, _ in found.meets)) if found else ()

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """The clocks within which a matter as a whole is handled."""
        return tuple(name for name, clock in self.clocks.items() if clock.period)

    @cached_property
    def platform_clocks(self) -> tuple[str, ...]:
        """The clocks that run to a platform's own deadline."""
        return tuple(name for name, clock in self.clocks.items() if clock.ends == "platform")

    def circumstances(self, ticket_type: str, **known: Any) -> Circumstances:
        """What limits may depend on, the class of the area worked out."""
        return Circumstances(ticket_type, area_class=self.area_class(known.get("area")), **known)

    def area_class(self, area: str | None) -> str | None:
        """The class of the longest known prefix of the area: `town`."""
        known = self._class_of_area
        return known.get(choice.nearest(area, known) or "") if known else None

    def limits(self, clock: str, of: Circumstances) -> tuple[Limit, ...]:
        """Every limit that could bind this clock: the procedure's own, then promises and local governments'."""
        own = choice.own(self._own.get((of.type, clock), ()), of)
        outside = self._outside.get(clock)
        return own if outside is None else (*own, *(limit for limit in outside if limit.when.holds(of)))

    def limit(self, clock: str, of: Circumstances) -> Limit | None:
        """The procedure's own limit, or the first outside one where it has none."""
        return next(iter(self.limits(clock, of)), None)

    def deadline(
        self,
        clock: str,
        start: datetime,
        of: Circumstances,
        *,
        platform_due: datetime | None = None,
        advisory: bool = False,
        unit: str | None = None,
    ) -> Deadline | None:
        """When the clock started at `start` ends, with every candidate (design reading 4); None without a limit."""
        row, limits = self.clocks[clock], self.limits(clock, of)
        if not limits and platform_due is None:
            return None
        calendar = self.calendar_of(clock, unit)
        given = choice.candidates(calendar, limits, start, advisory=advisory and row.owner == "unit")
        if platform_due is not None and self._platform_binds(row, of):
            given = (*given, choice.platform_candidate(platform_due, self.clause("platform_orders")))
        if len(given) > 1:
            replaced = self.reading("competing_limits") == "government_replaces"
            given = choice.in_order(given, ours_last=replaced)
        return Deadline(clock, start, given) if given else None

    def call_deadline(self, found: Deadline, appointed: datetime | None) -> Deadline:
        """A later time agreed with the customer replaces the limit of a first call, where the procedure says so."""
        rule = self.callback.appointment_overrides_window if self.callback else None
        if rule is None or appointed is None or not rule.value:
            return found
        return choice.by_appointment(found, appointed, rule)

    def knowledge_limit(self, clock: str) -> Limit | None:
        """The limit of a clock of knowledge work."""
        return self._knowledge_limits.get(clock)

    def knowledge_basis(self, event: str) -> Sourced:
        """The limit of the knowledge clock that this event starts, to be cited; the clause of the loop without one."""
        started = (name for name, _ in self.reactions[event].starts) if event in self.reactions else ()
        return next((limit for name in started if (limit := self.knowledge_limit(name))), self.clauses.loop)

    def past_urging_share(self, start: datetime, due: datetime, now: datetime, *, working: bool) -> bool:
        """Whether a running period is far enough for an urging order (design reading 7)."""
        if self.urging is None:
            return False
        by_clock = self.reading("half_of") == "clock_time"
        used = self.calendar.elapsed_share(start, due, now, working=working and not by_clock)
        share = self.urging.past_share.value
        return used > share or (used == share and (share == 0 or self.reading("exactly_half") == "urge"))

    def call_owed(self, ticket_types: Iterable[str]) -> CallKind:
        """What is owed to whoever asked for all of these: a satisfaction call before an answer before nothing."""
        owed = {self.callback_kind(each) for each in ticket_types if each in self.types}
        return next((kind for kind in CallKind if kind in owed), CallKind.NONE)

    def callback_kind(self, ticket_type: str) -> CallKind:
        """Who is owed a satisfaction call, an answer, or nothing (design reading 3)."""
        trait = self.types[ticket_type].callback
        if trait is None or self.callback is None:
            return CallKind.NONE
        unanswered = trait.value is CallKind.ANSWER and self.reading("excluded_types_get") == "nothing"
        return CallKind.NONE if unanswered else trait.value

    def rank_of(self, ticket_type: str, grade: int | None = None) -> int:
        """Place in the order of types, 0 the highest (design reading 9); without `rank` the order of the file."""
        ranks = self._ranks
        return ranks.get(f"{ticket_type}/{grade}", ranks.get(ticket_type, len(ranks)))

    def is_visited(self, of: Circumstances) -> bool:
        """Whether a unit has to reach the customer, or go there, within a limit."""
        clocks = dict.fromkeys((*self.met_by("ticket.contacted"), *self.met_by("ticket.arrived")))
        return any(self.limits(clock, of) for clock in clocks)

    def grade_of(self, ticket_type: str, grade: int | None) -> int | None:
        """A ticket's grade as far as it is this type's: of several demands only some may have grades."""
        return grade if ticket_type in self.grading else None

    def default_grade(self, ticket_type: str) -> int | None:
        """What a request of this type is graded without further knowledge; None for a type without grades."""
        rules = self.grading.get(ticket_type)
        return rules.default.value if rules else None

    def grade_rules(self, ticket_type: str) -> tuple[GradeRule, ...]:
        """What makes a request of this type graver, under the readings in force; nothing for a type without grades."""
        return self._grade_rules.get(ticket_type, ())

    @cached_property
    def ways_of_counting(self) -> tuple[tuple[str, ...], ...]:
        """The different values by which repeats are counted, beside the count that every ticket keeps of its matter."""
        rules = (rule.repeats for grading in self.grading.values() for rule in grading.rules if rule.repeats)
        return tuple(dict.fromkeys(each.same for each in rules if each.same != ("customer", "matter") or each.within))

    def escalations(self, event: str, ticket_type: str) -> tuple[EscalationRule, ...]:
        """Who is told of this event about a ticket of this type, under the other conditions of the rules."""
        return self._escalations.get((event, ticket_type), ())

    def name_of(self, kind: "Named", word: str) -> Names:
        """What people call a word of the file; the word itself where the file does not know it."""
        return self._names[kind].get(word) or Names(zh=word, en=word)

    def words(self, kind: "Named") -> Mapping[str, Names]:
        """Every word of a kind that the file knows, with its names."""
        return self._names[kind]

    def grade_name(self, ticket_type: str, grade: int) -> Names | None:
        """What people call a grade; None where it has no name."""
        grades = self.types[ticket_type].grades if ticket_type in self.types else ()
        return grades[grade - 1] if 0 < grade <= len(grades) else None

    def subtype_name(self, ticket_type: str, subtype: str) -> Names:
        """What people call a subtype; the word itself where the file does not list it."""
        rules = self.types.get(ticket_type)
        return (rules.subtypes.get(subtype) if rules else None) or Names(zh=subtype, en=subtype)

    def script(self, script_id: str) -> Script | None:
        """The words to read to a customer."""
        return next((each for each in self.scripts if each.id == script_id), None)

    def guidance(self, ticket_type: str, subtype: str | None) -> tuple[str, ...]:
        """The self-help scripts for a subtype; where none is known yet, for any."""
        rules = self.types.get(ticket_type)
        return tuple(each.script for each in rules.guidance if subtype in (None, each.subtype)) if rules else ()

    def unit(self, unit_id: str) -> Unit | None:
        """The unit or department with this id."""
        return self.organisation.unit(unit_id)

    def unit_for(self, area: str | None, ticket_type: str, subtype: str | None = None) -> Unit | None:
        """Who is responsible: a department by category first, else the unit with the longest area prefix."""
        return self.organisation.unit_for(area, ticket_type, subtype)

    def division_of(self, unit_id: str) -> Division | None:
        """The division of a unit; None for a department or an unknown id."""
        return self.organisation.division_of(unit_id)

    def with_readings(self, **chosen: str) -> "Procedure":
        """The same procedure under other readings, to compare or to test."""
        changed = {name: self._read(name, word) for name, word in chosen.items()}
        fields: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        return Procedure.model_construct(**(fields | {"readings": {**self.readings, **changed}}))

    def _read(self, name: str, word: str) -> Reading:
        own = self.readings.get(name)
        if own is None:
            return Reading(value=word, source=self.clauses.loop.source)
        return own.model_copy(update={"value": word, "others": (own.value, *own.others) if own.others else ()})

    def _platform_binds(self, row: Clock, of: Circumstances) -> bool:
        if row.ends == "platform":
            return True
        caps = row.platform_caps
        return caps is not None and self.reads_so(caps) and caps.holds(of)

    @cached_property
    def _warning(self) -> tuple[ClockWarning, ...]:
        return (ClockWarning(at=self.judging.warn_at.value),)

    @cached_property
    def _own(self) -> dict[tuple[str, str], tuple[Limit, ...]]:
        """The rows of each type and clock under the readings in force, the most particular first."""
        found: dict[tuple[str, str], list[Limit]] = {}
        for ticket_type, rules in self.types.items():
            for row in (*rules.limits, *self.limits_for_all):
                if self.reads_so(row.when):
                    found.setdefault((ticket_type, row.clock), []).append(row)
        return {key: choice.by_weight(rows) for key, rows in found.items()}

    @cached_property
    def _outside(self) -> dict[str, tuple[Limit, ...]]:
        rows: tuple[Limit, ...] = (*self.promises, *self.government_standards)
        clocks = dict.fromkeys(row.clock for row in rows)
        return {clock: tuple(row for row in rows if row.clock == clock and self.reads_so(row.when)) for clock in clocks}

    @cached_property
    def _calendars(self) -> dict[str, Calendar]:
        made = {name: self.working_time.calendar(self.reading("working_days"), name) for name in self._schedules_named}
        return {unit.id: made[unit.schedule] for unit in self.organisation.targets() if unit.schedule}

    @cached_property
    def _schedules_named(self) -> frozenset[str]:
        return frozenset(unit.schedule for unit in self.organisation.targets() if unit.schedule)

    @cached_property
    def _class_of_area(self) -> dict[str, str]:
        return {area: name for name, each in self.area_classes.items() for area in each.areas}

    @cached_property
    def _knowledge_limits(self) -> dict[str, Limit]:
        return {limit.clock: limit for limit in self.knowledge.limits} if self.knowledge else {}

    @cached_property
    def _ranks(self) -> dict[str, int]:
        names = self.rank.value if self.rank else tuple(self.types)
        return {name: place for place, name in enumerate(names)}

    @cached_property
    def _escalations(self) -> dict[tuple[str, str], tuple[EscalationRule, ...]]:
        found: dict[tuple[str, str], list[EscalationRule]] = {}
        for rule in filter(lambda each: self.reads_so(each.when), self.escalation):
            for ticket_type in filter(rule.when.is_about, self.types):
                found.setdefault((rule.on, ticket_type), []).append(rule)
        return {key: tuple(rules) for key, rules in found.items()}

    @cached_property
    def _reactions_of(self) -> dict[str, Mapping[str, Reactions]]:
        """The table for each type: without rows that are about others, and clocks that nothing ends for it."""
        return {each: self._table_for(each, self._clocks_of(each)) for each in self.types}

    def _table_for(self, ticket_type: str, clocks: frozenset[str]) -> Mapping[str, Reactions]:
        def counts(clock: str, when: When) -> bool:
            return clock in clocks and when.is_about(ticket_type) and self.reads_so(when)

        return reactions(self.clocks, counts)

    def _clocks_of(self, ticket_type: str) -> frozenset[str]:
        outside = {row.clock for rows in self._outside.values() for row in rows if row.when.is_about(ticket_type)}
        return frozenset(
            name
            for name, row in self.clocks.items()
            if (ticket_type, name) in self._own or name in outside or row.ends == "platform" or row.platform_caps
        )

    @cached_property
    def _grade_rules(self) -> dict[str, tuple[GradeRule, ...]]:
        grading = self.grading.items()
        return {name: tuple(rule for rule in each.rules if self.reads_so(rule.when)) for name, each in grading}

    @cached_property
    def _names(self) -> dict["Named", Mapping[str, Names]]:
        organisation = self.organisation
        places: tuple[Centre | Division | Unit, ...] = (
            organisation.centre,
            *organisation.divisions,
            *organisation.targets(),
        )
        grounds = self.callback.send_back_grounds if self.callback else None
        return {
            "type": {name: rules.names for name, rules in self.types.items()},
            "clock": {name: row.names for name, row in self.clocks.items()},
            "flag": self.flags,
            "field": {name: own.names for name, own in self.fields.items()},
            "ground": self.returns.grounds.value if self.returns else {},
            "mismatch": grounds.value if grounds else {},
            "solved": {name: each.names for name, each in self.callback.solved.value.items()} if self.callback else {},
            "hold": {name: each.names for name, each in self.holds.items()},
            "progress": self.progress,
            "template": {name: each.names for name, each in self.templates.items()},
            "destination": {name: each.names for name, each in self.forwarding.items()},
            "payment": self.compensation.payments.value if self.compensation else {},
            "basis": self.compensation.bases.value if self.compensation else {},
            "mediation": {name: each.names for name, each in self.mediation.outcomes.items()} if self.mediation else {},
            "warning": {name: each.names for name, each in self.early_warnings.items()},
            "place": {each.id: each.names for each in places},
            "area_class": {name: each.names for name, each in self.area_classes.items()},
            "call_code": self.telephony.codes if self.telephony else {},
        }


Named = Literal[
    "type",
    "clock",
    "flag",
    "field",
    "ground",
    "mismatch",
    "solved",
    "hold",
    "progress",
    "place",
    "area_class",
    "call_code",
    "template",
    "destination",
    "payment",
    "basis",
    "mediation",
    "warning",
]
"""The kinds of words that a file names."""
