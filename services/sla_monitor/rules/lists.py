"""The fields by which supervisors list subjects: one document holds several clocks, so the earliest speaks for it."""

from collections.abc import Mapping
from datetime import datetime

from contracts.vocabulary import ClockState
from services.sla_monitor.rules.state import Sla

FIELDS = ("unit", "division", "next_due", "overdue_since")


def fields(state: Sla) -> Mapping[str, str | datetime | None]:
    """`next_due`: the earliest end of a running clock; `overdue_since`: of one that passed with nothing come yet."""
    running = (clock.due for clock in state.clocks if clock.state is ClockState.RUNNING)
    overdue = (clock.due for clock in state.clocks if clock.state is ClockState.MISSED and clock.is_open)
    return {
        "unit": state.unit,
        "division": state.division,
        "next_due": min(running, default=None),
        "overdue_since": min(overdue, default=None),
    }
