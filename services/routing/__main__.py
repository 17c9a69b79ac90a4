"""Wiring of routing; `python -m services.routing` and `hotline run routing` are the same."""

from contracts.topics import TICKETS
from kit.run.host import Assembled, Means
from procedures.loader import Procedures
from services.hosting import run
from services.routing.decider import DECIDER
from services.routing.http import router


def assemble(means: Means[Procedures]) -> Assembled:
    """Work orders on the ticket topic."""
    orders = means.employ(DECIDER)
    return Assembled((TICKETS,), (orders,), router(orders.shell, means.procedures))


if __name__ == "__main__":
    run("routing")
