"""What is right and what is missing in a switch's set-up, found by asking it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple

from kit.clock import machine_now
from kit.settings import Settings, TelephonySettings
from services.telephony.ami.connection import Connection, opened
from services.telephony.ami.wire import Message, text
from services.telephony.people import index_key
from services.telephony.port import CommandRefused, SwitchAway

_NEEDED = (
    "BlindTransfer",
    "CoreShowChannels",
    "Events",
    "Hangup",
    "Originate",
    "QueueAdd",
    "QueuePause",
    "QueueRemove",
    "QueueStatus",
    "Redirect",
    "Setvar",
)
_TOO_MUCH = ("Command", "GetConfig", "UpdateConfig", "ModuleLoad")
_LISTENING = 1.5
_AT_HOME = frozenset({"127.0.0.1", "::1", "localhost"})
_APART = 0.5


class Finding(NamedTuple):
    """`code` keys the text `switch_check.<code>`; `good` is None for what is only worth knowing."""

    good: bool | None
    code: str
    params: Mapping[str, str] = MappingProxyType({})


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """One after the other; the switch is asked nothing more once it does not answer."""
    own = settings.telephony
    for finding in _at_home(settings):
        yield finding
    if own.host is None:
        yield Finding(False, "no_host")
        return
    try:
        connection = await opened(own)
    except SwitchAway as error:
        yield Finding(False, "away", {"reason": str(error)})
        return
    try:
        yield Finding(True, "signed_in", {"host": own.host, "port": str(own.port)})
        async for finding in _of_switch(connection, own):
            yield finding
    except SwitchAway as error:
        yield Finding(False, "away", {"reason": str(error)})
    finally:
        await connection.close()


def _at_home(settings: Settings) -> Iterator[Finding]:
    """What can be said without the switch."""
    own = settings.telephony
    yield Finding(index_key(settings) is not None, "index_key")
    yield Finding(own.token is not None or settings.embedded.issuer, "token")
    if own.host is not None and own.host not in _AT_HOME:
        yield Finding(own.tls, "tls")
    for code, path in (("queue_log", own.queue_log), ("recordings", own.recordings)):
        readable = path is not None and os.access(path, os.R_OK)
        yield Finding(readable, code, {"path": str(path) if path is not None else "—"})


async def _of_switch(connection: Connection, own: TelephonySettings) -> AsyncIterator[Finding]:
    about = await connection.act("CoreSettings")
    yield Finding(None, "version", {"version": text(about, "AsteriskVersion") or "?"})
    apart = _apart(await connection.act("Ping"))
    yield Finding(apart is not None and abs(apart) <= _APART, "clock", {"seconds": f"{apart or 0:.1f}"})
    offered = await connection.act("ListCommands")
    missing = [name for name in _NEEDED if name not in offered]
    yield Finding(not missing, "actions", {"missing": ", ".join(missing) or "—"})
    more = [name for name in _TOO_MUCH if name in offered]
    yield Finding(not more, "too_much", {"more": ", ".join(more) or "—"})
    async for finding in _queues(connection, own):
        yield finding
    for name in (own.dial_context, own.station_context, own.conference_context):
        yield Finding(await _has_context(connection, name), "context", {"context": name})
    async for finding in _events(connection):
        yield finding


def _apart(answer: Message) -> float | None:
    """Seconds by which our clock is ahead of the switch's."""
    try:
        stamp = datetime.fromtimestamp(float(text(answer, "Timestamp")), UTC)
    except ValueError:
        return None
    return (machine_now() - stamp).total_seconds()


async def _queues(connection: Connection, own: TelephonySettings) -> AsyncIterator[Finding]:
    told = await connection.listed("QueueStatus")
    there = {text(message, "Queue") for message in told if text(message, "Event") == "QueueParams"}
    yield Finding(bool(there), "queues", {"queues": ", ".join(sorted(there)) or "—"})
    absent = sorted(set(own.queues) - there)
    if absent:
        yield Finding(False, "queue_absent", {"queues": ", ".join(absent)})
    static = sorted({text(message, "Name") for message in told if text(message, "Membership") == "static"})
    if static:
        yield Finding(False, "static_members", {"members": ", ".join(static)})


async def _has_context(connection: Connection, name: str) -> bool:
    try:
        return bool(await connection.listed("ShowDialPlan", {"Context": name}))
    except CommandRefused:
        return False


async def _events(connection: Connection) -> AsyncIterator[Finding]:
    """What the account is told when everything is asked for, as far as something happens meanwhile."""
    await connection.act("Events", {"EventMask": "on"})
    heard: list[Message] = []
    try:
        async with asyncio.timeout(_LISTENING):
            while True:
                heard += [message for message, _ in await connection.received()]
    except TimeoutError:
        await connection.act("Events", {"EventMask": "off"})
    if not heard:
        yield Finding(None, "silent", {"seconds": f"{_LISTENING:g}"})
        return
    yield Finding(all(text(message, "Timestamp") for message in heard), "timestamps")
    noise = sorted({text(message, "Event") for message in heard} & {"VarSet", "Newexten", "RTCPSent", "RTCPReceived"})
    yield Finding(not noise, "noise", {"events": ", ".join(noise) or "—"})
