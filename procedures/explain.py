"""Why a deadline is what it is: a type's clocks with their candidates, the days skipped, the readings in force."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.vocabulary import CallKind, Channel, ClockName, TicketType
from procedures.calendar import SkippedDay
from procedures.model import Basis, Deadline, Enforcement, Origin, Procedure
from procedures.model.readings import Reading, in_force

TICKET_CLOCKS = (
    ClockName.DISPATCH,
    ClockName.SIGN,
    ClockName.CONTACT,
    ClockName.ON_SITE,
    ClockName.HANDLE,
    ClockName.REPLY,
    ClockName.CALLBACK,
    ClockName.URGE,
    ClockName.GOV,
)
"""In the order in which a ticket meets them."""


@dataclass(frozen=True)
class Question:
    """What is asked: this type, reached so, there, at that moment."""

    type: TicketType
    at: datetime
    channel: Channel = Channel.PHONE
    area: str | None = None
    grade: int | None = None
    subtype: str | None = None
    declined: bool = False
    gov_due: datetime | None = None


@dataclass(frozen=True)
class ExplainedLimit:
    """One limit that was considered, when it would end, and the days that do not count on the way."""

    origin: Origin
    within: str | None
    due: datetime
    source: str
    rule: str
    basis: Basis
    advisory: bool
    note: str | None
    skipped: tuple[SkippedDay, ...]
    makeup_days: tuple[date, ...]


@dataclass(frozen=True)
class ExplainedClock:
    """One clock started at the moment asked about; `limits[0]` binds."""

    clock: ClockName
    starts: str
    start: datetime
    due: datetime
    warned_at: datetime
    limits: tuple[ExplainedLimit, ...]


@dataclass(frozen=True)
class OpenClock:
    """A clock without a limit, and where the text leaves it open."""

    clock: ClockName
    source: str
    rule: str
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
    readings: tuple[Reading, ...]


def explain(procedure: Procedure, question: Question) -> Explanation:
    """Every clock of the type as if its starting event happened at the moment asked about."""
    unit = procedure.unit_for(question.area, question.type, question.subtype)
    division = procedure.division_of(unit.id) if unit else None
    enforcement: Enforcement = unit.enforcement if unit else "mandatory"
    found = (_clock(procedure, question, clock, enforcement) for clock in TICKET_CLOCKS)
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


def starting_event(procedure: Procedure, question: Question, clock: ClockName) -> str:
    """The event from which a clock runs (readings 5, 12, 14): a word of the catalogue's `starts`."""
    if clock is ClockName.DISPATCH:
        by_phone = question.channel is Channel.PHONE and procedure.readings.dispatch_from == "hang_up"
        return "hang_up" if by_phone else "receipt"
    if clock is ClockName.ON_SITE and procedure.types[question.type].phone_first:
        return "phone_notice"
    if clock is ClockName.REPLY and question.declined and procedure.readings.declined_from == "contact":
        return "contact"
    named = {ClockName.CALLBACK: "reply", ClockName.URGE: "urging_call", ClockName.GOV: "receipt"}
    return named.get(clock, "dispatch")


def _clock(
    procedure: Procedure, question: Question, clock: ClockName, enforcement: Enforcement
) -> ExplainedClock | None:
    deadline = procedure.deadline(
        clock,
        question.type,
        question.at,
        grade=question.grade,
        subtype=question.subtype,
        area=question.area,
        declined=question.declined,
        gov_due=question.gov_due,
        enforcement=enforcement,
    )
    if deadline is None or _not_called(procedure, question, clock):
        return None
    share = procedure.warn_share(clock)
    warned_at = procedure.calendar.at_share(deadline.start, deadline.due, share, working=deadline.working)
    start, due, warned_at = (
        moment.astimezone(procedure.calendar.zone) for moment in (deadline.start, deadline.due, warned_at)
    )
    starts = starting_event(procedure, question, clock)
    return ExplainedClock(clock, starts, start, due, warned_at, _limits(procedure, deadline))


def _not_called(procedure: Procedure, question: Question, clock: ClockName) -> bool:
    return clock is ClockName.CALLBACK and procedure.callback_kind(question.type) is CallKind.NONE


def _limits(procedure: Procedure, deadline: Deadline) -> tuple[ExplainedLimit, ...]:
    calendar = procedure.calendar
    return tuple(
        ExplainedLimit(
            each.origin,
            str(each.within) if each.within else None,
            each.due.astimezone(calendar.zone),
            each.source,
            each.rule,
            each.basis,
            each.enforcement == "advisory",
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
