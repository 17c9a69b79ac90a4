"""Asterisk as the switch: its messages become statements, what is asked of it becomes its actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from kit.clock import machine_now
from kit.settings import TelephonySettings
from services.telephony.ami.agents import read_member
from services.telephony.ami.calls import CALL_ID, TICKET, CallReader
from services.telephony.ami.connection import Connection, Received
from services.telephony.ami.difference import ClockDifference
from services.telephony.ami.wire import Message, number, text
from services.telephony.port import CommandRefused, Dial, Snapshot, Statement
from services.telephony.rules import heard

RING_SECONDS = 25
LINE = "CTI_LINE"
CONFERENCE = "CTI_CONFERENCE"
_ALREADY = ("Already there", "Not there", "Not in")


class Asterisk:
    """A SwitchPort over the manager interface."""

    def __init__(self, connection: Connection, reader: CallReader, settings: TelephonySettings) -> None:
        self.connection = connection
        self._reader = reader
        self._settings = settings
        self._difference = ClockDifference()

    async def listen(self, *, on: bool) -> None:
        """The mask is of classes; which of them the account may have at all is the switch's to say."""
        await self.connection.act("Events", {"EventMask": "call,agent,user,cdr,hangupcause,dtmf" if on else "off"})

    async def heard(self) -> Sequence[Statement]:
        """At least one message; it may say nothing that matters."""
        return [fact for message in await self.connection.received() for fact in self._read(message)]

    def _read(self, received: Received) -> Iterator[Statement]:
        message, moment = received
        at = self._difference.moment(message, moment)
        yield from self._reader.read(message, at)
        yield from read_member(message, at, self._reader.procedure, self._reader.is_station)

    async def snapshot(self) -> Snapshot:
        """Channels first, so that a caller in a queue is known by the leg that waits."""
        channels = await self.connection.listed("CoreShowChannels")
        queues = await self.connection.listed("QueueStatus")
        now = _cut(machine_now())
        said = [fact for message in channels for fact in self._standing(message, now)]
        said += [fact for message in queues for fact in self._in_queues(message, now)]
        linked = frozenset(text(message, "Linkedid") for message in channels)
        return Snapshot(now, said, linked, frozenset(text(message, "Uniqueid") for message in channels))

    def _standing(self, message: Message, now: datetime) -> Iterator[Statement]:
        """A leg that was there before we looked began as long ago as the switch says."""
        began = now - _clock_face(text(message, "Duration"))
        yield from self._reader.said(heard.LegBegan, message, began)
        if text(message, "BridgeId"):
            yield from self._reader.said(heard.Bridged, message, now)

    def _in_queues(self, message: Message, now: datetime) -> Iterator[Statement]:
        if text(message, "Event") == "QueueEntry":
            joined = now - timedelta(seconds=number(message, "Wait"))
            place = {"position": number(message, "Position"), "waiting": number(message, "Position")}
            linked = {**message, "Linkedid": text(message, "Linkedid") or text(message, "Uniqueid")}
            yield from self._reader.said(heard.Joined, linked, joined, queue=text(message, "Queue")[:64], **place)
        yield from read_member(message, now, self._reader.procedure, self._reader.is_station)

    async def call_back(self, dial: Dial) -> None:
        """The agent's phone shows whom the call is for, masked; once picked up, the dial plan dials the customer."""
        fields = {
            "Channel": self._phone(dial.station),
            "Context": self._settings.dial_context,
            "Exten": dial.number,
            "Priority": "1",
            "CallerID": f'"{dial.masked}" <{dial.masked}>',
            "Timeout": str(RING_SECONDS * 1000),
            "ChannelId": dial.call,
            "OtherChannelId": f"{dial.call};2",
            "Async": "true",
        }
        variables = {f"__{CALL_ID}": dial.call, f"__{TICKET}": dial.ticket or "", f"__{LINE}": dial.shown}
        await self.connection.act("Originate", fields, variables)

    async def transfer(self, leg: str, station: str) -> None:
        """Blind: the attended one of the manager types digits into the call, and fails without the switch's prompts."""
        where = {"Channel": leg, "Context": self._settings.station_context, "Exten": station}
        await self.connection.act("BlindTransfer", where)

    async def bring_in(self, call: str, legs: Sequence[str], number: str, shown: str) -> None:
        """Both legs go to the dial plan's conference, named by the call; the third is dialled into the same."""
        first, *others = legs
        conference = {"Context": self._settings.conference_context, "Exten": "s", "Priority": "1"}
        for leg in legs:
            await self.connection.act("Setvar", {"Channel": leg, "Variable": CONFERENCE, "Value": call})
        extra = {f"Extra{name}": value for name, value in conference.items()} if others else {}
        more = {"ExtraChannel": others[0], **extra} if others else {}
        await self.connection.act("Redirect", {"Channel": first, **conference, **more})
        where = {
            "Channel": self._settings.trunk.format(number=number),
            **conference,
            "CallerID": shown,
            "Timeout": str(RING_SECONDS * 1000),
            "ChannelId": f"{call};3",
            "Async": "true",
        }
        await self.connection.act("Originate", where, {CONFERENCE: call, f"__{CALL_ID}": call})

    async def hang_up(self, leg: str) -> None:
        """As if the phone itself had: normal clearing."""
        await self.connection.act("Hangup", {"Channel": leg, "Cause": "16"})

    async def pause(self, station: str, reason: str | None) -> None:
        """In every queue that the station is in."""
        fields = {"Interface": self._phone(station), "Paused": "false" if reason is None else "true"}
        await self.connection.act("QueuePause", fields | ({"Reason": reason} if reason is not None else {}))

    async def sign(self, station: str, queues: Sequence[str], *, on: bool) -> None:
        """A station that is there already, or is not, is where it should be; a static member cannot leave."""
        for queue in queues:
            fields = {"Queue": queue, "Interface": self._phone(station)}
            if on:
                fields |= {"MemberName": f"Agent {station}", "StateInterface": self._phone(station)}
            try:
                await self.connection.act("QueueAdd" if on else "QueueRemove", fields)
            except CommandRefused as error:
                if not any(word in str(error) for word in _ALREADY):
                    raise

    def _phone(self, station: str) -> str:
        return self._settings.phone.format(station=station)


def _clock_face(written: str) -> timedelta:
    """`01:02:03`, or nothing for what is no such thing."""
    parts = written.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 4 for part in parts):
        return timedelta(0)
    hours, minutes, seconds = map(int, parts)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
