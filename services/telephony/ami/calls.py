"""What Asterisk's events say of calls, as typed statements; everything else it says is passed over."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.vocabulary import Transfer
from services.telephony.ami.wire import Message, number, text, texts
from services.telephony.rules import heard
from services.telephony.rules.heard import Party, Seen

_CHANNEL = re.compile(r"(?P<technology>[A-Za-z0-9_]+)/(?P<endpoint>.+?)(?:-[0-9a-f]{8})?(?:;[12])?$")
_LONGEST = 200
_LINE = re.compile(r"\d{2,15}")
UP, RINGING = "6", "5"

CALL_ID, TICKET, REAL_CALLER = "CTI_CALL_ID", "CTI_TICKET", "CTI_REAL_CALLER"
"""Channel variables that the dial plan sets and the manager sends along (docs/phone-switch.md)."""

PartyOf = Callable[[str], Party]
"""Reads a number: its kind, its blind index, and itself sealed."""


def nobody(_: str) -> str | None:
    """For a switch at whose stations nobody signs in."""
    return None


@dataclass(frozen=True, slots=True)
class CallReader:
    """Reads messages of one switch for one procedure.

    `is_station` tells agents' extensions from the endpoints of carriers; `agent_at` who is signed in at one.
    """

    procedure: str
    party_of: PartyOf
    is_station: Callable[[str], object] = field(default=re.compile(r"\d{3,5}").fullmatch)
    agent_at: Callable[[str], str | None] = nobody

    def read(self, message: Message, at: datetime) -> tuple[heard.Heard, ...]:
        """What it says, at that moment of our clock; nothing for a message about no call, or a malformed one."""
        make = _READ.get(text(message, "Event"))
        return tuple(make(self, message, at)) if make is not None else ()

    def seen(self, message: Message, prefix: str = "") -> Seen | None:
        """The leg that a message shows under a prefix (`Dest`, `Transferer`); None where it shows none."""
        leg_id, channel = text(message, f"{prefix}Uniqueid"), text(message, f"{prefix}Channel")
        if not leg_id or not channel or max(len(leg_id), len(channel)) > _LONGEST:
            return None
        technology, endpoint = _endpoint(channel)
        inner = technology not in _PHONES
        station = endpoint if not inner and self.is_station(endpoint) else None
        variables = _variables(texts(message, f"{prefix}ChanVariable"))
        line, state = text(message, f"{prefix}Exten"), text(message, f"{prefix}ChannelState")
        return Seen.model_construct(
            id=leg_id,
            station=station,
            agent=self.agent_at(station) if station is not None else None,
            inner=inner,
            party=None if inner else self._party(message, prefix, station, variables),
            line=line if _LINE.fullmatch(line) else "",
            up=state == UP,
            ringing=state == RINGING,
            call_id=variables.get(CALL_ID, "")[:_LONGEST],
            ticket=variables.get(TICKET, "")[:_LONGEST],
        )

    def _party(self, message: Message, prefix: str, station: str | None, variables: Mapping[str, str]) -> Party | None:
        """The outside party's number: as it was before the dial plan masked it, where the dial plan kept it."""
        shown = text(message, f"{prefix}CallerIDNum")
        if station is not None:
            return self.party_of(shown) if shown not in ("", station, "<unknown>") else None
        return self.party_of(variables.get(REAL_CALLER) or shown)

    def said(self, kind: type[heard.Heard], message: Message, at: datetime, **more: Any) -> Iterator[heard.Heard]:
        """One statement about the leg of the message, if it is about one."""
        leg, linked = self.seen(message), text(message, "Linkedid")
        if leg is not None and linked and len(linked) <= _LONGEST:
            yield kind.model_construct(at=at, procedure=self.procedure, linked=linked, leg=leg, **more)

    def said_of_both(self, kind: type[heard.Heard], message: Message, at: datetime, **more: Any) -> Iterator[Any]:
        """One statement about the leg that is rung, and the leg that it is rung for, where there is one."""
        to, linked = self.seen(message, "Dest"), text(message, "DestLinkedid") or text(message, "Linkedid")
        if to is not None and linked and len(linked) <= _LONGEST:
            of: dict[str, Any] = {
                "at": at,
                "procedure": self.procedure,
                "linked": linked,
                "leg": self.seen(message),
                "to": to,
            }
            yield kind.model_construct(**of, **more)


_PHONES = frozenset({"PJSIP", "SIP", "IAX2", "DAHDI", "Motif", "Console", "WebSocket"})


def _endpoint(channel: str) -> tuple[str, str]:
    found = _CHANNEL.match(channel)
    return (found["technology"], found["endpoint"]) if found else ("", channel)


def endpoint_of(interface: str) -> str:
    """`PJSIP/8001` is the station 8001."""
    return _endpoint(interface)[1]


def _variables(pairs: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs) if value}


