"""Wiring of callback; `python -m services.callback` and `hotline run callback` are the same."""

from kit.run.host import Assembled, Means
from procedures.loader import Procedures
from services.callback.bus import subscribe
from services.callback.decider import DECIDER, PHONE_CALLS, connect
from services.callback.http import router
from services.hosting import run


def assemble(means: Means[Procedures]) -> Assembled:
    """Calls owed on the tickets of the ticket topic, and what the line tells of those that were dialled."""
    calls, lines = means.work_on(DECIDER), means.work_on(PHONE_CALLS)
    connect(calls.shell, lines.shell)
    return Assembled((calls, lines), router(calls.shell, lines.shell), subscribe(means.inbox, calls.shell, lines.shell))


if __name__ == "__main__":
    run("callback")
