"""Wiring of telephony; `python -m services.telephony` and `hotline run telephony` are the same."""

from kit.run.host import Assembled, Means
from procedures.loader import Procedures
from services.hosting import run
from services.telephony.decider import CALLS
from services.telephony.http import router


def assemble(means: Means[Procedures]) -> Assembled:
    """Calls on the topic of calls."""
    calls = means.work_on(CALLS)
    return Assembled((calls,), router(calls.shell))


if __name__ == "__main__":
    run("telephony")