def _plain(kind: type[heard.Heard]) -> Callable[..., Iterator[heard.Heard]]:
    def read(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
        return reader.said(kind, message, at)

    return read


def _dial_begin(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    return reader.said_of_both(heard.Dialled, message, at, by_queue=None)


def _agent_called(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    return reader.said_of_both(heard.Dialled, message, at, by_queue=_queue(message))


def _dial_end(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    return reader.said_of_both(heard.DialOver, message, at, status=text(message, "DialStatus")[:32])


def _agent_connect(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    return reader.said_of_both(heard.Connected, message, at, queue=_queue(message))


def _ring_no_answer(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    return reader.said_of_both(heard.Missed, message, at)


def _hangup(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    sip = number(message, "TechCause") or None
    return reader.said(heard.LegEnded, message, at, cause=number(message, "Cause"), sip=sip)


def _join(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    place = {"position": number(message, "Position"), "waiting": number(message, "Count")}
    return reader.said(heard.Joined, message, at, queue=_queue(message), **place)


def _abandon(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    return reader.said(heard.GaveUp, message, at, queue=_queue(message), position=number(message, "Position") or None)


def _queue(message: Message) -> str:
    return text(message, "Queue")[:_LONGEST]


def _blind(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    if text(message, "Result") not in ("", "Success"):
        return
    leg, linked, to = (
        reader.seen(message, "Transferer"),
        text(message, "TransfereeLinkedid"),
        text(message, "Extension"),
    )
    if leg is not None and linked:
        yield heard.PutThrough.model_construct(
            at=at,
            procedure=reader.procedure,
            linked=linked[:_LONGEST],
            leg=leg,
            kind=Transfer.BLIND,
            to=to if reader.is_station(to) else None,
        )


def _attended(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    """The call of the other party goes on; a second call, in which the agent asked first, becomes part of it."""
    if text(message, "Result") not in ("", "Success"):
        return
    leg = reader.seen(message, "OrigTransferer")
    asked = text(message, "SecondTransfererLinkedid")[:_LONGEST]
    going_on = (text(message, "TransfereeLinkedid") or text(message, "OrigTransfererLinkedid"))[:_LONGEST]
    if leg is None or not going_on:
        return
    own: dict[str, Any] = {"at": at, "procedure": reader.procedure}
    to = _target(reader, message)
    yield heard.PutThrough.model_construct(linked=going_on, leg=leg, kind=Transfer.ATTENDED, to=to, **own)
    if asked and asked != going_on:
        yield heard.JoinedTo.model_construct(linked=asked, leg=None, other=going_on, **own)


def _target(reader: CallReader, message: Message) -> str | None:
    """The station that takes over: by its leg, or by what was dialled through an inner one."""
    target = reader.seen(message, "TransferTarget")
    dialled = target.line if target is not None else text(message, "SecondTransfererConnectedLineNum")
    station = target.station if target is not None else None
    return station or (dialled if dialled and reader.is_station(dialled) else None)


def _user_event(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    match text(message, "UserEvent"):
        case "CtiInbound":
            return reader.said(heard.Recorded, message, at, file=_file(message)) if _file(message) else iter(())
        case "CtiQueueExit":
            return reader.said(heard.QueueLeft, message, at, status=text(message, "Status")[:32])
        case "CtiSurvey":
            return reader.said(heard.Scored, message, at, key=text(message, "Score")[:8])
        case "CtiOutboundResult":
            status, cause = text(message, "DialStatus")[:32], number(message, "HangupCause")
            return reader.said(heard.Resulted, message, at, status=status, cause=cause)
    return iter(())


def _file(message: Message) -> str | None:
    """Only the name: where recordings lie is the operator's to say, not the switch's."""
    return text(message, "Recording").rpartition("/")[2][:_LONGEST] or None


def _originated(reader: CallReader, message: Message, at: datetime) -> Iterator[heard.Heard]:
    linked, dialled = text(message, "Uniqueid")[:_LONGEST], text(message, "Exten")
    if not linked or linked == "<null>":
        return
    yield heard.Originated.model_construct(
        at=at,
        procedure=reader.procedure,
        linked=linked,
        leg=None,
        reached=text(message, "Response") == "Success",
        party=reader.party_of(dialled) if _LINE.fullmatch(dialled) and not reader.is_station(dialled) else None,
    )


_READ: Mapping[str, Callable[[CallReader, Message, datetime], Iterator[heard.Heard]]] = {
    "Newchannel": _plain(heard.LegBegan),
    "Newstate": _plain(heard.LegChanged),
    "DialBegin": _dial_begin,
    "DialEnd": _dial_end,
    "HangupRequest": _plain(heard.HangUpAsked),
    "Hangup": _hangup,
    "QueueCallerJoin": _join,
    "QueueCallerAbandon": _abandon,
    "AgentCalled": _agent_called,
    "AgentConnect": _agent_connect,
    "AgentRingNoAnswer": _ring_no_answer,
    "BridgeEnter": _plain(heard.Bridged),
    "Hold": _plain(heard.Held),
    "Unhold": _plain(heard.Unheld),
    "BlindTransfer": _blind,
    "AttendedTransfer": _attended,
    "MixMonitorStart": lambda reader, message, at: reader.said(heard.Recorded, message, at, file=None),
    "UserEvent": _user_event,
    "OriginateResponse": _originated,
}
"""By the name of the event."""
