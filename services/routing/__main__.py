"""Wiring of routing; `python -m services.routing` and `hotline run routing` are the same."""

from kit.auth.receipts import Receipts
from kit.run.host import Assembled, Means
from procedures.loader import Procedures
from services.hosting import run
from services.routing.bus import subscribe
from services.routing.decider import DECIDER
from services.routing.http import router


def assemble(means: Means[Procedures]) -> Assembled:
    """Work orders on the ticket topic."""
    orders = means.work_on(DECIDER)
    return Assembled(
        (orders,), router(orders.shell, means.procedures, Receipts(means.seal)), subscribe(means.inbox, orders.shell)
    )


if __name__ == "__main__":
    run("routing")
