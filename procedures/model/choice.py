"""Which limits could bind a clock and what deadlines they give: pure selections."""

from collections.abc import Container, Iterable
from datetime import UTC, datetime
from fractions import Fraction

from procedures.calendar import Calendar
from procedures.model.limits import Candidate, Deadline, Limit, Origin
from procedures.model.part import Basis, Sourced
from procedures.model.when import Circumstances


def nearest(area: str | None, known: Container[str]) -> str | None:
    """The longest path prefix of `area` that is known: jinan for jinan/lixia, never for jinan-east."""
    while area and area not in known:
        area = area.rpartition("/")[0]
    return area or None


def by_weight(rows: Iterable[Limit]) -> tuple[Limit, ...]:
    """The most particular row first; of equals the one that stands first."""
    return tuple(sorted(rows, key=lambda row: row.when.weight, reverse=True))


def own(rows: tuple[Limit, ...], of: Circumstances) -> tuple[Limit, ...]:
    """The most particular row that holds, if any, with a share worked out into a duration."""
    for row in rows:
        if not row.when.stated or row.when.holds(of):
            return (row,) if row.share is None else _share(row, row.share, rows, of)
    return ()


def _share(row: Limit, share: Fraction, rows: tuple[Limit, ...], of: Circumstances) -> tuple[Limit, ...]:
    before = of._replace(again=False)
    first = next((each.within for each in rows if each.within is not None and each.when.holds(before)), None)
    return (row.model_copy(update={"within": first.part(share)}),) if first is not None else ()


def candidates(calendar: Calendar, found: Iterable[Limit], start: datetime, *, advisory: bool) -> tuple[Candidate, ...]:
    """What each limit gives from `start`; promises and governments' standards bind affiliates, too."""
    return tuple(
        [
            Candidate(
                calendar.add(start, limit.within),
                limit.origin,
                limit.source,
                limit.rule,
                limit.basis,
                limit.within,
                advisory and limit.origin is Origin.PROCEDURE,
                limit.note,
            )
            for limit in found
            if limit.within is not None
        ]
    )


def platform_candidate(due: datetime, clause: Sourced) -> Candidate:
    """A platform's own deadline."""
    return Candidate(due.astimezone(UTC), Origin.PLATFORM, clause.source, clause.rule, Basis.GOVERNMENT, None, False)


def in_order(given: tuple[Candidate, ...], *, ours_last: bool) -> tuple[Candidate, ...]:
    """Earliest first; under the other reading a government's limit replaces ours (design reading 4)."""
    ours = (Origin.PROCEDURE, Origin.PROMISE)
    return tuple(sorted(given, key=lambda each: (ours_last and each.origin in ours, each.due)))


def by_appointment(found: Deadline, appointed: datetime, clause: Sourced) -> Deadline:
    """The appointment where it is later than the limit, which is still named."""
    if appointed <= found.due:
        return found
    agreed = Candidate(
        appointed.astimezone(UTC), Origin.PROCEDURE, clause.source, clause.rule, clause.basis, None, False
    )
    return found._replace(candidates=(agreed, *found.candidates))
