"""Asterisk's queue_log: what came of the calls of a gap, line by line, to the second."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from services.telephony.ami.calls import PartyOf
from services.telephony.rules import heard
from services.telephony.rules.heard import Heard, Seen

_TAIL = 4_000_000
"""Bytes from the end of the file that are looked at: some tens of thousands of calls."""

_STATION = re.compile(r"(\d{3,5})$")


class Entry(NamedTuple):
    """One line: when, which call, which queue, who, what, and the particulars of what."""

    at: datetime
    leg: str
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]


def entries(path: Path, since: datetime) -> Iterator[Entry]:
    """What was written from this moment on. Raises OSError for a file that cannot be read."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL))
        for line in file:
            entry = _entry(line.decode("utf-8", "replace").rstrip("\r\n"))
            if entry is not None and entry.at >= since:
                yield entry


def _entry(line: str) -> Entry | None:
    """`1795298269|sw1-1795298269.0|956100|Agent 8001|CONNECT|2|sw1-1795298269.1|1`; None for what is cut or garbled."""
    seconds, *rest = line.split("|")
    if len(rest) < 4 or not seconds.isdecimal() or len(seconds) > 11:
        return None
    leg, queue, agent, event, *data = rest
    return Entry(datetime.fromtimestamp(int(seconds), UTC), leg[:200], queue[:64], agent, event, tuple(data))


def statements(entry: Entry, procedure: str, party_of: PartyOf) -> Iterator[Heard]:
    """What the line says of its call; the leg of whoever called gives the call its name."""

    def of(kind: type[Heard], leg: Seen | None = None, **more: Any) -> Heard:
        own: dict[str, Any] = {"at": entry.at, "procedure": procedure, "linked": entry.leg}
        return kind.model_construct(**own, leg=leg or Seen(id=entry.leg), **more)

    match entry.event:
        case "ENTERQUEUE":
            number, position = _at(entry.data, 1), _at(entry.data, 2)
            yield of(heard.LegBegan, Seen(id=entry.leg, party=party_of(number)))
            place = int(position) if position.isdecimal() and len(position) < 6 else 0
            yield of(heard.Joined, queue=entry.queue, position=place, waiting=place)
        case "CONNECT":
            agent = _agent(entry, _at(entry.data, 1) or f"{entry.leg}/agent")
            yield of(heard.Connected, to=agent.model_copy(update={"up": True}), queue=entry.queue)
        case "RINGNOANSWER":
            yield of(heard.Missed, to=_agent(entry, f"{entry.leg}/{entry.at.timestamp():.0f}"))
        case "ABANDON":
            yield of(heard.HangUpAsked)
            yield of(heard.GaveUp, queue=entry.queue, position=None)
            yield of(heard.LegEnded, cause=0)
        case "EXITWITHTIMEOUT":
            yield of(heard.QueueLeft, status="TIMEOUT")
        case "COMPLETECALLER":
            yield of(heard.HangUpAsked)


def _agent(entry: Entry, leg_id: str) -> Seen:
    found = _STATION.search(entry.agent)
    return Seen(id=leg_id[:200], station=found[1] if found else entry.agent[:64] or "?")


def _at(data: tuple[str, ...], place: int) -> str:
    return data[place] if len(data) > place else ""
