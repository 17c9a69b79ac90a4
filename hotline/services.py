"""The deciders of all five services, for whoever runs them together."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from kit.decide.decider import Decider
from services.callback.decider import DECIDER as CALLBACK
from services.intake.decider import DECIDERS as INTAKE
from services.knowledge.decider import DECIDERS as KNOWLEDGE
from services.routing.decider import DECIDER as ROUTING
from services.sla_monitor import decider as sla_monitor

NO_GRACE = timedelta(0)
"""In virtual time no fact is in flight, so a clock is judged at its moment."""


def virtual_deciders() -> Iterator[Decider[Any]]:
    """Every decider, the monitor without grace."""
    yield from (*INTAKE, ROUTING, sla_monitor.decider(NO_GRACE), CALLBACK, *KNOWLEDGE)
