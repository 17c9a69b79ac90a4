"""Is a well-formed procedure complete, and free of contradictions: pure checks that name the place and the cure."""

from collections.abc import Iterator

from procedures.checks import beyond, limits, organisation, words
from procedures.faults import Fault
from procedures.model.procedure import Procedure


def faults(procedure: Procedure) -> Iterator[Fault]:
    """Everything that is missing or contradicts something else."""
    yield from words.faults(procedure)
    yield from limits.faults(procedure)
    yield from organisation.faults(procedure)
    yield from beyond.faults(procedure)
