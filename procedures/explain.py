"""Why a deadline is what it is: a type's clocks with their candidates, the days skipped, the readings in force."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.vocabulary import CallKind, Channel
from procedures.calendar import Calendar, SkippedDay
from procedures.model import Basis, Circumstances, Deadline, Enforcement, Moment, Origin, Procedure
from procedures.model.clocks import Start
from procedures.model.readings import InForce, in_force


@dataclass(frozen=True)
class Question:
    """What is asked: this type, reached so, there, at that moment."""

    type: str
    at: datetime
    channel: Channel = Channel.PHONE
    area: str | None = None
    grade: int | None = None
    subtype: str | None = None
    flags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    people: int = 1
    declined: bool = False
    again: bool = False
    gov_due: datetime | None = None


@dataclass(frozen=True)
class ExplainedLimit:
    """One limit that was considered, when it would end, and the days that do not count on the way."""

    origin: Origin
    within: str | None
    due: datetime
    source: str
    rule: str | None
    basis: Basis
    advisory: bool
    note: str | None
    skipped: tuple[SkippedDay, ...]
    makeup_days: tuple[date, ...]


@dataclass(frozen=True)
class ExplainedClock:
    """One clock started at the moment asked about, by the event `on`; `limits[0]` binds."""

    clock: str
    on: str
    counted_from: Moment
    start: datetime
    due: datetime
    warned_at: datetime | None
    limits: tuple[ExplainedLimit, ...]


@dataclass(frozen=True)
class OpenClock:
    """A clock without a limit, and where the text leaves it open."""

    clock: str
    source: str
    rule: str | None
    note: str | None


@dataclass(frozen=True)
class Explanation:
    """The whole answer, in the utility's own time; its parts name their clauses."""

    procedure: str
    question: Question
    unit: str | None
    division: str | None
    enforcement: Enforcement
    callback: CallKind
    clocks: tuple[ExplainedClock, ...]
    open_clocks: tuple[OpenClock, ...]
    readings: tuple[InForce, ...]


def explain(procedure: Procedure, question: Question) -> Explanation:
    """Every clock of the type as if its starting event happened at the moment asked about."""
    unit = procedure.unit_for(question.area, question.type, question.subtype)
    division = procedure.division_of(unit.id) if unit else None
    enforcement: Enforcement = unit.enforcement if unit else "mandatory"
    of = _circumstances(procedure, question)
    found = (
        _clock(procedure, question, of, clock, enforcement == "advisory", unit.id if unit else None)
        for clock in procedure.clocks
    )
    clocks = tuple(clock for clock in found if clock is not None)
    return Explanation(
        procedure.ref,
        question,
        unit.id if unit else None,
        division.id if division else None,
        enforcement,
        procedure.callback_kind(question.type),
        clocks,
        _open(procedure, question, clocks),
        tuple(in_force(procedure.readings)),
    )


def _circumstances(procedure: Procedure, question: Question) -> Circumstances:
    """As asked; ungraded is what the rules make of it without further knowledge."""
    grade = question.grade if question.grade is not None else procedure.default_grade(question.type)
    return procedure.circumstances(
        question.type,
        subtype=question.subtype,
        grade=grade,
        flags=question.flags,
        channel=question.channel,
        area=question.area,
        fields=question.fields,
        people=question.people,
        platform="platform" if question.gov_due else None,
        declined=question.declined,
        again=question.again,
        call_wanted=procedure.callback_kind(question.type) is not CallKind.NONE,
    )


def starting(procedure: Procedure, clock: str, of: Circumstances) -> Start | None:
    """The first row of the clock table that starts this clock in these circumstances; None where none does."""
    starts = (row for row in procedure.clocks[clock].starts if procedure.reads_so(row.when))
    return next((row for row in starts if row.when.holds(of)), None)


def _clock(
    procedure: Procedure, question: Question, of: Circumstances, clock: str, advisory: bool, unit: str | None
) -> ExplainedClock | None:
    start = starting(procedure, clock, of)
    deadline = procedure.deadline(clock, question.at, of, platform_due=question.gov_due, advisory=advisory, unit=unit)
    if deadline is None or start is None:
        return None
    calendar = procedure.calendar_of(clock, unit)
    warnings = procedure.warnings_of(clock)
    warned_at = (
        calendar.at_share(deadline.start, deadline.due, warnings[0].at, working=deadline.working) if warnings else None
    )
    begun, due = (moment.astimezone(calendar.zone) for moment in (deadline.start, deadline.due))
    return ExplainedClock(
        clock,
        start.on,
        _from(procedure, clock, start, question),
        begun,
        due,
        warned_at.astimezone(calendar.zone) if warned_at else None,
        _limits(calendar, deadline),
    )


def _from(procedure: Procedure, clock: str, start: Start, question: Question) -> Moment:
    """A call has a hang-up, what came otherwise counts from its receipt; a refusal may count from the contact."""
    if question.declined and _restated_from_contact(procedure, clock):
        return Moment.CONTACT
    by_phone = question.channel is Channel.PHONE
    return Moment.RECEIPT if start.from_ is Moment.HANG_UP and not by_phone else start.from_


def _restated_from_contact(procedure: Procedure, clock: str) -> bool:
    declined = (row for row in procedure.clocks[clock].restated_by if row.on == "ticket.declined")
    return any(row.from_ == "contact" and procedure.reads_so(row.when) for row in declined)


def _limits(calendar: Calendar, deadline: Deadline) -> tuple[ExplainedLimit, ...]:
    return tuple(
        ExplainedLimit(
            each.origin,
            str(each.within) if each.within else None,
            each.due.astimezone(calendar.zone),
            each.source,
            each.rule,
            each.basis,
            each.advisory,
            each.note,
            calendar.skipped_days(deadline.start, each.due) if each.within and each.within.is_working else (),
            calendar.makeup_days(deadline.start, each.due) if each.within and each.within.is_working else (),
        )
        for each in deadline.candidates
    )


def _open(procedure: Procedure, question: Question, clocks: tuple[ExplainedClock, ...]) -> tuple[OpenClock, ...]:
    """What the text leaves open and no promise or government closes."""
    limited = {clock.clock for clock in clocks}
    rows = procedure.types[question.type].unlimited
    return tuple(OpenClock(row.clock, row.source, row.rule, row.note) for row in rows if row.clock not in limited)
