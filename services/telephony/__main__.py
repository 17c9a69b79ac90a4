"""Wiring of telephony; `python -m services.telephony` and `hotline run telephony` are the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import httpx

from kit.auth.issuer import BuiltInIssuer, seeded_user
from kit.clock import machine_now
from kit.http.problems import granted
from kit.run.host import Assembled, Means
from kit.run.runtime import Chore
from kit.settings import Settings, SettingsError
from procedures.loader import Procedures
from procedures.model import Procedure
from services.hosting import run
from services.telephony.ami.calls import CallReader
from services.telephony.ami.connection import opened
from services.telephony.ami.switch import Asterisk
from services.telephony.broadcast import Broadcast
from services.telephony.commands import Commands
from services.telephony.decider import AGENTS, CALLS, LEASES, LOOKS, NUMBERS, QUEUES
from services.telephony.handing import HandOver
from services.telephony.http import TelephonyDesk, router
from services.telephony.intake import Intake
from services.telephony.line import Desk, Line
from services.telephony.measuring import Measuring
from services.telephony.people import Numbers, index_key, vault_of
from services.telephony.port import SwitchPort

_MEASURED_EVERY = timedelta(seconds=5)


def assemble(means: Means[Procedures]) -> Assembled:
    """Calls, agents and queues on the topic of calls; the line to the switch beside them, where one is set."""
    broadcast = Broadcast()
    calls, agents = means.work_on(CALLS, broadcast.tell), means.work_on(AGENTS, broadcast.tell)
    queues = means.work_on(QUEUES, broadcast.tell)
    pending, leases, looks = means.work_on(NUMBERS), means.work_on(LEASES), means.work_on(LOOKS)
    own = means.settings.telephony
    utility = _utility(means) if own.host else None
    numbers = Numbers(vault_of(_key(means.settings)), utility) if utility else None
    intake = Intake(httpx.AsyncClient(timeout=5), _intake_url(means.settings), _token(means.settings, utility))
    signed_in: dict[str, str] = {}
    line = _line(means, Desk(calls.shell, agents.shell, pending.shell, leases.shell), utility, numbers, signed_in)
    beside: tuple[Chore, ...] = ()
    if line is not None and numbers is not None and utility is not None:
        beside = (line.run, HandOver(pending.shell, intake, numbers, utility).run)
    measuring = Measuring(calls.shell, agents.shell, queues.shell, _serving(means.procedures))
    commands = Commands(calls.shell, agents.shell, intake, numbers, line, own.queues, signed_in)
    desk = TelephonyDesk(calls.shell, looks.shell, measuring, broadcast, commands, line, own.recordings)
    return Assembled(
        (calls, agents, queues, pending, leases, looks),
        router(desk),
        chores=(_measure(measuring, commands, line),) if line else (),
        alongside=beside,
    )


def _utility(means: Means[Procedures]) -> str:
    own, known = means.settings.telephony, means.procedures.utilities()
    named = own.utility or means.settings.embedded.utility or (known[0] if len(known) == 1 else None)
    if named not in known:
        accepts = ", ".join(known)
        raise SettingsError(f"HOTLINE_TELEPHONY__UTILITY: whose line is it? known: {accepts} (it is {named!r})")
    return named


def _key(settings: Settings) -> bytes:
    found = index_key(settings)
    if found is None:
        raise SettingsError("HOTLINE_KEYS__INDEX: not set; numbers are told by an index made with it, as intake's are")
    return found


def _intake_url(settings: Settings) -> str:
    return settings.telephony.intake_url or f"http://{settings.http.host}:{settings.http.port}"


def _token(settings: Settings, utility: str | None) -> Callable[[], str] | None:
    """Telephony's own, as a connected system: what is set, or one of the embedded mode's issuer."""
    secret = settings.telephony.token
    if secret is not None:
        return secret.get_secret_value
    if not settings.embedded.issuer or utility is None:
        return None
    issuer, user = BuiltInIssuer(settings.embedded.path), seeded_user("integration")
    audience, lifetime = settings.auth.audience, timedelta(minutes=5)
    return lambda: issuer.token(user, utility=utility, audience=audience, lifetime=lifetime)


def _serving(procedures: Procedures) -> Callable[[str, datetime], Procedure]:
    """The one in force; raises Problem 404 for a utility that has none."""
    return lambda utility, moment: granted(procedures.serving(utility, moment))


def _line(
    means: Means[Procedures], desk: Desk, utility: str | None, numbers: Numbers | None, signed_in: Mapping[str, str]
) -> Line | None:
    if utility is None or numbers is None:
        return None
    own, known = means.settings.telephony, numbers
    stations = re.compile(own.stations)

    def in_force(moment: datetime) -> Procedure:
        return means.procedures.in_force(utility, moment)

    async def connect() -> SwitchPort:
        reader = CallReader(in_force(machine_now()).ref, known.party, stations.fullmatch, signed_in.get)
        return Asterisk(await opened(own), reader, own)

    async def disconnect(switch: SwitchPort) -> None:
        assert isinstance(switch, Asterisk)
        await switch.connection.close()

    return Line(desk, connect, disconnect, in_force, known, own.queue_log)


def _measure(measuring: Measuring, commands: Commands, line: Line) -> Chore:
    """Every few seconds, by the replica that holds the line."""
    told_at: datetime | None = None

    async def measure() -> None:
        nonlocal told_at
        now = measuring.calls.clock.now()
        if not line.holds or (told_at is not None and now - told_at < _MEASURED_EVERY):
            return
        told_at, own = now, line.procedure(now)
        await commands.see_who_is_signed_in(own.utility)
        await measuring.tell(own, now)

    return measure


if __name__ == "__main__":
    run("telephony")
