"""Wiring of callback; `python -m services.callback` and `hotline run callback` are the same."""

from contracts.topics import TICKETS
from kit.run.host import Assembled, Means
from procedures.loader import Procedures
from services.callback.decider import DECIDER
from services.callback.http import router
from services.hosting import run


def assemble(means: Means[Procedures]) -> Assembled:
    """Calls owed on the tickets of the ticket topic."""
    calls = means.employ(DECIDER)
    return Assembled((TICKETS,), (calls,), router(calls.shell, means.procedure_of))


if __name__ == "__main__":
    run("callback")
