"""Which limits could bind a clock, what deadlines they give, and which unit is responsible: pure selections."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from contracts.vocabulary import ClockName, TicketType
from procedures.model.limits import (
    UNIT_CLOCKS,
    Candidate,
    Deadline,
    Enforcement,
    GovernmentStandard,
    Limit,
    Origin,
    Promise,
)
from procedures.model.organisation import Organisation, Unit
from procedures.model.part import Basis, Sourced

if TYPE_CHECKING:
    from procedures.model.procedure import Procedure


class Circumstances(NamedTuple):
    """What, beside type and clock, a limit may depend on."""

    grade: int | None
    subtype: str | None
    area: str | None
    declined: bool


class Stated(NamedTuple):
    """The subtypes and areas that any limit asks about; all others make no difference."""

    subtypes: frozenset[str]
    areas: frozenset[str]


def stated(procedure: "Procedure") -> Stated:
    """What the file's limits can tell apart."""
    outside = _outside(procedure)
    rows = (*procedure.limits_for_all, *outside, *(row for rules in procedure.types.values() for row in rules.limits))
    subtypes = frozenset(row.subtype for row in rows if row.subtype is not None)
    return Stated(subtypes, frozenset(row.area for row in outside if row.area is not None))


def nearest(area: str | None, known: Container[str]) -> str | None:
    """The longest path prefix of `area` that is known: jinan for jinan/lixia, never for jinan-east."""
    while area and area not in known:
        area = area.rpartition("/")[0]
    return area or None


def limits(procedure: "Procedure", ticket_type: TicketType, clock: ClockName, of: Circumstances) -> tuple[Limit, ...]:
    """The procedure's most specific own limit, then promises and local standards that hold for the area."""
    if _read_away(procedure, ticket_type, clock):
        return ()
    grade = of.grade if of.grade is not None else procedure.grading.default.value
    own = _own(procedure, ticket_type, clock, grade, of)
    promised = (
        limit
        for limit in _outside(procedure)
        if ticket_type in limit.types and limit.fits(clock, grade, of.subtype) and _within(limit.area, of.area)
    )
    return (*own, *promised)


def candidates(
    procedure: "Procedure",
    clock: ClockName,
    found: Iterable[Limit],
    start: datetime,
    gov_due: datetime | None,
    enforcement: Enforcement,
) -> tuple[Candidate, ...]:
    """What each limit gives from `start`, the binding one first."""
    add = procedure.calendar.add
    given = [
        Candidate(
            add(start, limit.within),
            limit.origin,
            limit.source,
            limit.rule,
            limit.basis,
            limit.within,
            enforcement if clock in UNIT_CLOCKS and limit.origin is Origin.PROCEDURE else "mandatory",
            limit.note,
        )
        for limit in found
    ]
    if gov_due is not None and _platform_binds(procedure, clock):
        given.append(_platform(procedure, gov_due))
    return _in_order(procedure, given) if len(given) > 1 else tuple(given)


def by_appointment(found: Deadline, appointed: datetime, clause: Sourced) -> Deadline:
    """The appointment where it is later than the limit, which is still named."""
    if appointed <= found.due:
        return found
    agreed = Candidate(
        appointed.astimezone(UTC), Origin.PROCEDURE, clause.source, clause.rule, clause.basis, None, "mandatory"
    )
    return replace(found, candidates=(agreed, *found.candidates))


def unit_for(
    organisation: Organisation,
    serving: Mapping[str, tuple[Unit, ...]],
    area: str | None,
    ticket_type: TicketType,
    subtype: str | None,
) -> Unit | None:
    """The assigned department, else the unit serving the longest prefix of the area; the more particular on a tie."""
    for assigned in organisation.assignments:
        if ticket_type in assigned.types and subtype in assigned.subtypes:
            return next(unit for unit in organisation.targets() if unit.id == assigned.to)
    while area:
        own = [unit for unit in serving.get(area, ()) if unit.takes(ticket_type)]
        if own:
            return max(own, key=lambda unit: bool(unit.types))
        area = area.rpartition("/")[0]
    return None


def _outside(procedure: "Procedure") -> tuple[Promise | GovernmentStandard, ...]:
    return (*procedure.promises, *procedure.government_standards)


def _own(
    procedure: "Procedure", ticket_type: TicketType, clock: ClockName, grade: int, of: Circumstances
) -> Iterator[Limit]:
    """The most specific row: a refused application's before the general, a subtype's before a type's."""
    rows = (*procedure.types[ticket_type].limits, *procedure.limits_for_all)
    fitting = [row for row in rows if row.fits(clock, grade, of.subtype) and (of.declined or not row.declined)]
    if fitting:
        yield max(fitting, key=lambda row: (row.declined, row.subtype is not None, row.grade is not None))


def _read_away(procedure: "Procedure", ticket_type: TicketType, clock: ClockName) -> bool:
    """Whether the reading of the complaint limits drops this clock (reading 2)."""
    if ticket_type is not TicketType.COMPLAINT:
        return False
    reading = procedure.readings.complaint_limits
    dropped = {"grade_only": ClockName.REPLY, "working_days_only": ClockName.HANDLE}.get(reading)
    return clock is dropped


def _within(own: str | None, area: str | None) -> bool:
    return own is None or (area is not None and (area == own or area.startswith(own + "/")))


def _platform_binds(procedure: "Procedure", clock: ClockName) -> bool:
    return clock is ClockName.GOV or (clock is ClockName.REPLY and procedure.readings.gov_caps_reply == "yes")


def _platform(procedure: "Procedure", due: datetime) -> Candidate:
    order = procedure.platform_orders
    return Candidate(
        due.astimezone(UTC), Origin.PLATFORM, order.source, order.rule, Basis.GOVERNMENT, None, "mandatory"
    )


def _in_order(procedure: "Procedure", given: list[Candidate]) -> tuple[Candidate, ...]:
    """Earliest first; under the other reading a government's limit replaces ours (reading 4)."""
    if procedure.readings.competing_limits == "earliest":
        return tuple(sorted(given, key=lambda each: each.due))
    ours = (Origin.PROCEDURE, Origin.PROMISE)
    return tuple(sorted(given, key=lambda each: (each.origin in ours, each.due)))
