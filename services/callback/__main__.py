"""Wiring of callback; `python -m services.callback` and `hotline run callback` are the same."""

from kit.run.host import Assembled, Means
from procedures.loader import Procedures
from services.callback.bus import subscribe
from services.callback.decider import DECIDER
from services.callback.http import router
from services.hosting import run


def assemble(means: Means[Procedures]) -> Assembled:
    """Calls owed on the tickets of the ticket topic."""
    calls = means.work_on(DECIDER)
    return Assembled((calls,), router(calls.shell), subscribe(means.inbox, calls.shell))


if __name__ == "__main__":
    run("callback")
