"""Wiring of sla_monitor; `python -m services.sla_monitor` and `hotline run sla_monitor` are the same."""

from datetime import timedelta

from kit.run.host import Assembled, Means
from procedures.loader import Procedures
from services.hosting import run
from services.sla_monitor.bus import subscribe
from services.sla_monitor.decider import decider
from services.sla_monitor.http import router


def assemble(means: Means[Procedures]) -> Assembled:
    """Clocks of tickets and of knowledge; nothing is in flight when a stepped clock moves: no grace then."""
    stepped = means.settings.embedded.stepped_from is not None
    clocks = means.work_on(decider(timedelta(0) if stepped else None))
    return Assembled((clocks,), router(clocks.shell, means.procedures), subscribe(means.inbox, clocks.shell))


if __name__ == "__main__":
    run("sla_monitor")
